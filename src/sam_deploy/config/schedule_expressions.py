"""Says what is wrong with a schedule's expression, and how it is written right. Pure.

AWS finds such mistakes in the middle of a deployment, and then rolls back. Source: EventBridge
Scheduler user guide, "Schedule types".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

UNITS: Final = ("minute", "hour", "day")
MONTHS: Final = (
    "JAN",
    "FEB",
    "MAR",
    "APR",
    "MAY",
    "JUN",
    "JUL",
    "AUG",
    "SEP",
    "OCT",
    "NOV",
    "DEC",
)
DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
FIELDS_OF_UNIX: Final = 5
FIELDS: Final = 6


@dataclass(frozen=True, slots=True)
class _Field:
    """One of cron's fields: its range, its names, and what else it may hold."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    extra: str = ""
    """Patterns that only this field knows, such as L for the last day."""


CRON: Final = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day of month", 1, 31, extra=r"\?|L|LW|([1-9]|[12][0-9]|3[01])W"),
    _Field("month", 1, 12, MONTHS),
    _Field("day of week", 1, 7, DAYS, extra=r"\?|L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5])"),
    _Field("year", 1970, 2199),
)
DAY_OF_MONTH, DAY_OF_WEEK = 2, 4


def mistake(expression: str) -> str:
    """Return what is wrong with `rate(...)`, `cron(...)` or `at(...)`; '' when nothing is."""
    kind, _, rest = expression.partition("(")
    inside = rest.removesuffix(")")
    check = {"rate": _rate, "cron": _cron, "at": _at}.get(kind)
    return check(inside) if check else ""


def _rate(inside: str) -> str:
    match = re.fullmatch(r"\s*([0-9]+)\s*([A-Za-z]+)\s*", inside)
    count = int(match[1]) if match else 0
    unit = _unit(match[2]) if match else ""
    if not match or not unit:
        return f"rate({inside}) is no number with minutes, hours or days; such as rate(5 minutes)"
    if count == 0:
        return f"rate({inside}) never comes; the least is rate(1 minute)"
    right = f"{count} {unit}{'' if count == 1 else 's'}"
    return "" if inside == right else f"rate({inside}) is not known to AWS; write rate({right})"


def _unit(word: str) -> str:
    """Return the unit that was meant by a word such as Hours, mins or d."""
    lower = word.lower().rstrip("s")
    return next((each for each in UNITS if lower and each.startswith(lower)), "")


def _at(inside: str) -> str:
    wrong = f"at({inside}) is no time; write it as at(2027-01-31T09:30:00)"
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}", inside):
        return wrong
    try:
        datetime.fromisoformat(inside)
    except ValueError as error:
        return f"at({inside}): {error}"
    return ""


def _cron(inside: str) -> str:
    parts = inside.split()
    if len(parts) == FIELDS_OF_UNIX:
        return (
            f"cron({inside}) has 5 fields, AWS wants 6, the last for the year; "
            f"write cron({_from_unix(parts)})"
        )
    if len(parts) != FIELDS:
        return (
            f"cron({inside}) has {len(parts)} fields, AWS wants 6: minutes, hours, day of month, "
            "month, day of week, year"
        )
    for field, part in zip(CRON, parts, strict=True):
        wrong = next((item for item in part.split(",") if not _fits(field, item)), None)
        if wrong is not None:
            return f"{wrong!r} is nothing that {field.name} can hold{_range(field)}"
    return _one_day(parts)


def _one_day(parts: list[str]) -> str:
    """Exactly one of day of month and day of week says something; the other is `?`."""
    unsaid = [parts[DAY_OF_MONTH] == "?", parts[DAY_OF_WEEK] == "?"]
    if sum(unsaid) == 1:
        return ""
    both = "are both ?" if all(unsaid) else "cannot both be given"
    right = f"write cron({' '.join(_with_one_day(parts))})"
    if not any(unsaid) and "*" not in (parts[DAY_OF_MONTH], parts[DAY_OF_WEEK]):
        right = "make two schedules, each with ? for the other"
    return f"day of month and day of week {both}; {right}"


def _with_one_day(parts: list[str]) -> list[str]:
    right = list(parts)
    if parts[DAY_OF_MONTH] == parts[DAY_OF_WEEK] == "?":
        right[DAY_OF_MONTH] = "*"
    elif parts[DAY_OF_WEEK] == "*":
        right[DAY_OF_WEEK] = "?"
    else:
        right[DAY_OF_MONTH] = "?"
    return right


def _from_unix(parts: list[str]) -> str:
    """Return what five fields of Unix mean to AWS: days are counted from Sunday as 1, not 0."""
    days = re.sub(r"(?<![#/0-9])[0-7](?![0-9])", lambda m: DAYS[int(m[0]) % 7], parts[DAY_OF_WEEK])
    return " ".join(_with_one_day([*parts[:DAY_OF_WEEK], days, "*"]))


def _fits(field: _Field, item: str) -> bool:
    if field.extra and re.fullmatch(field.extra, item):
        return True
    span, slash, step = item.partition("/")
    if slash and not (step.isdigit() and int(step) > 0):
        return False
    if span == "*":
        return True
    low, dash, high = span.partition("-")
    first, last = _number(field, low), _number(field, high if dash else low)
    # FRI-MON goes over the end of the week, as 22-2 does over midnight
    return first is not None and last is not None


def _number(field: _Field, text: str) -> int | None:
    if text.upper() in field.names:
        return field.low + field.names.index(text.upper())
    number = int(text) if re.fullmatch(r"[0-9]{1,4}", text) else -1
    return number if field.low <= number <= field.high else None


def _range(field: _Field) -> str:
    names = f" or {field.names[0]}-{field.names[-1]}" if field.names else ""
    return f" ({field.low}-{field.high}{names})"
