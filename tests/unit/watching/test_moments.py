from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.errors import ConfigError
from sam_deploy.watching.moments import milliseconds, moment

NOW = datetime(2026, 11, 28, 12, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("10m", timedelta(minutes=10)),
        ("2h", timedelta(hours=2)),
        ("2h30m", timedelta(hours=2, minutes=30)),
        ("1.5h", timedelta(minutes=90)),
        ("45 s", timedelta(seconds=45)),
        ("3d", timedelta(days=3)),
        ("1w", timedelta(weeks=1)),
        ("5mins ago", timedelta(minutes=5)),
        ("2 hours ago", timedelta(hours=2)),
        ("1day", timedelta(days=1)),
        ("now", timedelta()),
    ],
)
def test_a_while_ago_is_read_in_units_and_words(text: str, ago: timedelta) -> None:
    """`10m`, `2h30m` and the SAM CLI's `5mins ago` (R270)."""
    assert NOW - ago == moment(text, NOW, utc=False, option="--since")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-28T10:00", datetime(2026, 11, 28, 10, tzinfo=UTC)),
        ("2026-11-28T10:00:05Z", datetime(2026, 11, 28, 10, 0, 5, tzinfo=UTC)),
        ("2026-11-28 10:00", datetime(2026, 11, 28, 10, tzinfo=UTC)),
        ("2026-11-27", datetime(2026, 11, 27, tzinfo=UTC)),
        ("2026-11-28T15:30+05:30", datetime(2026, 11, 28, 10, tzinfo=UTC)),
        ("9:05", datetime(2026, 11, 28, 9, 5, tzinfo=UTC)),
    ],
)
def test_a_date_without_a_zone_is_in_utc_when_that_is_asked(text: str, expected: datetime) -> None:
    """Dates and times of day; a zone that is named counts (R270)."""
    assert expected == moment(text, NOW, utc=True, option="--since")


def test_a_date_without_a_zone_is_in_this_computers_zone() -> None:
    """What people type is the time on their wall."""
    expected = datetime(2026, 11, 28, 10).astimezone()
    assert expected == moment("2026-11-28T10:00", NOW, utc=False, option="--since")


@pytest.mark.parametrize("text", ["", "10", "2h3", "h", "tomorrow", "2026-13-01", "-5m", "9" * 40])
def test_what_is_no_point_in_time_is_refused_with_examples(text: str) -> None:
    """Exit code 2; the option and examples are named."""
    with pytest.raises(ConfigError, match=r"`--until .*` is no point in time") as caught:
        moment(text, NOW, utc=False, option="--until")
    assert "2026-11-28T10:00" in caught.value.hint


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_a_mistake_of_the_user(text: str) -> None:
    """Nothing that can be typed is a bug of ours."""
    try:
        assert moment(text, NOW, utc=False, option="--since").tzinfo is UTC
    except ConfigError:
        return


def test_milliseconds_count_as_cloudwatch_does() -> None:
    """Since 1970, in UTC."""
    assert 1_795_869_015_000 == milliseconds(NOW)
