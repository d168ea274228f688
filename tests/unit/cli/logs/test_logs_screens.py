from __future__ import annotations

import json

from sam_deploy.cli.logs import logs_screens as screens
from sam_deploy.cli.logs.logs_screens import Layout
from sam_deploy.watching import Answer, Line, Source
from sam_deploy.watching.insights import Row

AT = 1_795_869_015_042  # 2026-11-28 12:30:15.042 UTC
HOW = Layout(region=9, function=7, environment=4, utc=True)


def line(message: str, version: str = "3", environments: tuple[str, ...] = ("prod",)) -> Line:
    return Line(AT, "eu-west-1", "Api", version, environments, "d/[3]x", message)


def test_a_line_says_when_where_which_function_and_version_for_whom() -> None:
    """Time, region, function and version, environment, message (R270)."""
    assert "12:30:15.042Z eu-west-1 Api:3   prod hello" == screens.line_text(line("hello\n"), HOW)


def test_what_is_not_known_stays_empty() -> None:
    """$LATEST is no version to name; columns stay where they are."""
    found = screens.line_text(line("hello", "$LATEST", ()), HOW)
    assert "12:30:15.042Z eu-west-1 Api          hello" == found


def test_an_error_is_marked_by_a_word_unless_it_says_so_itself() -> None:
    """Nothing is told by colour alone; a traceback stays together, indented (R270)."""
    plain = Layout(0, 0, 0, utc=True)
    lead = "12:30:15.042Z eu-west-1 Api:3"
    traced = "Traceback (most recent call last):\r  File x\rKeyError"
    assert f"{lead} ERROR Traceback (most recent call last):\n      File x\n    KeyError" == (
        screens.line_text(line(traced), plain)
    )
    assert f"{lead} [ERROR] boom" == screens.line_text(line("[ERROR] boom"), plain)
    assert f"{lead} WARN: hm" == screens.line_text(line("WARN: hm"), plain)


def test_colour_is_for_terminals_and_says_nothing_more() -> None:
    """Without the escapes the text is the same."""
    coloured = Layout(9, 7, 4, utc=True, colour=True)
    for message in ("[ERROR] boom", "START RequestId: 1 Version: 3", "hello"):
        shown = screens.line_text(line(message), coloured)
        assert "\x1b[" in shown
        assert screens.line_text(line(message), HOW) == (
            shown.replace("\x1b[2m", "").replace("\x1b[31m", "").replace("\x1b[0m", "")
        )


def test_a_log_cannot_steer_the_terminal() -> None:
    """What strangers make a function log is shown; colours stay, cursor moves and titles go."""
    evil = "\x1b[2J\x1b]0;title\x07\x1b[31mred\x1b[0m\x9b1A\x08 \ttab"
    assert "2J]0;title\x1b[31mred\x1b[0m1A \ttab" == screens.safe(evil)


def test_a_date_is_shown_when_asked() -> None:
    """Lines of several days need one."""
    dated = Layout(0, 0, 0, utc=True, dated=True)
    assert screens.line_text(line("x"), dated).startswith("2026-11-28 12:30:15.042Z")


def test_a_line_as_json_has_everything() -> None:
    """One object on one line, whatever is in the message (R270)."""
    found = screens.line_json(line("[ERROR] one\ntwo\n", environments=("dev", "prod")))
    assert "\n" not in found
    assert {
        "time": "2026-11-28T12:30:15.042+00:00",
        "region": "eu-west-1",
        "function": "Api",
        "version": "3",
        "environment": None,
        "environments": ["dev", "prod"],
        "level": "error",
        "kind": "text",
        "stream": "d/[3]x",
        "message": "[ERROR] one\ntwo",
    } == json.loads(found)


def test_the_layout_fits_what_can_come() -> None:
    """Column widths are known before the first line of a long stream."""
    sources = [
        Source("eu-west-1", "Api", "g", served={"1": ("dev", "prod")}),
        Source("ap-south-1", "Longer", "g", environment="staging"),
    ]
    found = screens.layout(sources)
    assert (10, 10, 8) == (found.region, found.function, found.environment)
    assert 0 == screens.layout([Source("r", "A", "g")]).environment


def test_it_is_said_when_others_lines_are_among_these() -> None:
    """Environments that serve one version cannot be told apart; otherwise nothing is said."""
    shared = Source("r", "A", "g", versions=frozenset({"1"}), served={"1": ("dev", "prod")})
    alone = Source("r", "A", "g", versions=frozenset({"2"}), served={"2": ("prod",)})
    assert "dev serves some of the same versions as prod" in screens.shared_note([shared], "prod")
    assert "" == screens.shared_note([alone], "prod")


def test_a_summary_counts_what_is_left_out() -> None:
    """A silent function is no riddle."""
    sources = [Source("a", "A", "g"), Source("b", "A", "g")]
    assert "2 lines of 1 function in 2 regions" == screens.summary(2, 0, sources)
    assert (
        "no lines of 1 function in 2 regions; 6 of START, END and REPORT left out "
        "(`--all` shows them)" == screens.summary(0, 6, sources)
    )


def test_the_answer_of_a_query_is_a_table_with_the_region_in_front() -> None:
    """A field that a row lacks is empty, and null as JSON (R272)."""
    rows = (Row("eu-west-1", {"n": "1"}), Row("us-east-1", {"n": "2", "m": "a\nb"}))
    answer = Answer(rows, ("n", "m"), {})
    assert [
        "region     n  m",
        "---------  -  ---",
        "eu-west-1  1",
        "us-east-1  2  a b",
    ] == screens.answer_text(answer).splitlines()
    assert [
        {"region": "eu-west-1", "n": "1", "m": None},
        {"region": "us-east-1", "n": "2", "m": "a\nb"},
    ] == json.loads(screens.answer_json(answer))
    assert "no rows" == screens.answer_text(Answer((), (), {}))
