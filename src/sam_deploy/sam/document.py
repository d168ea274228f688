"""Reads and writes a template as CloudFormation understands it, and keeps the line of everything.

Short forms (`!Ref`) become long ones (`{"Ref": ...}`), which mean the same. A plain scalar that
YAML would spell differently when written again (`0755`, `22:30`, `1.10`) keeps its spelling, so
that CloudFormation sees what the user wrote. May read the one file that it is given.
Source: CloudFormation user guide, "Intrinsic function reference", "Template formats".
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

Where: TypeAlias = tuple[str | int, ...]
"""A place in a document: ("Resources", "Api", "Properties", "CodeUri")."""

MOST_VALUES: Final = 200_000
"""More come only from anchors that multiply each other."""
DEEPEST: Final = 100
FUNCTIONS: Final = {
    f"!{name}": f"Fn::{name}"
    for name in (
        *("And", "Equals", "If", "Not", "Or"),
        *("Base64", "Cidr", "FindInMap", "ForEach", "GetAZs", "GetAtt", "ImportValue", "Join"),
        *("Length", "Select", "Split", "Sub", "ToJsonString", "Transform"),
    )
} | {"!Ref": "Ref", "!Condition": "Condition"}
"""Short form -> long form."""
_JSON_ONLY: Final = re.compile(r"\t|(?:\\u[dD][89a-fA-F][0-9a-fA-F]{2}){2}")
"""What JSON may have and YAML may not: indentation by tabs, pairs of surrogates."""
_TAG: Final = "tag:yaml.org,2002:"
_NUMBERS: Final = (f"{_TAG}int", f"{_TAG}float")
_KEPT_AS_TEXT: Final = (f"{_TAG}timestamp", f"{_TAG}value", f"{_TAG}merge")


class Verbatim(str):
    """A number in an unusual spelling, such as 0755: written again exactly so, without quotes."""

    __slots__ = ("tag",)

    tag: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong with a document, and the line that it is in (0: no line)."""

    line: int
    message: str


@dataclass(slots=True)
class Document:
    """The content of a file, the line of each place in it, and what is wrong with its form."""

    content: dict[str, Any] = field(default_factory=dict)
    lines: dict[Where, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def line(self, where: Where) -> int:
        """Return the line of a place, or of the nearest place around it."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 0)


def load(file: Path) -> Document:
    """Return what is in a YAML or JSON file; whatever is wrong with it is in `mistakes`."""
    document = Document()
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        document.mistakes.append(Mistake(0, error.strerror or str(error)))
        return document
    except UnicodeDecodeError:
        document.mistakes.append(Mistake(0, "it is not UTF-8 text"))
        return document
    _read(text, document)
    return document


def to_yaml(content: Mapping[str, Any]) -> str:
    """Return a document as YAML in its own order, functions written long, without anchors."""
    return yaml.dump(content, Dumper=_Writer, sort_keys=False, width=10_000, allow_unicode=True)


class _Writer(yaml.SafeDumper):
    """Abbreviates nothing, and writes text so that nobody takes it for something else."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _text(writer: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    lines = "\n" in value and value.replace("\n", "").isprintable() and " \n" not in value
    style = "|" if lines else "'" if value.isdigit() else None if value.isprintable() else '"'
    return writer.represent_scalar(f"{_TAG}str", value, style=style)


def _number(writer: yaml.SafeDumper, value: Verbatim) -> yaml.ScalarNode:
    return writer.represent_scalar(value.tag, str(value))


_Writer.add_representer(str, _text)
_Writer.add_representer(Verbatim, _number)


def _read(text: str, document: Document) -> None:
    is_json = text.lstrip().startswith("{")
    root = _composed(_JSON_ONLY.sub(" ", text) if is_json else text, document)
    if root is None:
        return
    if not isinstance(root, yaml.MappingNode):
        document.mistakes.append(Mistake(1, "it is no mapping of sections such as `Resources`"))
        return
    builder = _Builder(document)
    content = builder.value(root, ())
    document.content = content if isinstance(content, dict) else {}
    if is_json and not document.mistakes:
        # the lines are from above; JSON's own escapes are the business of its own reader
        with contextlib.suppress(ValueError):  # YAML with braces
            document.content = json.loads(text)


def _composed(text: str, document: Document) -> yaml.Node | None:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = ", ".join(each for each in (error.context, error.problem) if each)
        document.mistakes.append(Mistake(mark.line + 1 if mark else 0, words))
        return None
    except (yaml.YAMLError, RecursionError) as error:
        document.mistakes.append(Mistake(0, str(error).splitlines()[0]))
        return None
    if node is None:
        document.mistakes.append(Mistake(1, "it is empty"))
    found: yaml.Node | None = node
    return found


class _TooMuchError(Exception):
    """The document is not one that a person would write."""


@dataclass(slots=True)
class _Builder:
    """Makes plain values of YAML nodes, and notes lines and mistakes."""

    document: Document
    constructor: Any = field(default_factory=yaml.constructor.SafeConstructor)
    values: int = 0

    def value(self, node: yaml.Node, where: Where) -> Any:  # noqa: ANN401 - a document's value
        """Return what a node means; a document that is too deep or too large means nothing."""
        try:
            return self._value(node, where)
        except _TooMuchError as error:
            self._wrong(node, str(error))
            return {}

    def _value(self, node: yaml.Node, where: Where) -> Any:  # noqa: ANN401 - the same
        self.values += 1
        if self.values > MOST_VALUES or len(where) > DEEPEST:
            raise _TooMuchError("it is nested too deep, or its anchors multiply each other")
        self.document.lines.setdefault(where, node.start_mark.line + 1)
        if node.tag.startswith("!"):
            return self._function(node, where)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, where)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(each, (*where, n)) for n, each in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, where: Where) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in self._pairs(node):
            if not isinstance(key, yaml.ScalarNode):
                self._wrong(key, "a key must be a text")
                continue
            # whatever YAML makes of `on` or 0123: to CloudFormation a key is a text
            name = str(key.value)
            inside = (*where, name)
            if name in found and inside in self.document.lines:
                self._wrong(key, f"`{name}` is there twice, first in line {self._first(inside)}")
                continue
            self.document.lines[inside] = key.start_mark.line + 1
            found[name] = self._value(value, inside)
        return found

    def _pairs(self, node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
        """Yield the pairs of a mapping, what it merges (`<<`) first, unless it says otherwise."""
        own = [(key, value) for key, value in node.value if key.tag != f"{_TAG}merge"]
        names = {key.value for key, _ in own if isinstance(key, yaml.ScalarNode)}
        for key, value in node.value:
            if key.tag != f"{_TAG}merge":
                continue
            sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
            for source in sources:
                if not isinstance(source, yaml.MappingNode):
                    self._wrong(source, "`<<` merges mappings only")
                    continue
                for merged in self._pairs(source):
                    name = merged[0].value
                    if isinstance(name, str) and name not in names:
                        names.add(name)
                        yield merged
        yield from own

    def _function(self, node: yaml.Node, where: Where) -> Any:  # noqa: ANN401 - the same
        key = FUNCTIONS.get(node.tag, "")
        if not key:
            self._wrong(node, f"`{node.tag}` is no function of CloudFormation")
        inside = (*where, key)
        if isinstance(node, yaml.MappingNode):
            return {key: self._mapping(node, inside)}
        if isinstance(node, yaml.SequenceNode):
            return {key: [self._value(each, (*inside, n)) for n, each in enumerate(node.value)]}
        value: Any = node.value
        return {key: value.split(".", 1) if key == "Fn::GetAtt" and "." in value else value}

    def _scalar(self, node: yaml.Node) -> Any:  # noqa: ANN401 - the same
        text = str(node.value)
        if node.tag in _KEPT_AS_TEXT:
            return text
        try:
            value = self.constructor.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError):
            self._wrong(node, f"`{text}` cannot be read")
            return text
        if node.tag in _NUMBERS and str(value) != text:
            kept = Verbatim(text)
            kept.tag = node.tag
            return kept
        return value if isinstance(value, (str, int, float, bool, type(None))) else text

    def _first(self, where: Where) -> int:
        return self.document.lines[where]

    def _wrong(self, node: yaml.Node, message: str) -> None:
        self.document.mistakes.append(Mistake(node.start_mark.line + 1, message))
