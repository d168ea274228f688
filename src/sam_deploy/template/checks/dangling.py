"""Finds references to what a template does not have, before cfn-lint takes its seconds. Pure.

The embedded cloud deploys such a template without a word. What the SAM transform will add (a
function's role, its versions, an implicit API) is known; templates whose macros make resources
under any name are left to CloudFormation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from sam_deploy.config.tree import nearest
from sam_deploy.template.checks.audit.shapes import many, mapping
from sam_deploy.template.checks.finding import Finding, dotted, found
from sam_deploy.template.checks.parsed import document_of
from sam_deploy.template.render import Origin, Template

Path: TypeAlias = tuple[str | int, ...]

RULE: Final = "dangling-reference"
PSEUDO: Final = frozenset(
    f"AWS::{name}"
    for name in (
        "AccountId",
        "NoValue",
        "NotificationARNs",
        "Partition",
        "Region",
        "StackId",
        "StackName",
        "URLSuffix",
    )
)
_SAM: Final = "AWS::Serverless-2016-10-31"
_IN_TEXT: Final = re.compile(r"\$\{(?!!)\s*([^{}!]+?)\s*\}")
_RESERVED: Final = ("Serverless",)
"""SAM's implicit APIs: ServerlessRestApi, ServerlessHttpApi and what belongs to them."""


@dataclass(frozen=True, slots=True)
class _Names:
    """Everything that a template can refer to."""

    values: frozenset[str]
    resources: frozenset[str]
    conditions: frozenset[str]
    mappings: frozenset[str]
    grown: tuple[str, ...] = field(default=())
    """How names begin that SAM makes."""


def check(
    template: Template | Mapping[str, object], origins: Mapping[str, Origin] | None = None
) -> tuple[Finding, ...]:
    """Return every reference to a name that the template does not have, with its place."""
    document = document_of(template)
    if origins is None:
        origins = template.origins if isinstance(template, Template) else {}
    if _makes_names(document):
        return ()
    names = _names(document)
    seen: dict[tuple[str, str, str], Finding] = {}
    for path, name, message in _dangling(document, names):
        logical_id, where = ("", dotted(path))
        if path[0] == "Resources" and len(path) > 1:
            inside = path[3:] if path[2:3] == ("Properties",) else path[2:]
            logical_id, where = str(path[1]), dotted(inside)
        key = (logical_id, where, name)
        seen.setdefault(key, found(RULE, "error", (logical_id, where), message, origins))
    return tuple(seen.values())


def _makes_names(document: Mapping[str, object]) -> bool:
    """Whether a macro or a loop makes resources whose names cannot be known here."""
    transforms = [each for _, each in many(document.get("Transform"))]
    sections = ("Resources", "Conditions", "Outputs", "Mappings", "Parameters")
    looped = any(
        str(key).startswith(("Fn::ForEach", "Fn::Transform"))
        for section in sections
        for key in mapping(document.get(section))
    )
    plain = (_SAM, "AWS::LanguageExtensions")
    return looped or any(each not in plain for each in transforms)


def _names(document: Mapping[str, object]) -> _Names:
    resources = mapping(document.get("Resources"))
    sam = any(each == _SAM for _, each in many(document.get("Transform")))
    grown = [
        str(name)
        for name, each in resources.items()
        if str(mapping(each).get("Type")).startswith("AWS::Serverless::")
    ]
    parameters = mapping(document.get("Parameters"))
    return _Names(
        values=frozenset(map(str, (*resources, *parameters))) | PSEUDO,
        resources=frozenset(map(str, resources)),
        conditions=frozenset(map(str, mapping(document.get("Conditions")))),
        mappings=frozenset(map(str, mapping(document.get("Mappings")))),
        grown=(*grown, *_RESERVED) if sam else (),
    )


def _dangling(document: Mapping[str, object], names: _Names) -> Iterator[tuple[Path, str, str]]:
    """Yield (path, name, message) of everything that leads nowhere."""
    for logical_id, resource in mapping(document.get("Resources")).items():
        path: Path = ("Resources", str(logical_id))
        raw = mapping(resource)
        for _, each in many(raw.get("DependsOn")):
            if isinstance(each, str):
                yield from _missing((*path, "DependsOn"), each, names.resources, names)
        yield from _condition((*path, "Condition"), raw.get("Condition"), names)
        for key, each in raw.items():
            if key not in {"Type", "DependsOn", "Condition", "Metadata"}:
                yield from _walk(each, (*path, str(key)), names)
    for name, output in mapping(document.get("Outputs")).items():
        path = ("Outputs", str(name))
        given = mapping(output)
        yield from _condition((*path, "Condition"), given.get("Condition"), names)
        for key in ("Value", "Export"):
            yield from _walk(given.get(key), (*path, key), names)
    for name, each in mapping(document.get("Conditions")).items():
        yield from _walk(each, ("Conditions", str(name)), names, conditions=True)


def _walk(
    value: object, path: Path, names: _Names, *, conditions: bool = False
) -> Iterator[tuple[Path, str, str]]:
    if isinstance(value, dict):
        if len(value) == 1:
            yield from _function(value, path, names, conditions=conditions)
        for key, each in value.items():
            if isinstance(each, (Mapping, list, tuple)):
                yield from _walk(each, (*path, str(key)), names, conditions=conditions)
    elif isinstance(value, (list, tuple)):
        for index, each in enumerate(value):
            if isinstance(each, (Mapping, list, tuple)):
                yield from _walk(each, (*path, index), names, conditions=conditions)


def _function(
    value: Mapping[str, object], path: Path, names: _Names, *, conditions: bool
) -> Iterator[tuple[Path, str, str]]:
    """Yield what a function names that is not there."""
    ((function, given),) = value.items()
    inside = (*path, str(function))
    first = given[0] if isinstance(given, (list, tuple)) and given else given
    if function == "Ref" and isinstance(given, str):
        yield from _missing(inside, given, names.values, names)
    elif function == "Fn::GetAtt" and isinstance(first, str):
        yield from _missing(inside, first.partition(".")[0], names.resources, names)
    elif function == "Fn::Sub" and isinstance(first, str):
        own = given[1] if isinstance(given, (list, tuple)) and len(given) > 1 else {}
        known = names.values | set(map(str, mapping(own)))
        for name in _IN_TEXT.findall(first):
            yield from _missing(inside, name.partition(".")[0], known, names)
    elif function == "Fn::If":
        yield from _condition(inside, first, names)
    elif function == "Condition" and conditions:
        yield from _condition(inside, given, names)
    elif function == "Fn::FindInMap" and isinstance(first, str) and names.mappings:
        yield from _unknown(inside, first, names.mappings, "mapping")


def _missing(
    path: Path, name: str, known: frozenset[str], names: _Names
) -> Iterator[tuple[Path, str, str]]:
    if name not in known and not (names.grown and name.startswith(names.grown)):
        what = "resource" if known is names.resources else "resource or parameter"
        yield from _unknown(path, name, known, what)


def _condition(path: Path, name: object, names: _Names) -> Iterator[tuple[Path, str, str]]:
    if isinstance(name, str):
        yield from _unknown(path, name, names.conditions, "condition")


def _unknown(
    path: Path, name: str, known: frozenset[str], what: str
) -> Iterator[tuple[Path, str, str]]:
    if name not in known:
        near = nearest(name, sorted(known))
        hint = f"; did you mean `{near}`?" if near else ""
        yield path, name, f"there is no {what} `{name}`{hint}"
