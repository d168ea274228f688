"""Terraform's language as values: arguments, nested blocks, and what one resource says of another.

Source: Terraform language, "Expressions" and "Configuration Syntax".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a resource, wherever it is: `key` is that of a `Resource`."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Code:
    """An expression as it is written, with attributes among it."""

    parts: tuple[str | Attribute, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A text with expressions in it: `"arn:${...}:sqs"`."""

    parts: tuple[str | Attribute | Code, ...]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A value as JSON text: `jsonencode(...)`."""

    value: Value


@dataclass(frozen=True, slots=True)
class Items:
    """A list; with `gaps` its members that are nothing are left out."""

    values: tuple[Value, ...]
    gaps: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """An object, or a map."""

    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Choice:
    """A value where the test holds, else another, or nothing."""

    test: str
    value: Value
    otherwise: Value = None


@dataclass(frozen=True, slots=True)
class Selected:
    """Several values, of which that of the module's own environment, or region, is taken."""

    values: Mapping[str, Value]
    by: str = "var.environment"


Simple: TypeAlias = str | int | float | bool | None
Value: TypeAlias = "Simple | Attribute | Code | Text | Encoded | Items | Names | Choice | Selected"


@dataclass(frozen=True, slots=True)
class Argument:
    """`name = value`."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class Nested:
    """`name { ... }`; with `each` a dynamic block, made for every element of that expression."""

    name: str
    body: Body
    each: Code | None = None


Body: TypeAlias = "tuple[Argument | Nested, ...]"


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of Terraform, made of one of CloudFormation, or of a part of it."""

    key: str
    """The logical id, and what tells the parts of one resource apart: `Orders`, `Orders/cors`."""
    kind: str
    """Such as aws_sqs_queue."""
    body: Body
    depends_on: tuple[str, ...] = ()
    """Keys of others."""
    count: tuple[str, ...] = ()
    """Conditions, all of which must hold for it to be made."""
    lifecycle: Body = ()
    module: str = ""
    name: str = ""
    """The name within its kind and module, which no environment is part of."""
    path: str = field(default="", compare=False)
    """What in `deploy.py` caused it."""


def walk(value: Value, change: Callable[[Value], Value | None]) -> Value:
    """Return a value in which `change` has replaced parts: None leaves a part to be walked."""
    found = change(value)
    if found is not None:
        return found
    match value:
        case Encoded(inner):
            return Encoded(walk(inner, change))
        case Choice(test, inner, otherwise):
            return Choice(test, walk(inner, change), walk(otherwise, change))
        case Selected(values, by):
            return Selected({name: walk(each, change) for name, each in values.items()}, by)
        case Items(values, gaps):
            return Items(tuple(walk(each, change) for each in values), gaps)
        case Names(values):
            return Names({name: walk(each, change) for name, each in values.items()})
    return value


def attributes(value: Value) -> Iterator[Attribute]:
    """Yield every attribute of another resource that a value reads."""
    match value:
        case Attribute():
            yield value
        case Code(parts) | Text(parts):
            for part in parts:
                if not isinstance(part, str):
                    yield from attributes(part)
        case Encoded(inner):
            yield from attributes(inner)
        case Choice(_, inner, otherwise):
            yield from attributes(inner)
            yield from attributes(otherwise)
        case Items(values):
            for each in values:
                yield from attributes(each)
        case Names(values) | Selected(values, _):
            for each in values.values():
                yield from attributes(each)


def body_values(body: Body) -> Iterator[Value]:
    """Yield the values of every argument of a body, those of nested blocks too."""
    for part in body:
        if isinstance(part, Argument):
            yield part.value
        else:
            if part.each is not None:
                yield part.each
            yield from body_values(part.body)


def map_body(body: Body, change: Callable[[Value], Value]) -> Body:
    """Return a body with every value changed."""
    return tuple(
        replace(part, value=change(part.value))
        if isinstance(part, Argument)
        else replace(part, body=map_body(part.body, change))
        for part in body
    )
