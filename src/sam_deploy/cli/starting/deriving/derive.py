"""From a template that was read to the text of a draft, and the list of what it has not."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sam_deploy.cli.starting.deriving import data, functions
from sam_deploy.cli.starting.deriving.reading import Left, Reading, Standing
from sam_deploy.cli.starting.deriving.written import WIDTH, Call, Written, classes, written
from sam_deploy.sam import SamTemplate
from sam_deploy.sam.resources import Placed, every
from sam_deploy.sam.values import Open, Values

HANDLERS: Final[dict[str, Callable[[Reading, Placed], None]]] = {
    "AWS::SQS::Queue": data.queue,
    "AWS::DynamoDB::Table": data.table,
    "AWS::Serverless::SimpleTable": data.simple_table,
    "AWS::S3::Bucket": data.bucket,
    "AWS::Serverless::Function": functions.function,
}
"""Type -> what adds it; functions last, since they refer to the others."""
HTTP_API: Final = "AWS::Serverless::HttpApi"
KNOWN: Final = ("Type", "Properties", "Condition", "DeletionPolicy", "UpdateReplacePolicy")
"""Attributes of a resource of which something is made, or told."""
SECTIONS: Final = (
    *("AWSTemplateFormatVersion", "Transform", "Description", "Globals", "Mappings"),
    *("Conditions", "Parameters", "Resources", "Outputs"),
)
FAMILIES: Final = ("layers", "queues", "buckets", "tables", "functions")
HEAD: Final = '''"""{name}: a draft of `deploy.py`, derived from {file}.

It describes a stack of its own, beside the one of the template; the data stays with that until you
move over. What is sam-deploy's own: aliases for environments, a stage of the API for each, roles
made from `uses`, encryption, versions in buckets, backups of tables, dead-letter queues.
"""
'''

BESIDE: Final = '''"""{name}: made of the stack `{stack}`, as it was deployed.

It describes a stack of its own, beside that one. Tables, buckets and queues stay in the old stack
and are referred to: nothing of them is created, changed or deleted. `{environment}` is the only
environment, as what is there belongs to one; others come with data of their own.
"""
'''


@dataclass(frozen=True, slots=True)
class Derived:
    """A draft, and what of the template it has not."""

    text: str
    left: tuple[Left, ...]
    carried: Mapping[str, str]
    """Logical id -> name in the draft, of every resource that is in it."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Logical id -> its class there."""


def derive(
    template: SamTemplate, name: str, regions: tuple[str, ...], standing: Standing | None = None
) -> Derived:
    """Return the draft for an app of that name. Pure, but for a look at the code's folders.

    Beside a stack that is `standing` its data is referred to, and no function has a name of its.
    """
    document = template.document
    mappings, conditions = _section(document, "Mappings"), _section(document, "Conditions")
    secrets = frozenset(
        name
        for name, each in template.parameters.items()
        if str(each.get("NoEcho", False)).lower() == "true"
    )
    # as if they had no value, so that none can get into the draft
    parameters = {
        name: {"Type": "String"} if name in secrets else each
        for name, each in template.parameters.items()
    }
    overrides = {k: v for k, v in template.overrides.items() if k not in secrets}
    values = Values(parameters, overrides, mappings, conditions)
    reading = Reading(template, name, values, secrets=secrets, standing=standing)
    for logical_id, reason in standing.left if standing else ():
        reading.leave(logical_id, reason)
    for call in standing.declared if standing else ():
        reading.add("layers", call)
    placed = [each for each in every(document) if _is_there(reading, each)]
    data.find_dead_letters(reading, placed)
    for kind, handle in HANDLERS.items():
        for each in placed:
            if each.kind == kind:
                (data.existing if data.stays(reading, each) else handle)(reading, each)
    for each in placed:
        if each.kind not in HANDLERS:
            _other(reading, each)
    _leave_sections(reading)
    return Derived(
        _text(reading, regions),
        tuple(reading.left),
        {logical_id: name for logical_id, (_, name) in reading.named.items()},
        {logical_id: kind for logical_id, (kind, _) in reading.named.items()},
    )


def _section(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = document.get(name)
    return found if isinstance(found, Mapping) else {}


def _is_there(reading: Reading, placed: Placed) -> bool:
    """Whether a resource is one now; those of loops and of open conditions are told."""
    resource: Any = reading.template.document
    for part in placed.where:
        resource = resource[part]
    condition = resource.get("Condition")
    for name in resource:
        if name not in KNOWN:
            reading.leave(f"{placed.logical_id}.{name}", "it is not derived")
    held = True if condition is None else reading.values.of({"Condition": condition})
    if "." in placed.logical_id or placed.loop_variables:
        reading.leave(
            placed.logical_id, "it is made by a loop; in `deploy.py` Python's loops do that"
        )
    elif isinstance(held, Open) or not held:
        why = held.why if isinstance(held, Open) else "which does not hold"
        reading.leave(placed.logical_id, f"it has the condition `{condition}`: {why}")
    else:
        if condition is not None:
            message = f"`{condition}` holds now; the draft has it always"
            reading.leave(f"{placed.logical_id}.Condition", message)
        if str(resource.get("DeletionPolicy", "Retain")) == "Delete":
            message = "sam-deploy keeps data when a stack goes"
            reading.leave(f"{placed.logical_id}.DeletionPolicy", message)
        return True
    return False


def _other(reading: Reading, placed: Placed) -> None:
    if placed.kind == HTTP_API and not _is_routed(reading):
        reading.leave(placed.logical_id, "no route of the draft needs it")
    elif placed.kind == HTTP_API:
        reading.named[placed.logical_id] = ("HttpApi", "http_api")
        reasons = {"StageName": "each environment is a stage"}
        reading.rest(placed, ("Description",), reasons)
    else:
        reading.leave(placed.logical_id, f"{placed.kind} is not derived")


def _is_routed(reading: Reading) -> bool:
    return any("routes" in each.named for each in reading.families.get("functions", ()))


def _leave_sections(reading: Reading) -> None:
    """Tell what stands beside the resources: parameters that were settled, outputs, globals."""
    for name in reading.template.parameters:
        value = reading.values.of({"Ref": name})
        if name in reading.secrets:
            reading.leave(name, "a secret parameter; `Secret(...)` in `settings` takes its place")
            continue
        said = "it has no value" if isinstance(value, Open) else f"its value {value!r} was taken"
        reading.leave(name, f"a parameter; {said}")
    for name in _section(reading.template.document, "Outputs"):
        reading.leave(name, "an output; `sam-deploy outputs` tells addresses and names")
    for name in reading.template.document:
        if name not in SECTIONS:
            reading.leave(name, "this section is not derived")
    shared = _section(reading.template.document, "Globals")
    for name in shared.get("HttpApi", {}) if isinstance(shared.get("HttpApi"), Mapping) else ():
        reading.leave(f"Globals.HttpApi.{name}", "it is not derived")
    for name in shared:
        if name not in {"Function", "HttpApi"}:
            reading.leave(f"Globals.{name}", "it is not derived")


def _text(reading: Reading, regions: tuple[str, ...]) -> str:
    home, *_ = regions
    made = reading.families
    arguments: dict[str, Written] = {
        "name": reading.app,
        "home_region": home,
        "environments": _environments(reading),
        "feature_sets": [Call("FeatureSet", ("core",), {"regions": list(regions)})],
        **{family: made[family] for family in FAMILIES[:-1] if family in made},
        **({"http_api": Call("HttpApi")} if _is_routed(reading) else {}),
        **({"functions": made["functions"]} if "functions" in made else {}),
    }
    app = Call("App", (), arguments)
    names = sorted(classes(app), key=lambda each: (each[0].islower(), each))
    line = f"from sam_deploy import {', '.join(names)}\n"
    wrapped = "from sam_deploy import (\n" + "".join(f"    {each},\n" for each in names) + ")\n"
    imports = line if len(line) <= 101 else wrapped  # noqa: PLR2004 - 100 columns and the newline
    standing = reading.standing
    head = HEAD.format(name=reading.app, file=reading.template.file.name)
    if standing:
        head = BESIDE.format(
            name=reading.app, stack=standing.name, environment=standing.environment
        )
    text = f"{head}\n{imports}\napp = {written(app, 0, len('app = '))}\n"
    return text + _comments(reading.left)


def _environments(reading: Reading) -> list[Written]:
    """Return them: of a stack that stands the one that it is, since its data is no other's."""
    if reading.standing:
        return [Call("Environment", (reading.standing.environment,))]
    return [
        Call("Environment", ("dev",)),
        Call("Environment", ("prod",), {"promote_from": "dev"}),
    ]


def _comments(left: list[Left]) -> str:
    """Return what the draft has not as comments, so that it is at hand when it is gone through."""
    if not left:
        return ""
    folded = (
        textwrap.fill(str(each), WIDTH, initial_indent="# - ", subsequent_indent="#   ")
        for each in left
    )
    return "\n".join(["", "# Not in it:", *folded, ""])
