"""Where lines end at a terminal."""

from __future__ import annotations

import io

import pytest

from sam_deploy.cli.terminal.wrapping import fitting, hanging, is_sentence, wrapped


def test_lines_end_between_words_and_go_on_below_the_text() -> None:
    """The indent is the one that was asked for."""
    text = "hint: set the profile in the file, or log in to the account"
    assert wrapped(text, 40, 6) == (
        "hint: set the profile in the file, or\n      log in to the account"
    )


def test_a_command_is_on_one_line_even_on_one_that_is_too_long() -> None:
    """It is copied as a whole; what is in front of it stays in front of it where it fits."""
    command = "`sam-deploy deploy --region eu-west-1 --region us-east-1`"
    assert wrapped(f"hint: run {command}, then wait", 40, 6).split("\n") == [
        "hint: run",
        f"      {command},",
        "      then wait",
    ]


def test_a_command_that_fits_no_indent_has_less_of_it() -> None:
    """Two spaces when that is enough, else none."""
    for length, indent in ((34, 6), (36, 2), (40, 0)):
        command = f"`{'x' * (length - 2)}`"
        assert wrapped(f"hint: run this: {command}", 40, 6).split("\n")[1] == " " * indent + command


def test_a_gap_between_two_columns_ends_with_its_line() -> None:
    """No line ends in spaces, or begins with more of them than the others."""
    line = "  change Api (AWS::Serverless::Function)  functions, line 12"
    assert hanging(line, 44).split("\n") == [
        "  change Api (AWS::Serverless::Function)",
        "      functions, line 12",
    ]


@pytest.mark.parametrize("columns", [0, 20])
def test_without_a_width_worth_the_name_nothing_is_broken(columns: int) -> None:
    """A log has none."""
    text = "one two three " * 20
    assert text == wrapped(text, columns, 4)
    assert text == fitting(text, io.StringIO(), below=4)


def test_lines_that_are_there_are_kept_with_their_indent() -> None:
    """What is shown of a file is not moved."""
    assert wrapped("  why: it is\n\n        name=1", 40, 4) == "  why: it is\n\n        name=1"


@pytest.mark.parametrize("sign", ["  +   ", "-/+ ", "  ~   ", "- "])
def test_a_change_of_a_review_goes_on_below_its_words(sign: str) -> None:
    """The spaces after its sign make no row of a table of it."""
    line = f"{sign}add 24 AWS::SQS::Queue, 12 AWS::S3::Bucket"
    assert is_sentence(line)
    first, second = wrapped(line, 42, 2).split("\n")
    assert first.startswith(f"{sign}add 24 AWS::SQS::Queue")
    assert second == f"{' ' * len(sign)}AWS::S3::Bucket"


def test_rows_and_commands_are_no_sentences() -> None:
    """They are used as a whole: a row by `awk`, a command by the shell."""
    assert is_sentence("Deployed 1 stack in 1 region; dev serves new versions of 1 function (Api)")
    for line in ("Api  eu-west-1", "next: sam-deploy status", "    sam-deploy build", "http:"):
        assert not is_sentence(line)
