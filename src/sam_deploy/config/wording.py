"""Says in a user's words what pydantic found. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sam_deploy.config.declare import Declaration
from sam_deploy.config.tree import label

Detail = Mapping[str, Any]
"""One of pydantic's `ErrorDetails`."""
Place = tuple[object, ...]

SPOKEN: Final = {
    "QueueTrigger": "on_queue",
    "UploadTrigger": "on_upload",
    "UserPoolTrigger": "on_user_pool",
    "ScheduleTrigger": "on_schedule",
    "EventTrigger": "on_event",
    "TopicTrigger": "on_topic",
    "TableTrigger": "on_table",
}
"""Classes that users know by another name."""
WRONG_CLASS: Final = frozenset({"is_instance_of", "dataclass_type", "dataclass_exact_type"})
_NOWHERE: Final = object()
SHOWN_CHARACTERS: Final = 60
"""As much of a wrong value as fits on a line."""


def spoken(kind: str) -> str:
    """Return the name under which users write a class."""
    return SPOKEN.get(kind, kind)


def told(details: Sequence[Any], value: object) -> list[tuple[str, str]]:
    """Return where in `value` and what is wrong, once for each place.

    A value that fits no member of a union has an error for each member at one place; a list
    whose entries are wrong is not also told to be too short.
    """
    by_place: dict[Place, list[Detail]] = {}
    deeper = [detail for detail in details if detail["type"] != "too_short"]
    for detail in deeper or details:
        by_place.setdefault(_place(detail["loc"], value), []).append(detail)
    return [(_suffix(place, value), _words(found)) for place, found in by_place.items()]


def _place(location: Place, value: object) -> Place:
    """Return the parts of a location that lead into the value: not names of union members."""
    place: list[object] = []
    for part in location:
        below = _below(value, part)
        if below is not _NOWHERE:
            value = below
            place.append(part)
    return tuple(place)


def _below(value: object, part: object) -> object:
    if isinstance(value, Mapping) and part in value:
        return value[part]
    if isinstance(value, (list, tuple)) and isinstance(part, int) and part < len(value):
        return value[part]
    return _NOWHERE


def _suffix(place: Place, value: object) -> str:
    text, here = "", value
    for part in place:
        if isinstance(part, int) and isinstance(here, (list, tuple)):
            here = here[part]
            text += f"[{label(here, part)}]"
        elif isinstance(here, Mapping):
            here = here[part]
            text += f"[{part!r}]"
    return text


def _words(details: Sequence[Detail]) -> str:
    if all(detail["type"] in WRONG_CLASS for detail in details):
        return _wrong_class(details)
    return _told_one(details[0])


def _wrong_class(details: Sequence[Detail]) -> str:
    names = [str(each["ctx"].get("class") or each["ctx"].get("class_name")) for each in details]
    wanted = [f"`{spoken(name)}(...)`" for name in dict.fromkeys(names)]
    got = shown(details[0]["input"])
    if len(wanted) == 1:
        called = f"{_article(spoken(names[0]))} " if spoken(names[0]) == names[0] else ""
        return f"must be {called}{wanted[0]}, not {got}"
    return f"must be {', '.join(wanted[:-1])} or {wanted[-1]}, not {got}"


def _told_one(detail: Detail) -> str:
    kind, context, given = detail["type"], detail.get("ctx", {}), detail["input"]
    if kind == "form":
        return str(detail["msg"])
    if kind == "literal_error":
        return _not_allowed(given, context["expected"])
    if kind == "greater_than_equal":
        return f"must be at least {context['ge']}, not {shown(given)}"
    if kind == "less_than_equal":
        return f"must be at most {context['le']}, not {shown(given)}"
    if kind == "too_short":
        return "must not be empty"
    if kind == "string_too_long":
        return f"must have at most {context['max_length']} characters, not {len(given)}"
    if kind == "too_long":
        return f"must have at most {context['max_length']} entries, not {len(given)}"
    wanted = re.sub(r"^Input should be (an? )?(valid )?", "", str(detail["msg"]))
    plain = {
        "tuple": "a list",
        "integer": "a whole number",
        "string": "text in quotes",
        "boolean": "True or False",
        "dictionary": "a mapping",
        "mapping": "a mapping",
    }
    return f"must be {plain.get(wanted, wanted)}, not {shown(given)}"


def _not_allowed(given: object, expected: str) -> str:
    allowed = [part.strip("' ") for part in re.split(r", | or ", expected)]
    near = difflib.get_close_matches(str(given), allowed, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"it can be {', '.join(allowed)}"
    return f"{shown(given)} is not allowed; {hint}"


def _article(name: str) -> str:
    return "an" if name[:1].lower() in "aeiou" else "a"


def shown(value: object) -> str:
    """Return a value as an error shows it: on one line, and no longer than that."""
    if isinstance(value, Declaration):
        name = spoken(type(value).__name__)
        return f"{_article(name)} `{name}(...)`"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 3]}..."
