"""Writes a document as YAML: the text that CloudFormation gets and that people review. Pure.

Its order is the order in which it was put together, and there are no anchors, aliases, tags and
folded lines. PyYAML says how a text is quoted; the lines are put together here, because PyYAML
takes seconds for what a thousand functions come to. A test holds every byte against PyYAML.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import yaml

if TYPE_CHECKING:
    from sam_deploy.template.document import Json

LINE_WIDTH: Final = 10_000_000
"""Longer than any line: the body of a dashboard is one."""
BARE: Final = re.compile(r"[A-Za-z_/$](?:[A-Za-z0-9_/.$*+=,@{}()-]|:(?=\S)| (?=[^\s#:]))*")
"""What surely needs no quotes; PyYAML is asked about the rest."""
WORDS: Final = frozenset({"yes", "no", "true", "false", "on", "off", "null"})
LONGEST_KEY: Final = 100


class _UnusualError(Exception):
    """Something that is in no template: PyYAML writes the whole document."""


class _Writer(yaml.SafeDumper):
    """Writes plain YAML: nothing is abbreviated, whatever Python objects are shared."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _text(writer: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    """Quote what PyYAML leaves bare although others, or PyYAML itself, read something else.

    An account id such as 074266271188 is a number to some; a line separator (U+0085) is lost.
    """
    style = "'" if value.isdigit() else None if value.isprintable() else '"'
    return writer.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Writer.add_representer(str, _text)


def to_yaml(document: Mapping[str, Json]) -> str:
    """Return `document` as YAML in its own order, without folded lines."""
    lines: list[str] = []
    try:
        _mapping(document, "", "", lines)
    except _UnusualError:
        return by_pyyaml(document)
    lines.append("")
    return "\n".join(lines) if document else by_pyyaml(document)


def by_pyyaml(document: Mapping[str, Json]) -> str:
    """Return the same text, made by PyYAML alone."""
    return yaml.dump(
        document, Dumper=_Writer, sort_keys=False, width=LINE_WIDTH, allow_unicode=True
    )


def _mapping(mapping: Mapping[str, Json], indent: str, head: str, lines: list[str]) -> None:
    """Add the lines of a mapping; `head` stands before the first, `indent` before the others."""
    for key, value in mapping.items():
        before = f"{head}{_key(key)}:"
        if isinstance(value, dict) and value:
            lines.append(before)
            _mapping(value, f"{indent}  ", f"{indent}  ", lines)
        elif isinstance(value, (list, tuple)) and value:
            lines.append(before)
            _sequence(value, indent, indent, lines)
        else:
            lines.append(f"{before} {_leaf(value)}")
        head = indent


def _sequence(items: Sequence[Json], indent: str, head: str, lines: list[str]) -> None:
    for item in items:
        if isinstance(item, dict) and item:
            _mapping(item, f"{indent}  ", f"{head}- ", lines)
        elif isinstance(item, (list, tuple)) and item:
            _sequence(item, f"{indent}  ", f"{head}- ", lines)
        else:
            lines.append(f"{head}- {_leaf(item)}")
        head = indent


def _leaf(value: object) -> str:
    """Return what stands on one line. By exact type, as PyYAML looks at it."""
    kind = type(value)
    if kind is str:
        return _scalar(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is dict:
        return "{}"
    if kind in {list, tuple}:
        return "[]"
    raise _UnusualError


@functools.lru_cache(maxsize=1 << 16)
def _scalar(value: str) -> str:
    if BARE.fullmatch(value) and value.lower() not in WORDS:
        return value
    if value.isascii() and value.isdigit():
        return f"'{value}'"
    return by_pyyaml({"k": value}).removeprefix("k: ").removesuffix("\n")


@functools.lru_cache(maxsize=1 << 14)
def _key(key: str) -> str:
    if type(key) is not str or not 0 < len(key) <= LONGEST_KEY:
        raise _UnusualError
    if BARE.fullmatch(key) and key.lower() not in WORDS:
        return key
    text = by_pyyaml({key: 1})
    if text.startswith("? "):
        raise _UnusualError
    return text.removesuffix(": 1\n")
