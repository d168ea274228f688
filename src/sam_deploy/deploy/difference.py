"""Reads what is deployed in every region, and compares it with what would be. Writes nothing.

May call: DescribeStacks, GetTemplate, ListLayerVersions, GetCallerIdentity.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sam_deploy import lanes, naming, provide
from sam_deploy.aws import Aws, Functions, Stack
from sam_deploy.deploy.engine import parameters
from sam_deploy.deploy.survey import Place, look
from sam_deploy.lanes import Stop
from sam_deploy.manifest import Manifest
from sam_deploy.plan import StackPlan
from sam_deploy.provide import RegionProvisions
from sam_deploy.template import Template
from sam_deploy.template.compare.difference import Difference, compare
from sam_deploy.template.compare.environments import references
from sam_deploy.template.compare.reading import Plain, from_text, restored
from sam_deploy.template.compare.replacement import judge

NEW_LAYER: Final = "a new version (content changed)"
"""In the place of an ARN that is only known once the version is published."""


@dataclass(frozen=True, slots=True)
class ValueDifference:
    """A parameter or a tag of a stack that has another value. None: there is none."""

    what: str
    """`parameter` or `tag`."""
    name: str
    old: str | None
    new: str | None
    used_by: tuple[str, ...] = ()
    """The resources that the parameter goes into, by logical id."""


@dataclass(frozen=True, slots=True)
class StackDifference:
    """What a deployment would change of one stack in one region."""

    stack: str
    region: str
    environments: tuple[str, ...]
    """In the order of the app: the first one is where a deployment goes."""
    status: str
    """Of the stack now; '' when there is none."""
    deployed: bool
    """False: everything is new, and `resources` of the template are to be made."""
    resources: tuple[tuple[str, str], ...] = ()
    """(logical id, type) of everything in the template."""
    differences: tuple[Difference, ...] = ()
    values: tuple[ValueDifference, ...] = ()
    hidden: tuple[str, ...] = ()
    """Parameters that cannot be compared, because AWS does not show their values (NoEcho)."""

    @property
    def empty(self) -> bool:
        """Whether everything is as it should be."""
        return self.deployed and not self.differences and not self.values


def read(
    manifest: Manifest, aws: Aws, *, expected_account: str, at_once: int, stop: Stop
) -> tuple[StackDifference, ...]:
    """Return what would change of every stack in every region, in the order of the plan.

    Raises `RefusedError` when the credentials are of another account or a deployed template
    cannot be read, and the error of a region that does not answer.
    """
    account = provide.guard_account(aws, manifest.home_region, expected_account)
    templates = manifest.templates
    documents = {
        name: from_text(each.body, f"The template of `{name}`") for name, each in templates.items()
    }
    live = _live(manifest, aws, account, at_once, stop)
    # a template is mostly the same everywhere: each text is compared once
    compared: dict[tuple[str, str], tuple[Difference, ...]] = {}
    found = []
    for stack in manifest.stacks:
        for region in stack.regions:
            template, document = templates[stack.name], documents[stack.name]
            one = live[stack.name, region]
            key = (stack.name, one.body)
            if one.body and key not in compared:
                compared[key] = _compared(one, document, template, stack.environments, region)
            found.append(
                StackDifference(
                    stack=stack.name,
                    region=region,
                    environments=stack.environments,
                    status=one.stack.status if one.stack else "",
                    deployed=bool(one.body),
                    resources=_resources(document),
                    differences=compared.get(key, ()),
                    values=_values(manifest.tags, one, document) if one.body else (),
                    hidden=_hidden(document) if one.body else (),
                )
            )
    return tuple(found)


def nothing_deployed(
    stacks: Sequence[StackPlan], templates: Mapping[str, Template]
) -> tuple[StackDifference, ...]:
    """Return the same for a target on which nothing is deployed; asks nobody."""
    return tuple(
        StackDifference(
            stack=stack.name,
            region=region,
            environments=stack.environments,
            status="",
            deployed=False,
            resources=_resources(from_text(templates[stack.name].body, stack.name)),
        )
        for stack in stacks
        for region in stack.regions
    )


@dataclass(frozen=True, slots=True)
class _Live:
    """A stack as it is, its template ('' when it never came up), and its parameters to be."""

    stack: Stack | None
    body: str = ""
    parameters: Mapping[str, str] | None = None


def _live(
    manifest: Manifest, aws: Aws, account: str, at_once: int, stop: Stop
) -> Mapping[Place, _Live]:
    work = {
        place: functools.partial(_look, manifest, aws, account, place) for place in manifest.places
    }
    outcomes = lanes.run(work, after={}, at_once=at_once, stop=stop)
    for error in outcomes.failed.values():
        raise error
    return outcomes.done


def _look(manifest: Manifest, aws: Aws, account: str, place: Place) -> _Live:
    name, region = place
    template, found = manifest.templates[name], look(place, aws)
    if not found.template:
        return _Live(found.stack)
    ready = RegionProvisions(
        bucket=naming.artifact_bucket_name(manifest.name, account, region),
        layer_arns=_layer_arns(manifest, template, Functions(aws, region)),
    )
    standing = found.stack.parameters if found.stack else {}
    given = parameters(manifest, template, ready, region, standing)
    return _Live(found.stack, found.template, given)


def _layer_arns(manifest: Manifest, template: Template, functions: Functions) -> dict[str, str]:
    """Return the ARN of each layer's content where it is published, else `NEW_LAYER`."""
    layers = {layer.name: layer for layer in manifest.needs.layers}
    found = {}
    for name in template.layer_parameters:
        there = functions.find_layer(layers[name].layer_name, layers[name].description)
        found[name] = there.arn if there else NEW_LAYER
    return found


def _compared(
    live: _Live,
    document: dict[str, Plain],
    template: Template,
    environments: tuple[str, ...],
    region: str,
) -> tuple[Difference, ...]:
    name = f"The deployed template of `{template.stack_name}` in `{region}`"
    old = restored(from_text(live.body, name), document)
    differences = compare(old, document, template.origins, environments)
    return judge(differences, document, template.origins, environments, region)


def _values(
    wanted: Mapping[str, str], live: _Live, document: Mapping[str, Plain]
) -> tuple[ValueDifference, ...]:
    """Return the parameters and tags of the stack that will have other values."""
    before = live.stack.parameters if live.stack else {}
    hidden, given = _hidden(document), live.parameters or {}
    after = {
        name: given.get(name, _default(declared))
        for name, declared in _declared(document).items()
        if name not in hidden
    }
    users = _users(document)
    changed = [
        ValueDifference("parameter", name, before.get(name), value, users.get(name, ()))
        for name, value in after.items()
        if before.get(name) != value
    ]
    tags = live.stack.tags if live.stack else {}
    return (*changed, *_tags(tags, wanted))


def _tags(old: Mapping[str, str], new: Mapping[str, str]) -> Iterable[ValueDifference]:
    for name in dict.fromkeys([*new, *old]):
        if old.get(name) != new.get(name):
            yield ValueDifference("tag", name, old.get(name), new.get(name))


def _declared(document: Mapping[str, Plain]) -> dict[str, dict[str, Plain]]:
    found = document.get("Parameters")
    entries = found.items() if isinstance(found, dict) else ()
    return {name: each for name, each in entries if isinstance(each, dict)}


def _default(declared: Mapping[str, Plain]) -> str:
    value = declared.get("Default", "")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _hidden(document: Mapping[str, Plain]) -> tuple[str, ...]:
    return tuple(
        name
        for name, declared in _declared(document).items()
        if str(declared.get("NoEcho", "")).lower() == "true"
    )


def _users(document: Mapping[str, Plain]) -> dict[str, tuple[str, ...]]:
    """Return the resources that each parameter goes into."""
    found: dict[str, list[str]] = {}
    resources = document.get("Resources")
    for name, resource in resources.items() if isinstance(resources, dict) else ():
        for used in dict.fromkeys(references(resource)):
            found.setdefault(used, []).append(name)
    return {used: tuple(names) for used, names in found.items()}


def _resources(document: Mapping[str, Plain]) -> tuple[tuple[str, str], ...]:
    found = document.get("Resources")
    entries = found.items() if isinstance(found, dict) else ()
    return tuple(
        (name, str(each.get("Type", "")) if isinstance(each, dict) else "")
        for name, each in entries
    )
