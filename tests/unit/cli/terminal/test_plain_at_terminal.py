"""Commands that only look write plain lines, also at a terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

import pytest
from tests.unit.cli.terminal.eighty import lines_at_80

from sam_deploy.cli.terminal.console import Console, PlainConsole, QuietConsole
from sam_deploy.cli.terminal.wrapping import laid_out
from sam_deploy.events import Listing, Note

FIRST = (
    "embedded · 000000000000 · http://127.0.0.1:45678 · ap-south-1, eu-west-1, us-east-1, us-west-2"
)
NEXT = "next: sam-deploy -C elsewhere/a-project-of-mine status\n      sam-deploy cloud url --all"


def written(make: Callable[..., Console], *said: str | Note | Listing) -> list[str]:
    """Return the lines that a terminal of 80 columns gets of a console."""

    def write(stream: TextIO) -> None:
        console = make(stream)
        for each in said:
            if isinstance(each, str):
                console.say(each)
            else:
                console.report(each)

    return lines_at_80(write)


def test_the_first_line_of_a_screen_ends_between_regions() -> None:
    """A terminal would break it within the name of one."""
    first, second = written(PlainConsole, FIRST)
    assert "embedded · 000000000000 · http://127.0.0.1:45678 · ap-south-1, eu-west-1," == first
    assert "  us-east-1, us-west-2" == second


@pytest.mark.parametrize("make", [PlainConsole, QuietConsole])
def test_a_warning_ends_between_words(make: Callable[..., Console]) -> None:
    """It is a sentence, and its line may have a percentage in front."""
    message = "the queue `Accepted` takes a message back before its function has ended with it"
    lines = written(make, Note(message, "warning"))
    assert f"warning: {message}" == " ".join(each.strip() for each in lines)
    assert [] == [each for each in lines if len(each) > 80]


def test_rows_to_copy_stay_whole() -> None:
    """A DNS record that is broken in the middle is none."""
    rows = (("_1.api.example.com.", "CNAME", f"_2.{'a' * 60}.acm-validations.aws."),)
    event = Listing("Put these into your DNS", ("name", "type", "value"), rows)
    assert any(rows[0][2] in each for each in written(PlainConsole, event))


def test_commands_that_are_too_long_behind_next_are_below_it() -> None:
    """All of them, so that they are below each other; where they fit, nothing moves."""
    assert laid_out(NEXT, 80) == NEXT
    assert laid_out(NEXT, 0) == NEXT
    assert laid_out(f"\n{NEXT}\n\nso", 53).split("\n") == [
        "",
        "next:",
        "  sam-deploy -C elsewhere/a-project-of-mine status",
        "  sam-deploy cloud url --all",
        "",
        "so",
    ]
    assert laid_out(NEXT, 49).split("\n")[1:] == [
        "sam-deploy -C elsewhere/a-project-of-mine status",
        "sam-deploy cloud url --all",
    ]


def test_a_command_is_never_broken_by_us() -> None:
    """What no line can hold begins at its start; a hint is a command as `next:` is."""
    hint = "sam-deploy settings set PAYMENT_TOKEN --environment dev"
    assert laid_out(f"hint: {hint}", 60) == f"hint:\n  {hint}"
    assert laid_out(f"hint: {hint}", 40) == f"hint:\n{hint}"
    assert laid_out(f"  {hint}", 56) == hint


def test_what_goes_on_of_an_indented_sentence_is_further_in() -> None:
    """Else it looks like the next of those below each other."""
    line = "  shop-sam in eu-west-1: 2 functions, 1 API"
    assert laid_out(line, 40) == "  shop-sam in eu-west-1: 2 functions, 1\n    API"
