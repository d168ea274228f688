"""The pieces a template is made of, and its text. Pure.

Functions are written long (`Fn::Sub`), without YAML's tags: other readers, and eyes, stumble over
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

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
    condition: str = ""
    environment: str = ""
    """The environment that it belongs to; empty for what all of them share."""
    declared: object = None
    """The declaration in `deploy.py` that caused it; nothing for what the app itself causes."""

    def as_json(self) -> dict[str, Json]:
        """Return it as CloudFormation writes it, with its attributes before its properties."""
        written: dict[str, Json] = {"Type": self.kind}
        if self.condition:
            written["Condition"] = self.condition
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
