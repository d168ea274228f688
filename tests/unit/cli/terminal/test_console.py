from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator

import pytest
import rich.console

from sam_deploy.cli.terminal.console import (
    Console,
    JsonConsole,
    PlainConsole,
    QuietConsole,
    aside,
    bytes_text,
    make,
    sentence,
)
from sam_deploy.cli.terminal.errors import show_error
from sam_deploy.cli.terminal.live import LiveConsole
from sam_deploy.errors import ConfigError, SamDeployError
from sam_deploy.events import AliasMoved, Event, Note, Planned

HERE = "eu-west-1"
PLAIN = """\
[  0%] warning: the queue is impatient
[  0%] Building functions and layers...
[ 11%] layer 1/2 deps.zip built in 1.3 s (1.4 MB)
[ 23%] function 2/2 Api.zip unchanged (812 B)
[ 23%] a new region
[ 29%] eu-west-1 [1/8] bucket: done
[ 35%] eu-west-1 [2/8] artifacts: done
[ 41%] eu-west-1 [3/8] layers: done
[ 47%] eu-west-1 [4/8] certificates: done
[ 52%] eu-west-1 shop-sam [5/8] change set: done
[ 52%] eu-west-1 waiting for `shop-sam` (CloudFormation), at most 3600 s
[ 52%] eu-west-1 Api CREATE_FAILED: no rights
[ 88%] eu-west-1 shop-sam [6/8] execute: done
[ 94%] eu-west-1 shop-sam [7/8] domains: done
[100%] eu-west-1 shop-sam [8/8] release: done
[100%] Put these into your DNS:
  name           type   value
  _1.api.x.com.  CNAME  _2.aws.
  a.x.com        CNAME  d1.cloudfront.net
[100%] eu-west-1 shop-sam updated in 12.3 s
"""


def told(console: Console, stream: io.StringIO, events: list[Event]) -> str:
    for event in events:
        console.report(event)
    console.close()
    return stream.getvalue()


def test_plain_lines_tell_what_ended_with_the_percentage(story: list[Event]) -> None:
    """One line each, made for logs; what failed is always told."""
    stream = io.StringIO()
    assert PLAIN == told(PlainConsole(stream), stream, story)


def test_verbose_lines_tell_every_stack_event_and_alias(story: list[Event]) -> None:
    """`-v` adds them, and takes nothing away."""
    stream = io.StringIO()
    lines = told(PlainConsole(stream, verbose=True), stream, story).splitlines()
    assert [
        "[ 52%] eu-west-1 Role CREATE_COMPLETE",
        "[100%] eu-west-1 ApiFunction dev: version 1 -> 2",
    ] == [line for line in lines if line not in PLAIN.splitlines()]
    assert [] == [line for line in PLAIN.splitlines() if line not in lines]


def test_a_step_of_a_canary_names_both_versions_and_the_share() -> None:
    """The alias's own version is the old one until the last step."""
    for weight, part in ((0.5, ", 50% of the calls"), (1.0, "")):
        moved = AliasMoved(HERE, "ApiFunction", "prod", "12", "1", weight)
        said = sentence(moved, verbose=True)
        assert f"{HERE} ApiFunction prod: version 1 -> 12{part}" == said


def test_without_a_plan_there_is_no_percentage() -> None:
    """`cloud start` has nothing to count."""
    stream = io.StringIO()
    console = PlainConsole(stream)
    console.report(Note("starting"))
    console.say("running")
    assert "starting\nrunning\n" == stream.getvalue()


def test_archives_that_exist_are_counted_by_their_stacks() -> None:
    """A plan and a folder of archives build nothing, and still say how far they are."""
    stream = io.StringIO()
    console = PlainConsole(stream)
    console.report(Planned(0, 1, 1))
    console.report(Note("going on"))
    assert "[  0%] going on\n" == stream.getvalue()


def test_json_lines_are_every_event_with_its_fields(story: list[Event]) -> None:
    """`type`, `time` in Unix seconds, and the fields as they are; one document a line."""
    stream = io.StringIO()
    console = JsonConsole(stream)
    console.say("not data")
    lines = [json.loads(line) for line in told(console, stream, story).splitlines()]
    assert [type(event).__name__ for event in story] == [line["type"] for line in lines]
    assert all(isinstance(line.pop("time"), float) for line in lines)
    assert {
        "type": "Planned",
        "builds": 2,
        "regions": 1,
        "stacks": 1,
        "aliases": 0,
        "steps": 0,
        "watch_seconds": 0.0,
    } == lines[0]
    assert {
        "type": "BuildFinished",
        "unit": "Api",
        "kind": "function",
        "archive": "Api.zip",
        "size_bytes": 812,
        "seconds": 0.0,
        "reused": True,
        "index": 2,
        "total": 2,
    } == lines[6]


def test_the_quiet_console_says_warnings_only(story: list[Event]) -> None:
    """Nothing else, not even what it is asked to say."""
    stream = io.StringIO()
    console = QuietConsole(stream)
    console.say("hello")
    assert "warning: the queue is impatient\n" == told(console, stream, story)


@pytest.fixture
def terminal() -> rich.console.Console:
    """A terminal of 80 columns, in memory."""
    return rich.console.Console(
        file=io.StringIO(), force_terminal=True, width=80, highlight=False, color_system=None
    )


@pytest.fixture
def live(terminal: rich.console.Console) -> Iterator[LiveConsole]:
    """A live console on it, whose picture is always taken away."""
    console = LiveConsole(terminal)
    yield console
    console.close()


def shown(terminal: rich.console.Console) -> str:
    stream = terminal.file
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


def test_live_lines_stay_for_what_is_worth_it(
    live: LiveConsole, terminal: rich.console.Console, story: list[Event]
) -> None:
    """What was built, failures, warnings and finished regions; steps are in the picture."""
    for event in story:
        live.report(event)
    live.close()
    live.say("done")
    text = shown(terminal)
    for line in (
        "warning: the queue is impatient\n",
        "layer 1/2 deps.zip built in 1.3 s (1.4 MB)\n",
        "eu-west-1 Api CREATE_FAILED: no rights\n",
        "eu-west-1 shop-sam updated in 12.3 s\n",
    ):
        assert line in text
    assert "[3/8] layers: done" not in text
    assert "Api.zip unchanged" not in text
    assert text.rstrip("\n").endswith("done")


def test_the_picture_holds_percentage_phase_and_lanes(
    live: LiveConsole, terminal: rich.console.Console, story: list[Event]
) -> None:
    """Overall progress, elapsed time, and for each region its step and what happens there."""
    for event in story[:-2]:
        live.report(event)
    live.close()
    picture = shown(terminal).rpartition("100%")[2]
    assert "region 0/1" in picture
    assert "eu-west-1" in picture
    assert "━" * 8 in picture
    assert "8/8" in picture


def test_the_picture_is_gone_in_the_end(
    live: LiveConsole, terminal: rich.console.Console, story: list[Event]
) -> None:
    """The cursor is shown again, and nothing moves any more."""
    live.report(story[0])
    live.close()
    end = shown(terminal)
    assert end.rstrip("\n").endswith("\x1b[?25h") or "\x1b[?25h" in end[-40:]
    live.close()
    assert end == shown(terminal)


def test_nothing_is_written_over_a_question(
    live: LiveConsole, terminal: rich.console.Console, story: list[Event]
) -> None:
    """The picture is away while somebody is asked; what happened meanwhile is told afterwards."""
    live.report(story[0])
    with aside(live):
        before = shown(terminal)
        live.report(Note("meanwhile"))
        live.say("said")
        assert before == shown(terminal)
    after = shown(terminal)[len(before) :]
    assert "meanwhile\nsaid\n" == after
    live.report(Note("later"))
    live.close()
    assert "later" in shown(terminal)


def test_a_question_needs_no_picture_to_be_away() -> None:
    """Lines and JSON are not in the way."""
    with aside(PlainConsole(io.StringIO())):
        pass


def test_lines_are_written_in_what_the_stream_can_show() -> None:
    """An old console of Windows shows no arrow."""
    raw = io.BytesIO()
    console = PlainConsole(io.TextIOWrapper(raw, encoding="ascii", write_through=True))
    console.report(Note("a → b"))
    console.say("embedded · here")
    assert b"a -> b\nembedded - here\n" == raw.getvalue().replace(b"\r", b"")


def test_a_dumb_terminal_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was asked for: it cannot go back to a line."""
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(make("live"), PlainConsole)


def test_a_console_fits_where_it_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A moving picture at a terminal, lines elsewhere, unless something else was asked for."""
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setenv("TERM", "xterm")
    kinds = {name: type(make(name)) for name in ("auto", "plain", "json", "quiet", "live")}
    assert {
        "auto": PlainConsole,
        "plain": PlainConsole,
        "json": JsonConsole,
        "quiet": QuietConsole,
        "live": LiveConsole,
    } == kinds


@pytest.mark.parametrize(
    ("size", "expected"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (63_400, "63 kB"), (1_440_000, "1.4 MB")],
)
def test_sizes_are_told_in_powers_of_ten(size: int, expected: str) -> None:
    """As file managers do."""
    assert expected == bytes_text(size)


@pytest.mark.parametrize("size", [999_500, 999_999])
def test_no_size_is_a_thousand_kilobytes(size: int) -> None:
    """What rounds up to a megabyte is one."""
    assert "1.0 MB" == bytes_text(size)


def test_an_error_is_shown_in_its_parts() -> None:
    """What, why, state, every problem, and the hint after an empty line."""
    stream = io.StringIO()
    error = ConfigError(
        "It failed",
        why="of two\n\n    lines",
        state="all as before",
        problems=("one", "two"),
        hint="go",
    )
    show_error(error, stream)
    assert (
        "error: It failed\n"
        "  why: of two\n\n        lines\n"
        "  state: all as before\n"
        "  - one\n"
        "  - two\n"
        "\nhint: go\n"
    ) == stream.getvalue()


def test_an_error_without_parts_is_one_line() -> None:
    """Nothing is shown that is not there."""
    stream = io.StringIO()
    show_error(SamDeployError("It failed"), stream)
    assert "error: It failed\n" == stream.getvalue()
