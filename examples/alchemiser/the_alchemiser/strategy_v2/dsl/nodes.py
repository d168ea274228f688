"""The nodes of a strategy, and how each is written. Positions do not count in comparisons."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

ESCAPES = {"\\": "\\", '"': '"', "n": "\n", "t": "\t", "r": "\r"}
"""What stands after a backslash in a text, and what it means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Something in the file, at a line and a column that begin with 1."""

    line: int = field(default=0, compare=False)
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name(Node):
    """An operator, such as `weight-equal`."""

    text: str


@dataclass(frozen=True, slots=True)
class Keyword(Node):
    """A key of a map, without its colon."""

    text: str


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A text in quotes."""

    text: str


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number, exactly as it is written: 0.1 is a tenth."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`(operator argument ...)`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Vector(Node):
    """`[item ...]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Map(Node):
    """`{:key value ...}`, in the order in which it is written."""

    entries: tuple[tuple[str, Node], ...]


def render(root: Node) -> str:
    """Return the text of a node: `parse` of it gives the node again.

    Without recursion, because a strategy may be nested deeper than Python likes.
    """
    written: list[str] = []
    waiting: list[Node | str] = [root]
    while waiting:
        match waiting.pop():
            case str(text):
                written.append(text)
            case Call(items=items):
                waiting += [")", *_spaced(items), "("]
            case Vector(items=items):
                waiting += ["]", *_spaced(items), "["]
            case Map(entries=entries):
                waiting.append("}")
                for key, value in reversed(entries):
                    waiting += [" ", value, f":{key} "]
                waiting.append("{")
            case Text(text=text):
                written.append(_quoted(text))
            case Number(value=value):
                written.append(f"{value:f}")
            case Keyword(text=text):
                written.append(f":{text}")
            case Name(text=text):
                written.append(text)
    return "".join(written)


def _spaced(items: tuple[Node, ...]) -> list[Node | str]:
    """Return the items in the order in which a stack gives them back."""
    spaced: list[Node | str] = []
    for item in reversed(items):
        spaced += [item, " "]
    return spaced[:-1]


def _quoted(text: str) -> str:
    meant = {character: f"\\{letter}" for letter, character in ESCAPES.items()}
    return f'"{"".join(meant.get(character, character) for character in text)}"'
