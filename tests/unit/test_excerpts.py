"""What is shown of a long line, around the place that it is about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.excerpts import around


@pytest.mark.parametrize(
    ("place", "shown", "below"),
    [
        (0, "0123456789abc...", "0"),
        (18, "...defghijklm...", "i"),
        (35, "...nopqrstuvwxyz", "z"),
        (36, "...opqrstuvwxyz", ""),
    ],
)
def test_the_place_is_seen_with_what_is_around_it(place: int, shown: str, below: str) -> None:
    """Sixteen characters of 36; the place can be behind the end, too."""
    text, found = around("0123456789abcdefghijklmnopqrstuvwxyz", place, 16)
    assert shown == text
    assert below == text[found : found + 1]


@given(st.text("abc", max_size=90), st.integers(0, 90), st.integers(16, 60))
def test_no_excerpt_is_wider_than_its_room(line: str, place: int, room: int) -> None:
    """And the place is the same character, or behind the end in both."""
    place = min(place, len(line))
    text, found = around(line, place, room)
    assert len(text) <= room
    assert 0 <= found < room
    assert text[found : found + 1] == line[place : place + 1]
