"""Codes that nothing prints, and seals that open once."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import re

import pytest

from sam_deploy.approval.code import Code, Deadline, Seal, read


def test_codes_are_six_digits_and_differ() -> None:
    """All of 000000 to 999999 can come, zeros in front included."""
    codes = [Code().revealed() for _ in range(2000)]
    assert [] == [each for each in codes if not re.fullmatch("[0-9]{6}", each)]
    assert len(set(codes)) > 1900
    assert any(each.startswith("0") for each in codes)
    # each digit has each value: one in ten that misses 2000 times is no chance
    assert all(len({each[place] for each in codes}) == 10 for place in range(6))


def test_nothing_shows_a_code() -> None:
    """Not its repr, its text, a format, `%s`, `vars`, JSON or pickle."""
    code = Code()
    logged = logging.LogRecord("x", logging.DEBUG, "", 1, "%s", (code,), None).getMessage()
    shown = [repr(code), str(code), f"{code}", f"{code:>20}", f"{code!r}", repr([code]), logged]
    assert [] == [each for each in shown if each.strip("[]") != "***"]
    assert not hasattr(code, "__dict__")
    for write in (pickle.dumps, json.dumps, copy.copy):
        with pytest.raises(TypeError):
            write(code)


def test_a_seal_opens_for_its_code_and_plan_once() -> None:
    """Wrong codes and other plans do not open it, nor use it up (fault 20)."""
    code = Code()
    seal = Seal(code, "one")
    wrong = f"{(int(code.revealed()) + 1) % 10**6:06d}"
    assert not seal.opens("one", wrong)
    assert not seal.opens("two", code.revealed())
    assert seal.opens("one", code.revealed())
    assert not seal.opens("one", code.revealed())


def test_a_seal_does_not_hold_the_code() -> None:
    """What is in memory after the mail was sent cannot be compared with another seal, either."""
    code = Code()
    held = [getattr(Seal(code, "one"), name) for name in Seal.__slots__]
    assert code.revealed().encode() not in b"".join(each for each in held if type(each) is bytes)
    again = [getattr(Seal(code, "one"), name) for name in Seal.__slots__]
    assert held[0] != again[0]


@pytest.mark.parametrize(
    ("wall", "monotonic", "passed"),
    [(99, 9, False), (100, 9, True), (99, 10, True), (0, 10, True), (100, 0, True)],
)
def test_a_deadline_passes_by_either_clock(wall: float, monotonic: float, passed: bool) -> None:  # noqa: FBT001 - a case
    """Whichever is first (fault 24)."""
    assert passed == Deadline(100, 10).passed(wall, monotonic)


def test_only_six_ascii_digits_are_read() -> None:
    """Spaces around them aside (fault 26)."""
    assert "012345" == read(" 012345\n")
    assert [None] * 4 == [read(each) for each in ("１２３４５６", "12345", "1234567", "123 456")]  # noqa: RUF001 - full width
