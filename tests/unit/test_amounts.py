from __future__ import annotations

import pytest

from sam_deploy.amounts import duration_text, percent


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (3, "3 s"),
        (59.6, "1 min"),
        (60, "1 min"),
        (90, "90 s"),
        (130, "2 min"),
        (1800, "30 min"),
        (3600, "1 h"),
        (5400, "1 h 30 min"),
        (86_400, "24 h"),
    ],
)
def test_a_length_of_time_is_told_to_the_second_or_to_the_minute(
    seconds: float, expected: str
) -> None:
    """Seconds matter below two minutes, and no longer after that."""
    assert expected == duration_text(seconds)


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, "0%"), (0.015, "1.5%"), (0.1, "10%"), (0.125, "12.5%"), (0.29, "29%"), (1.0, "100%")],
)
def test_a_share_is_told_as_it_was_asked_for(share: float, expected: str) -> None:
    """People agree to steps of 1.5 and 12.5 %: 2 and 12 would be others."""
    assert expected == percent(share)
