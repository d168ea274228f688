"""A configuration as a tree that can be changed in one place and written down again.

`load` makes declarations of a file; this makes the file of declarations, in one form for all, so
that a mutation knows the path of what it changed.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeAlias

from sam_deploy.config.declare import Declaration
from sam_deploy.config.model import App
from sam_deploy.config.wording import spoken

Value: TypeAlias = Any
"""A constant, a list, a dict, a `Raw` or a `Call`."""


@dataclass(slots=True)
class Raw:
    """An expression that is written as it is."""

    text: str


@dataclass(slots=True)
class Call:
    """A declaration: its class, and its arguments by keyword."""

    kind: type[Declaration]
    arguments: dict[str, Value]
    further: list[str] = field(default_factory=list)
    """More arguments, written as they are: positional ones, unknown ones, some given twice."""


@dataclass(frozen=True, slots=True)
class Place:
    """An argument of a declaration in the tree, and what errors should call it."""

    call: Call
    argument: str
    path: str
    """Of the declaration; '' for the app."""

    @property
    def full(self) -> str:
        """The argument's own path."""
        return f"{self.path}.{self.argument}".lstrip(".")


def tree_of(declared: object) -> Value:
    """Return what was declared as a tree; arguments that have their default are left out."""
    if isinstance(declared, Declaration):
        given = {}
        for each in fields(declared):
            value, default = getattr(declared, each.name), each.default
            if each.default_factory is not MISSING:
                default = each.default_factory()
            if value != default and not (default == () and not value):
                given[each.name] = tree_of(value)
        return Call(type(declared), given)
    if isinstance(declared, (list, tuple)):
        return [tree_of(each) for each in declared]
    if isinstance(declared, dict):
        return {key: tree_of(each) for key, each in declared.items()}
    return declared


def copied(tree: Call) -> Call:
    """Return a tree of its own; expressions are shared."""
    return copy.deepcopy(tree)


def places(tree: Value, path: str = "") -> Iterator[Place]:
    """Yield every argument of every declaration, given or not, with its path."""
    if isinstance(tree, Call):
        for each in fields(tree.kind):
            yield Place(tree, each.name, path)
            below = f"{path}.{each.name}".lstrip(".")
            yield from places(tree.arguments.get(each.name), below)
    elif isinstance(tree, list):
        for index, each in enumerate(tree):
            yield from places(each, f"{path}[{label(each, index)}]")
    elif isinstance(tree, dict):
        for key, each in tree.items():
            yield from places(each, f'{path}["{key}"]')


def label(value: Value, index: int) -> str:
    """Return how errors call an entry of a list."""
    name = value.arguments.get("name") if isinstance(value, Call) else None
    return f'"{name}"' if isinstance(name, str) else str(index)


def file_of(app: Call, before: str = "") -> str:
    """Return the text of a `deploy.py`; `before` is written above the app."""
    return f"from sam_deploy import *\n\n{before}\napp = {source(app)}\n"


def source(value: Value, indent: str = "    ") -> str:
    """Return an expression, each argument and each entry on a line of its own."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Call):
        entries = [f"{k}={source(v, indent + '    ')}" for k, v in value.arguments.items()]
        entries += sorted(value.further, key=lambda each: each.startswith("**"))
        return _on_lines(f"{spoken(value.kind.__name__)}(", entries, ")", indent)
    if isinstance(value, list):
        return _on_lines("[", [source(each, indent + "    ") for each in value], "]", indent)
    if isinstance(value, dict):
        entries = [f"{k!r}: {source(v, indent + '    ')}" for k, v in value.items()]
        return _on_lines("{", entries, "}", indent)
    return repr(value)


def _on_lines(opening: str, entries: list[str], closing: str, indent: str) -> str:
    lines = "".join(f"\n{indent}{each}," for each in entries)
    return f"{opening}{lines}\n{indent[:-4]}{closing}" if lines else f"{opening}{closing}"


def isolated(app: App) -> Call:
    """Return an app's tree in the isolated topology, where chosen names say the environment."""
    tree: Call = tree_of(app)
    tree.arguments["topology"] = "isolated"
    for function in tree.arguments.get("functions", []):
        name = function.arguments.get("physical_name")
        if name and "{environment}" not in name:
            function.arguments["physical_name"] = f"{name}-{{environment}}"
    return tree
