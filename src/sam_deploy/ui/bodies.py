"""What a page may ask for. Every mistake of a request is told at once. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from sam_deploy.errors import ConfigError
from sam_deploy.ui.ports import Ask

T = TypeVar("T")
FIELDS: Final = {
    "promote": frozenset(
        {"kind", "environment", "only", "canary", "every_minutes", "min_requests", "quiet", "note"}
    ),
    "rollback": frozenset({"kind", "environment", "to", "only", "note"}),
}
NAMES_MOST: Final = 1000
STEPS_MOST: Final = 100
TEXT_MOST: Final = 200
NOTE_MOST: Final = 500
ANSWER_MOST: Final = 200
MINUTES_MOST: Final = 7 * 24 * 60
WHOLE: Final = 100


class _Reader:
    """Takes values out of an object, and keeps what is wrong."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        self._found = found
        self.problems: list[str] = []

    def take(self, name: str, fits: Callable[[Any], bool], wanted: str, usual: T) -> T:
        value = self._found.get(name)
        if value is None:
            return usual
        if not fits(value):
            self.problems.append(f"`{name}` must be {wanted}")
            return usual
        result: T = value
        return result

    def text(self, name: str, most: int = TEXT_MOST) -> str:
        return self.take(
            name,
            lambda it: isinstance(it, str) and len(it) <= most,
            f"a text of {most} at most",
            "",
        )

    def names(self, name: str) -> tuple[str, ...]:
        found: list[str] = self.take(name, _are_names, "a list of names of functions", [])
        return tuple(found)


def job(body: bytes) -> Ask:
    """Return what a page asks for. Raises `ConfigError` with all mistakes."""
    found = _object(body)
    kind = found.get("kind")
    if not isinstance(kind, str) or kind not in FIELDS:
        raise _wrong(("`kind` must be `promote` or `rollback`",))
    read = _Reader(found)
    unknown = sorted(found.keys() - FIELDS[kind])
    read.problems += [f"there is no `{each[:40]}` in a {kind}" for each in unknown]
    environment = read.text("environment")
    if not environment:
        read.problems.append("`environment` must be named")
    percents = "a list of rising percentages between 0 and 100"
    canary: list[float] = read.take("canary", _are_steps, percents, [])
    minutes = f"minutes, more than 0 and at most {MINUTES_MOST}"
    ask = Ask(
        kind="promote" if kind == "promote" else "rollback",
        environment=environment,
        only=read.names("only"),
        canary=tuple(canary),
        every_minutes=read.take("every_minutes", _is_minutes, minutes, 0.0),
        min_requests=read.take("min_requests", _is_count, "a whole number from 0 on", None),
        quiet=read.names("quiet"),
        release=read.text("to"),
        note=read.text("note", NOTE_MOST),
    )
    if read.problems:
        raise _wrong(tuple(read.problems))
    return ask


def answer(body: bytes) -> tuple[str, int | None]:
    """Return an answer, and the number of its question, if it says which. Raises `ConfigError`."""
    found = _object(body)
    text, number = found.get("answer"), found.get("question")
    if not isinstance(text, str) or len(text) > ANSWER_MOST or not set(text).isdisjoint("\r\n\0"):
        # what was typed is not repeated: it may be a code
        raise _wrong((f"`answer` must be a line of {ANSWER_MOST} characters at most",))
    if number is not None and not _is_count(number):
        raise _wrong(("`question` must be the number of a question",))
    return text, number


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise _wrong(("it is no JSON",)) from error
    if not isinstance(found, dict):
        raise _wrong(("it is no object",))
    return found


def _are_names(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= NAMES_MOST
        and all(isinstance(each, str) and 0 < len(each) <= TEXT_MOST for each in value)
    )


def _are_steps(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= STEPS_MOST
        and all(_is_number(each) and 0 < each < WHOLE for each in value)
        and value == sorted(set(value))
    )


def _is_minutes(value: object) -> bool:
    return _is_number(value) and 0 < float(str(value)) <= MINUTES_MOST


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _wrong(problems: tuple[str, ...]) -> ConfigError:
    return ConfigError(
        "The request cannot be meant",
        state="nothing was changed",
        hint="docs/concepts/dashboard.md has what may be asked",
        problems=problems,
    )
