"""A deployment at a narrow terminal, without colour, and in the log of CI."""

from __future__ import annotations

import re
from typing import Final

import pytest
from tests.faults.place import Place
from tests.faults.terminal import at_terminal

pytestmark = pytest.mark.long

DEPLOY: Final = ("deploy", "--target", "aws", "--auto-approve")
COLUMNS: Final = 80
CONTROL: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR: Final = re.compile(r"\x1b\[(?:[0-9]+;)*(?:3[0-9]|4[0-9]|9[0-7]|10[0-7])(?:;[0-9]+)*m")
PERCENT: Final = re.compile(r"^\[ *(\d+)%\]", re.MULTILINE)


def test_the_picture_fits_80_columns_and_no_colour_means_none(faulty: Place) -> None:
    """With NO_COLOR the picture still moves, in black and white, and no row of it is broken."""
    with at_terminal(faulty, *DEPLOY, columns=COLUMNS, more={"NO_COLOR": "1"}) as terminal:
        assert 0 == terminal.end(), terminal.said
    assert "\x1b[?25l" in terminal.said  # it is a picture: the cursor is hidden
    assert terminal.said.rindex("\x1b[?25h") > terminal.said.rindex("\x1b[?25l")
    assert not COLOUR.search(terminal.said)
    rows = [CONTROL.sub("", row) for row in re.split(r"[\r\n]+", terminal.said)]
    pictured = [row for row in rows if "━" in row or "─" in row]
    assert pictured
    assert [] == [row for row in pictured if len(row.rstrip()) > COLUMNS]


def test_a_terminal_has_colours_otherwise(faulty: Place) -> None:
    """So that the test above can fail."""
    with at_terminal(faulty, *DEPLOY, columns=COLUMNS) as terminal:
        assert 0 == terminal.end(), terminal.said
    assert COLOUR.search(terminal.said)


def test_the_log_of_ci_is_lines_and_percentages_that_rise(faulty: Place) -> None:
    """Without a terminal nothing moves: a line for each thing that ended, none written over."""
    faulty.more = {"CI": "true", "TERM": "xterm-256color"}
    try:
        ran = faulty.run(*DEPLOY)
    finally:
        faulty.more = {}
    assert 0 == ran.code, ran.err
    assert "\x1b" not in ran.err
    assert "\r" not in ran.err
    percentages = [int(found) for found in PERCENT.findall(ran.err)]
    assert percentages == sorted(percentages)
    assert 100 == percentages[-1]
    assert "next: sam-deploy status" in ran.err
