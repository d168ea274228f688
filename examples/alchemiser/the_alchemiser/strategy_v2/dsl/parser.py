"""Text to nodes. Pure, and without recursion: nesting is counted, not suffered.

Lists `( )`, vectors `[ ]`, maps `{ :key value }`, texts with escapes, numbers, `:keywords`, names;
`;` begins a comment, commas are white space.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from strategy_v2.dsl.errors import StrategySyntaxError
from strategy_v2.dsl.nodes import ESCAPES, Call, Keyword, Map, Name, Node, Number, Text, Vector

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_NESTING: Final = 250
MAX_BYTES: Final = 10 * 1024 * 1024
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
_TOKEN: Final = re.compile(
    r"""
      (?P<skipped> [\s,]+ | ;[^\n]* )
    | (?P<bracket> [()\[\]{}] )
    | (?P<text>    "(?:[^"\\]|\\.)*" )
    | (?P<atom>    [^\s,;()\[\]{}"]+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z*!_?<>=+/.-][A-Za-z0-9*!_?<>=+/.%-]*", re.ASCII)


@dataclass(slots=True)
class _Open:
    """A bracket that waits for its end, and what stands in it so far."""

    bracket: str
    line: int
    column: int
    items: list[Node] = field(default_factory=list)


def parse(source: str) -> Node:
    """Return the one expression that a strategy is. Raises StrategySyntaxError."""
    if len(source.encode()) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1024 // 1024} MB"
        raise StrategySyntaxError(message, 1, 1)
    top = _Open("", 1, 1)
    opened = [top]
    for kind, text, line, column in _tokens(source):
        if kind != "bracket":
            opened[-1].items.append(_atom(kind, text, line, column))
        elif text in _CLOSING:
            if len(opened) > MAX_NESTING:
                message = f"nested deeper than {MAX_NESTING} levels"
                raise StrategySyntaxError(message, line, column)
            opened.append(_Open(text, line, column))
        else:
            opened[-2:] = [_closed(opened, text, line, column)]
    if len(opened) > 1:
        last = opened[-1]
        message = f"`{last.bracket}` is never closed"
        raise StrategySyntaxError(message, last.line, last.column)
    if len(top.items) != 1:
        message = f"a strategy is one expression, not {len(top.items)}"
        raise StrategySyntaxError(message, 1, 1)
    return top.items[0]


def _tokens(source: str) -> Iterator[tuple[str, str, int, int]]:
    """Yield kind, text, line and column of everything that means something."""
    position, line, line_start = 0, 1, 0
    while position < len(source):
        found = _TOKEN.match(source, position)
        column = position - line_start + 1
        if found is None:
            # only a quote matches nothing: everything else begins a token
            raise StrategySyntaxError("a text is never closed", line, column)
        kind, text = str(found.lastgroup), found[0]
        if kind != "skipped":
            yield kind, text, line, column
        lines = text.count("\n")
        if lines:
            line += lines
            line_start = position + text.rindex("\n") + 1
        position = found.end()


def _atom(kind: str, text: str, line: int, column: int) -> Node:
    if kind == "text":
        return Text(_unescaped(text[1:-1], line, column), line=line, column=column)
    if _NUMBER.fullmatch(text):
        return Number(Decimal(text), line=line, column=column)
    if text.startswith(":") and _NAME.fullmatch(text[1:]):
        return Keyword(text[1:], line=line, column=column)
    if _NAME.fullmatch(text):
        return Name(text, line=line, column=column)
    raise StrategySyntaxError(f"`{text[:40]}` is neither a number nor a name", line, column)


def _unescaped(text: str, line: int, column: int) -> str:
    def meant(found: re.Match[str]) -> str:
        if found[1] not in ESCAPES:
            raise StrategySyntaxError(f"unknown escape `\\{found[1]}`", line, column)
        return ESCAPES[found[1]]

    return re.sub(r"\\(.)", meant, text, flags=re.DOTALL)


def _closed(opened: list[_Open], bracket: str, line: int, column: int) -> _Open:
    """Return what is around the bracket that ends here, with it as its last item."""
    ended = opened[-1]
    if _CLOSING.get(ended.bracket) != bracket:
        wanted = f"`{_CLOSING[ended.bracket]}` is wanted" if ended.bracket else "nothing is open"
        raise StrategySyntaxError(f"`{bracket}` where {wanted}", line, column)
    around = opened[-2]
    around.items.append(_container(ended))
    return around


def _container(ended: _Open) -> Node:
    items = tuple(ended.items)
    at = {"line": ended.line, "column": ended.column}
    if ended.bracket == "(":
        return Call(items, **at)
    if ended.bracket == "[":
        return Vector(items, **at)
    if len(items) % 2:
        raise StrategySyntaxError("a map has a key without a value", ended.line, ended.column)
    entries: dict[str, Node] = {}
    for key, value in zip(items[::2], items[1::2], strict=True):
        if not isinstance(key, Keyword):
            raise StrategySyntaxError("a key of a map is a :keyword", key.line, key.column)
        if key.text in entries:
            raise StrategySyntaxError(f"`:{key.text}` twice in a map", key.line, key.column)
        entries[key.text] = value
    return Map(tuple(entries.items()), **at)
