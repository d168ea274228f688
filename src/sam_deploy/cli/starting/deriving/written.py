"""Python text of declarations, laid out as ruff's formatter does. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias, Union

WIDTH: Final = 100
Written: TypeAlias = Union[
    "Call", str, int, bool, Sequence["Written"], Mapping[str, "Written"], None
]


@dataclass(frozen=True, slots=True)
class Call:
    """A declaration: its class, arguments by position, and arguments by name."""

    name: str
    first: tuple[Written, ...] = ()
    named: Mapping[str, Written] = field(default_factory=dict)


def classes(value: Written) -> set[str]:
    """Return the classes that have to be imported for a value."""
    if isinstance(value, Call):
        inside: set[str] = set().union(*map(classes, (*value.first, *value.named.values())))
        return inside | {value.name}
    if isinstance(value, Mapping):
        return set().union(*map(classes, value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return set().union(*map(classes, value))
    return set()


def written(value: Written, indent: int = 0, before: int = 0, after: int = 0) -> str:
    """Return the text of a value, whose line is indented, with so much before and after it."""
    head, parts, tail = _parts(value)
    if parts is None:
        return head
    short = head + ", ".join(name + written(each) for name, each in parts) + tail
    if indent + before + len(short) + after <= WIDTH and "\n" not in short:
        return short
    inner = indent + 4
    lines = [f"{' ' * inner}{name}{written(each, inner, len(name), 1)},\n" for name, each in parts]
    return f"{head}\n{''.join(lines)}{' ' * indent}{tail}"


def _parts(value: Written) -> tuple[str, list[tuple[str, Written]] | None, str]:
    """Return what opens a value, what is in it (None when it has no inside), and what closes it."""
    if isinstance(value, Call):
        named = [(f"{name}=", each) for name, each in value.named.items()]
        return f"{value.name}(", [*(("", each) for each in value.first), *named], ")"
    if isinstance(value, Mapping):
        return "{", [(f"{_text(name)}: ", each) for name, each in value.items()], "}"
    if isinstance(value, str):
        return _text(value), None, ""
    if isinstance(value, Sequence):
        return "[", [("", each) for each in value], "]"
    return repr(value), None, ""


def _text(value: str) -> str:
    # the escapes of JSON are Python's as well
    return json.dumps(value, ensure_ascii=not value.isprintable())
