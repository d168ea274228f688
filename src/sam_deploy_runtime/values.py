"""Values of settings: secrets that do not print, and text read as another type."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, Union

T = TypeVar("T")
Type = Union[type[T], Callable[[str], T]]  # noqa: UP007 - Python 3.9 evaluates it
"""What a setting can be read as."""

TRUE = frozenset({"true", "yes", "on", "1"})
FALSE = frozenset({"false", "no", "off", "0"})


class Secret(str):
    """Text that must not be seen: its repr is `***`, in lists, dicts and tracebacks, too.

    It is otherwise the text itself: `str.format` and concatenation give the value away.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """Return three stars, whatever the value."""
        return "***"


def convert(text: str, wanted: Type[Any]) -> tuple[bool, Any]:
    """Return whether `text` can be read as `wanted`, and what it is then.

    bool takes true, yes, on, 1 and their opposites; dict and list take JSON; anything else is
    called with the text. The error of a failed attempt is dropped here on purpose, with its
    traceback: Python's own sentences quote the text.
    """
    try:
        return True, PARSERS.get(wanted, wanted)(text)
    except Exception:  # noqa: BLE001 - a parser of the user's may raise anything
        return False, None


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word not in TRUE | FALSE:
        raise ValueError("neither true nor false")
    return word in TRUE


def _json(text: str, wanted: type) -> Any:  # noqa: ANN401 - any JSON value
    found = json.loads(text)
    if not isinstance(found, wanted):
        raise ValueError("JSON of another type")  # noqa: TRY004 - all failures are alike here
    return found


PARSERS: Mapping[Any, Callable[[str], Any]] = {
    str: lambda text: text,
    bool: _boolean,
    dict: lambda text: _json(text, dict),
    list: lambda text: _json(text, list),
}
