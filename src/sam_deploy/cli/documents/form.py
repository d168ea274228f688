"""The words in which documents are described: text, number, record, list, and what may be null.

A form is a piece of JSON Schema (draft 2020-12) with a sentence about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Form: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """What a command writes to standard output with `--json`."""

    commands: tuple[str, ...]
    """Such as `cloud start`; several that write the same."""
    form: Form
    options: str = ""
    """With which it is this document: `--plan-only`; '' for the command as it is."""
    about: str = ""
    """Sentences for the page, below the heading."""
    lines: bool = False
    """One such document a line (JSON Lines), instead of one in all."""

    @property
    def title(self) -> str:
        """Return the document's heading: every command and option that writes it."""
        tail = f" {self.options}" if self.options else ""
        return ", ".join(f"{each}{tail} --json" for each in self.commands)


def text(about: str = "") -> Form:
    """Return a string."""
    return _form("string", about)


def number(about: str = "") -> Form:
    """Return a number that may have a fraction."""
    return _form("number", about)


def share(about: str = "") -> Form:
    """Return a fraction, 0-1."""
    return _form("number", about) | {"minimum": 0, "maximum": 1}


def whole(about: str = "") -> Form:
    """Return a whole number."""
    return _form("integer", about)


def flag(about: str = "") -> Form:
    """Return true or false."""
    return _form("boolean", about)


def anything(about: str = "") -> Form:
    """Return any value."""
    return {"description": about} if about else {}


def words(*known: str, about: str = "") -> Form:
    """Return one of these strings."""
    return _form("string", about) | {"enum": list(known)}


def maybe(form: Form) -> Form:
    """Return the same, or null."""
    may = dict(form)
    if "type" in may:
        may["type"] = [form["type"], "null"]
    if "enum" in may:
        may["enum"] = [*form["enum"], None]
    return may


def listed(each: Form, about: str = "") -> Form:
    """Return a list of these."""
    return _form("array", about) | {"items": each}


def names(about: str = "") -> Form:
    """Return a list of strings."""
    return listed(text(), about)


def by_name(each: Form, about: str = "", *, name: str = "name") -> Form:
    """Return an object whose fields have free names, such as regions: `name` says what they are."""
    found = _form("object", about) | {"additionalProperties": each}
    return found | {"propertyNames": {"description": name}}


def record(
    fields: Mapping[str, Form], about: str = "", *, optional: Mapping[str, Form] | None = None
) -> Form:
    """Return an object with these fields; those of `optional` are not always there."""
    every = {**fields, **(optional or {})}
    return _form("object", about) | {"properties": every, "required": list(fields)}


def _form(kind: str, about: str) -> Form:
    return {"type": kind, "description": about} if about else {"type": kind}
