"""Reads points in time as people write them: 10m, 2h30m, 10:00, 2026-11-28T10:00. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from sam_deploy.errors import ConfigError

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_WORDS: Final = r"s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:eeks?)?"
_PART: Final = re.compile(rf"(\d+(?:\.\d+)?)\s*({_WORDS})(?![a-z])\s*")
_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_FARTHEST: Final = timedelta(days=100 * 365)


def moment(text: str, now: datetime, *, utc: bool, option: str) -> datetime:
    """Return the point in time that `text` means, in UTC.

    `now` has a time zone. What names no zone is meant in the zone of this computer, or in UTC.
    Raises `ConfigError`, naming the option, for what is none.
    """
    given = text.strip().lower()
    if given == "now":
        return now.astimezone(UTC)
    ago = _ago(given.removesuffix("ago").rstrip())
    if ago is not None:
        return now.astimezone(UTC) - ago
    found = _written(given.upper(), now, utc=utc)
    if found is None:
        raise ConfigError(
            f"`{option} {text}` is no point in time",
            why="it is neither a while ago nor a date",
            hint="such as 10m, 2h, 10:00, 2026-11-28T10:00 or 2026-11-28T10:00Z",
        )
    return found


def milliseconds(when: datetime) -> int:
    """Return a point in time as CloudWatch Logs counts it: from 1970 on."""
    return round(when.timestamp() * 1000)


def _ago(text: str) -> timedelta | None:
    """Return how long `2h30m` is; nothing when it is no duration."""
    position, seconds = 0, 0.0
    while position < len(text):
        part = _PART.match(text, position)
        if part is None:
            return None
        seconds += float(part[1]) * _UNITS[part[2][0]]
        position = part.end()
    long = seconds > _FARTHEST.total_seconds()
    return None if not text or long else timedelta(seconds=seconds)


def _written(text: str, now: datetime, *, utc: bool) -> datetime | None:
    if _CLOCK.fullmatch(text):
        today = now.astimezone(UTC) if utc else now.astimezone()
        text = f"{today:%Y-%m-%d}T{text.rjust(len(text) + (text.find(':') == 1), '0')}"
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None and utc:
            found = found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
