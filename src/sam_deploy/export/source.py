"""Rendered templates as values to draw or translate: resources, and what a text in one names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import yaml

from sam_deploy.template import Origin, Template

Node: TypeAlias = "str | int | float | bool | Sequence[Node] | Mapping[str, Node] | None"
"""JSON as it stands in a template."""

_PLACE: Final = re.compile(r"\$\{([^!}][^}]*)\}")
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a template."""

    logical_id: str
    kind: str
    """Such as AWS::SQS::Queue."""
    properties: Mapping[str, Node]
    condition: str = ""
    depends_on: tuple[str, ...] = ()
    origin: Origin = field(default_factory=lambda: Origin(""))

    def text(self, *path: str) -> str:
        """Return the text of a property; empty when it is not there. See `flat`."""
        return flat(self.value(*path))

    def value(self, *path: str) -> Node:
        """Return a property below `Properties`; None when it is not there."""
        return below(self.properties, *path)


@dataclass(frozen=True, slots=True)
class Source:
    """One stack: its template, and where it goes."""

    stack_name: str
    title: str
    """The feature set, or the template's file."""
    regions: tuple[str, ...]
    document: Mapping[str, Node]
    resources: Mapping[str, Resource]


def source_of(template: Template, title: str, regions: tuple[str, ...]) -> Source:
    """Return a rendered template as values."""
    document: Mapping[str, Node] = yaml.load(template.body, _LOADER)  # noqa: S506 - plain values
    found = {}
    for name, each in section(document, "Resources").items():
        if isinstance(each, Mapping):
            given = each.get("Properties")
            found[name] = Resource(
                name,
                flat(each.get("Type")),
                given if isinstance(given, Mapping) else {},
                flat(each.get("Condition")),
                tuple(map(flat, items(each.get("DependsOn")))),
                template.origins.get(name, Origin("")),
            )
    return Source(template.stack_name, title, regions, document, found)


def section(document: Mapping[str, Node], name: str) -> Mapping[str, Node]:
    """Return a section of a template, which may be missing."""
    found = document.get(name)
    return found if isinstance(found, Mapping) else {}


def below(value: Node, *path: str) -> Node:
    """Return what stands below a value; None when it is not there."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def items(value: Node) -> Sequence[Node]:
    """Return a list as it is, one value as a list of one, nothing as an empty one."""
    if value is None:
        return ()
    return value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)


def flat(value: Node) -> str:
    """Return a value as one text with `${Name}` or `${Name.Attribute}` for what AWS fills in.

    Mappings and lists that are no intrinsic function give their texts, side by side.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, Mapping):
        return _flat_mapping(value)
    return " ".join(map(flat, value))


def _flat_mapping(value: Mapping[str, Node]) -> str:
    match list(value.items()):
        case [("Ref", name)]:
            return f"${{{flat(name)}}}"
        case [("Fn::GetAtt", given)]:
            parts = given.split(".", 1) if isinstance(given, str) else map(flat, items(given))
            return f"${{{'.'.join(parts)}}}"
        case [("Fn::Sub", given)]:
            return flat(items(given)[0])
        case [("Fn::Join", [separator, [*parts]])]:
            return flat(separator).join(map(flat, parts))
    return " ".join(flat(each) for each in value.values())


def named(text: str) -> Iterator[str]:
    """Yield the logical ids and parameters that a flat text refers to."""
    for found in _PLACE.findall(text):
        yield found.split(".")[0]


def texts(value: Node) -> Iterator[str]:
    """Yield every text below a value, each intrinsic function as one."""
    if isinstance(value, Mapping):
        if len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::")):
            yield flat(value)
            return
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value
