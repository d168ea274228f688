"""Finds every resource of a template with what `Globals` adds to it, also inside of loops. Pure.

Source: AWS SAM specification, "Globals section"; CloudFormation user guide, "Fn::ForEach".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sam_deploy.sam.document import Where

LOOP: Final = "Fn::ForEach::"
GLOBALS: Final = {
    "AWS::Serverless::Function": "Function",
    "AWS::Serverless::LayerVersion": "LayerVersion",
    "AWS::Serverless::Api": "Api",
    "AWS::Serverless::HttpApi": "HttpApi",
    "AWS::Serverless::StateMachine": "StateMachine",
}
_LOOP_PARTS: Final = 3


@dataclass(frozen=True, slots=True)
class Placed:
    """One resource, where it is, and what holds for it."""

    logical_id: str
    """In a loop: the loop's name and the pattern of the id, `Workers.NameFunction`."""
    kind: str
    where: Where
    """Of the resource itself: ("Resources", "Api")."""
    own: Mapping[str, Any]
    """Its own properties."""
    inherited: Mapping[str, Any]
    """What `Globals` says for resources of its kind."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    loop_variables: frozenset[str] = frozenset()

    def property(self, name: str) -> Any:  # noqa: ANN401 - a document's value
        """Return a property, its own before an inherited one; None when there is neither."""
        return self.own.get(name, self.inherited.get(name))

    def place(self, name: str) -> Where:
        """Return where a property is written: at the resource, else in `Globals`."""
        if name not in self.own and name in self.inherited:
            return ("Globals", GLOBALS[self.kind], name)
        return (*self.where, "Properties", name)


def every(document: Mapping[str, Any]) -> Iterator[Placed]:
    """Yield each resource that has the form of one, in the template's order."""
    section = document.get("Globals")
    shared = section if isinstance(section, Mapping) else {}
    resources = document.get("Resources")
    if isinstance(resources, Mapping):
        yield from _inside(resources, ("Resources",), "", frozenset(), shared)


def _inside(
    entries: Mapping[str, Any],
    where: Where,
    prefix: str,
    variables: frozenset[str],
    shared: Mapping[str, Any],
) -> Iterator[Placed]:
    for name, value in entries.items():
        here = (*where, name)
        if name.startswith(LOOP):
            if not _is_loop(value):
                continue
            loop = f"{prefix}{name.removeprefix(LOOP)}."
            yield from _inside(value[2], (*here, 2), loop, variables | {value[0]}, shared)
        elif isinstance(value, Mapping) and not name.startswith("Fn::"):
            yield _placed(prefix + _plain(name), value, here, variables, shared)


def _is_loop(value: object) -> bool:
    """Whether it has a variable, a collection and resources; cfn-lint says what is wrong else."""
    if not isinstance(value, list) or len(value) != _LOOP_PARTS:
        return False
    return isinstance(value[0], str) and isinstance(value[2], Mapping)


def _placed(
    logical_id: str,
    resource: Mapping[str, Any],
    where: Where,
    variables: frozenset[str],
    shared: Mapping[str, Any],
) -> Placed:
    kind = resource.get("Type")
    inherited = _mapping(shared.get(GLOBALS.get(str(kind), "")))
    ignored = resource.get("IgnoreGlobals", ())
    names = inherited if ignored == "*" else ignored if isinstance(ignored, list) else ()
    return Placed(
        logical_id=logical_id,
        kind=kind if isinstance(kind, str) else "",
        where=where,
        own=_mapping(resource.get("Properties")),
        inherited={name: value for name, value in inherited.items() if name not in names},
        metadata=_mapping(resource.get("Metadata")),
        loop_variables=variables,
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _plain(name: str) -> str:
    """Return the logical id of a loop's output key without what is no letter or digit."""
    return re.sub(r"[^A-Za-z0-9]", "", name)
