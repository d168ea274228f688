"""One link of the audit: a JSON document of which no byte can change unseen. Pure.

It is written in one way only (sorted names, no spaces), and holds the hash of all the rest of it.
So what was read is compared with what would be written, byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

SCHEMA: Final = 1
SEAL: Final = "seal"
"""The name under which a document holds the hash of the rest of it."""
HIDDEN: Final = "***"
"""How values show that must not be seen, such as `sam_deploy_runtime.Secret`."""
Fact: TypeAlias = "str | int | float | bool | Sequence[Fact] | Mapping[str, Fact] | None"


@dataclass(frozen=True, slots=True)
class Link:
    """An event: what happened, when, by whom. `previous` is the hash of the link before it."""

    number: int
    """From 1, without gaps."""
    time: str
    """UTC, ISO 8601 with milliseconds, by the clock of who wrote it."""
    event: str
    """Such as `deployed`."""
    facts: Mapping[str, Fact]
    who: str
    """ARN of the caller."""
    host: str
    previous: str
    """SHA-256 of the bytes of the link before, in hex; '' for the first."""
    app: str
    id: str
    """Random, so that a writer knows its own link again."""
    sha256: str = field(default="", compare=False)
    """Of its own bytes, in hex."""

    def written(self) -> bytes:
        """Return it as it is stored."""
        names = ("number", "time", "event", "facts", "who", "host", "previous", "app", "id")
        return sealed({"schema": SCHEMA, **{name: getattr(self, name) for name in names}})


def sha256(body: bytes) -> str:
    """Return the hash of a document, in hex."""
    return hashlib.sha256(body).hexdigest()


def sealed(document: Mapping[str, object]) -> bytes:
    """Return a document as bytes, in the one way in which it is written, with its seal."""
    return _bytes({**document, SEAL: sha256(_bytes(document))})


def opened(body: bytes) -> Mapping[str, Any]:
    """Return a document without its seal. Raises `ValueError` for a single byte that is wrong."""
    try:
        found = json.loads(body)
        seal = found.pop(SEAL)
        as_written = _bytes({**found, SEAL: seal})
        rest = _bytes(found)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("it is cut off or damaged") from error
    if as_written != body or seal != sha256(rest):
        raise ValueError("it was changed: its seal does not fit")
    return dict(found)


def read(body: bytes) -> Link:
    """Return the link that a document holds. Raises `ValueError` that says what is wrong."""
    found = dict(opened(body))
    schema = found.pop("schema", None)
    if schema != SCHEMA:
        raise ValueError(
            f"it was written by another version of sam-deploy (schema {schema}; "
            f"this one knows {SCHEMA})"
        )
    try:
        return Link(**found, sha256=sha256(body))
    except TypeError as error:
        raise ValueError("it is no link") from error


def plain(facts: Mapping[str, object]) -> dict[str, Fact]:
    """Return facts as JSON keeps them.

    Raises `ValueError` for a value that must not be seen, and for one that JSON does not have.
    """
    return {_name(name): _plain(value, name) for name, value in facts.items()}


def _plain(value: object, name: str) -> Fact:
    if repr(value) == HIDDEN:
        raise ValueError(f"`{name}` is a secret: it does not belong into the audit")
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, Mapping):
        return {_name(key): _plain(each, f"{name}.{key}") for key, each in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes | bytearray):
        items = sorted(value, key=repr) if isinstance(value, set | frozenset) else value
        return [_plain(each, name) for each in items]
    raise ValueError(f"`{name}` is {type(value).__name__}, which JSON does not have")


def _name(name: object) -> str:
    if not isinstance(name, str) or repr(name) == HIDDEN:
        raise ValueError("a fact is named by a text that may be seen")
    return name


def _bytes(document: Mapping[str, object]) -> bytes:
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode("ascii")
