"""Writes Terraform's language as `terraform fmt` writes it. Pure.

Source: Terraform language, "Style Conventions": two spaces, one column of `=` in a run of lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from sam_deploy.export.terraform.values import (
    Argument,
    Attribute,
    Body,
    Choice,
    Code,
    Encoded,
    Items,
    Names,
    Nested,
    Selected,
    Simple,
    Text,
    Value,
)

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_ONE_LINE: Final = 90

Naming = Callable[[Attribute], str]
"""How an attribute is written where it is read: `aws_sqs_queue.orders.arn`, `var.orders_arn`."""


def block(head: str, body: Body, naming: Naming) -> str:
    """Return a block with its body, ending in a line break."""
    lines = list(_body(body, naming, "  "))
    return f"{head} {{}}\n" if not lines else "\n".join([f"{head} {{", *lines, "}", ""])


def expression(value: Value, naming: Naming, indent: str = "") -> str:
    """Return a value as it is written; further lines begin with `indent`."""
    match value:
        case None | bool() | int() | float() | str():
            return _simple(value)
        case Attribute():
            return naming(value)
        case Code(parts):
            return "".join(each if isinstance(each, str) else naming(each) for each in parts)
        case Text(parts):
            return f'"{"".join(_part(each, naming) for each in parts)}"'
        case Encoded(inner):
            return f"jsonencode({expression(inner, naming, indent)})"
        case Choice(test, inner, other):
            yes, no = expression(inner, naming, indent), expression(other, naming, indent)
            return f"{test} ? {yes} : {no}"
        case Selected(values, by):
            return f"{_object(values, naming, indent)}[{by}]"
        case Items(values, gaps):
            listed = _list(values, naming, indent)
            return f"[for each in {listed} : each if each != null]" if gaps else listed
        case Names(values):
            return _object(values, naming, indent)


def _simple(value: Simple) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return quoted(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def quoted(text: str) -> str:
    """Return a text as a literal, in which nothing is filled in."""
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    inner = json.dumps(text, ensure_ascii=False)[1:-1]
    # JSON has two escapes that this language has not
    inner = re.sub(r"(?<!\\)((?:\\\\)*)\\([bf])", _by_number, inner)
    return inner.replace("${", "$${").replace("%{", "%%{")


def _by_number(match: re.Match[str]) -> str:
    return match[1] + {"b": "\\u0008", "f": "\\u000c"}[match[2]]


def _part(part: str | Attribute | Code, naming: Naming) -> str:
    return _escaped(part) if isinstance(part, str) else f"${{{expression(part, naming)}}}"


def _list(values: tuple[Value, ...], naming: Naming, indent: str) -> str:
    inner = f"{indent}  "
    written = [expression(each, naming, inner) for each in values]
    line = f"[{', '.join(written)}]"
    if len(line) <= _ONE_LINE and "\n" not in line:
        return line
    return "\n".join(["[", *(f"{inner}{each}," for each in written), f"{indent}]"])


def _object(values: Mapping[str, Value], naming: Naming, indent: str) -> str:
    if not values:
        return "{}"
    inner = f"{indent}  "
    pairs = [
        (name if _IDENTIFIER.match(name) else quoted(name), expression(each, naming, inner))
        for name, each in values.items()
    ]
    return "\n".join(["{", *_aligned(pairs, inner), f"{indent}}}"])


def _aligned(pairs: list[tuple[str, str]], indent: str) -> Iterator[str]:
    """Yield `name = value` with one column of `=`; a value of several lines stands by itself."""
    run: list[tuple[str, str]] = []
    for name, value in [*pairs, ("", "\n")]:
        if "\n" not in value:
            run.append((name, value))
            continue
        width = max((len(each) for each, _ in run), default=0)
        yield from (f"{indent}{each.ljust(width)} = {written}" for each, written in run)
        run = []
        if name:
            yield f"{indent}{name} = {value}"


def _body(body: Body, naming: Naming, indent: str) -> Iterator[str]:
    """Yield the lines of a body: arguments first, nested blocks after a blank line each."""
    pairs = [
        (each.name, expression(each.value, naming, indent))
        for each in body
        if isinstance(each, Argument)
    ]
    yield from _aligned(pairs, indent)
    nested = [each for each in body if isinstance(each, Nested)]
    for number, each in enumerate(nested):
        if number or pairs:
            yield ""
        yield from _nested(each, naming, indent)


def _nested(nested: Nested, naming: Naming, indent: str) -> Iterator[str]:
    inner = f"{indent}  "
    if nested.each is None:
        lines = list(_body(nested.body, naming, inner))
        if lines:
            yield from (f"{indent}{nested.name} {{", *lines, f"{indent}}}")
        else:
            yield f"{indent}{nested.name} {{}}"
        return
    yield f'{indent}dynamic "{nested.name}" {{'
    yield f"{inner}for_each = {expression(nested.each, naming, inner)}"
    yield ""
    yield f"{inner}content {{"
    yield from _body(nested.body, naming, f"{inner}  ")
    yield f"{inner}}}"
    yield f"{indent}}}"
