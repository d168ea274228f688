"""The pieces a template is made of, and its text. Pure.

The text is what CloudFormation gets and what people review, so its order is the order in which
it was put together, functions are written long (`Fn::Sub`), and there are no anchors, aliases
or tags: other YAML readers, and eyes, stumble over them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import yaml

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json]"
Retention = Literal["Retain", "RetainExceptOnCreate"]

NO_VALUE: Final[Json] = {"Ref": "AWS::NoValue"}


@dataclass(frozen=True, slots=True)
class Resource:
    """One entry of `Resources`. `retention` is what happens to it when it leaves the stack."""

    kind: str
    properties: Mapping[str, Json]
    depends_on: tuple[str, ...] = ()
    retention: Retention | None = None

    def as_json(self) -> dict[str, Json]:
        """Return it as CloudFormation writes it, with its attributes before its properties."""
        written: dict[str, Json] = {"Type": self.kind}
        if self.depends_on:
            written["DependsOn"] = list(self.depends_on)
        if self.retention:
            written["DeletionPolicy"] = self.retention
            written["UpdateReplacePolicy"] = "Retain"
        written["Properties"] = self.properties
        return written


Entries: TypeAlias = Iterator[tuple[str, Resource]]
"""Logical ids and their resources. No mapping: that would let one take another's place."""


def ref(logical_id: str) -> Json:
    """Return a reference to a parameter or to a resource's own identifier."""
    return {"Ref": logical_id}


def get_att(logical_id: str, attribute: str) -> Json:
    """Return a reference to an attribute of a resource, such as its `Arn`."""
    return {"Fn::GetAtt": [logical_id, attribute]}


def sub(text: str) -> Json:
    """Return `text` with its `${...}` replaced by CloudFormation; `${!...}` stays as `${...}`."""
    return {"Fn::Sub": text}


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
    return yaml.dump(document, Dumper=_Writer, sort_keys=False, width=10_000, allow_unicode=True)
