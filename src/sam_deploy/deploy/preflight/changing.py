"""Which stacks will change, with their templates worked out as they are in each region. Pure.

A stack whose deployed text is the one to be deployed is none of them, so that a deployment which
changes nothing asks nothing.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sam_deploy import naming
from sam_deploy.deploy.engine import parameters
from sam_deploy.deploy.preflight.facts import Facts
from sam_deploy.deploy.survey import NEVER_CAME_UP, Live
from sam_deploy.errors import RefusedError
from sam_deploy.provide import RegionProvisions
from sam_deploy.sam.values import Open, Values
from sam_deploy.template import Template
from sam_deploy.template.compare.reading import Plain, from_text

READING: Final = threading.Lock()
"""Checks run side by side: one of them reads a text, the others wait for that."""
TEXTS_KEPT: Final = 64


@dataclass(frozen=True, slots=True)
class Document:
    """A template as it is in one region: what it holds, and what its values come to."""

    resources: Mapping[str, Mapping[str, Plain]] = field(default_factory=dict)
    values: Values = field(default_factory=Values)

    def made(self, logical_id: str) -> bool | None:
        """Whether a resource is made here; None where only a deployment knows."""
        if logical_id not in self.resources:
            return False
        condition = self.resources[logical_id].get("Condition")
        found = True if condition is None else self.values.of({"Condition": condition})
        return None if isinstance(found, Open) else bool(found)

    def kind(self, logical_id: str) -> str:
        """Return the type of a resource, such as AWS::SQS::Queue."""
        return str(self.resources.get(logical_id, {}).get("Type", ""))

    def property(self, logical_id: str, name: str) -> Any:  # noqa: ANN401 - whatever it says
        """Return a property, worked out; None where there is none, or only AWS knows it."""
        given = self.resources.get(logical_id, {}).get("Properties")
        found = self.values.of(given.get(name)) if isinstance(given, Mapping) else None
        return None if isinstance(found, Open) else found


@dataclass(frozen=True, slots=True)
class Changing:
    """A stack of one region that is new, or whose text differs from the deployed one."""

    region: str
    template: Template
    live: Live
    before: Document
    """Nothing, where no stack has ever come up."""
    after: Document

    @property
    def stack(self) -> str:
        """Its name."""
        return self.template.stack_name

    @property
    def is_new(self) -> bool:
        """Whether CloudFormation has no stack of this name."""
        return self.live.stack is None

    def cause(self, logical_id: str) -> str:
        """Return what in `deploy.py` makes a resource, in words; '' where nobody knows."""
        origin = self.template.origins.get(logical_id)
        if origin is None:
            return ""
        return origin.path + (f", deploy.py:{origin.line}" if origin.line else "")


def changing(facts: Facts) -> tuple[Changing, ...]:
    """Return every stack that will change, where it could be looked at."""
    found = []
    for place in facts.manifest.places:
        live = facts.survey.live.get(place)
        template = facts.manifest.templates[place[0]]
        if live is not None and live.template != template.body:
            before = _before(facts, place, live)
            after = _after(facts, place[1], template, live)
            found.append(Changing(place[1], template, live, before, after))
    return tuple(found)


def _before(facts: Facts, place: tuple[str, str], live: Live) -> Document:
    if live.stack is None or live.stack.status in NEVER_CAME_UP:
        return Document()
    document = _read(live.template)
    return _document(
        facts, place, document, _section(document, "Parameters"), live.stack.parameters
    )


def _after(facts: Facts, region: str, template: Template, live: Live) -> Document:
    """Return the template with everything that is known before anything is provided.

    A certificate is known when the stack has it already; what depends on another one stays open.
    """
    manifest = facts.manifest
    document = _read(template.body)
    bucket = naming.artifact_bucket_name(manifest.name, facts.account, region)
    ready = RegionProvisions(bucket, dict.fromkeys(template.layer_parameters, ""))
    stands = live.stack.parameters if live.stack else {}
    given = parameters(manifest, template, ready, region, stands)
    open_ones = {*template.layer_parameters.values()} | {
        need.parameter for need in template.certificates if not given.get(need.parameter)
    }
    given = {name: value for name, value in given.items() if name not in open_ones}
    declared = _section(document, "Parameters")
    if manifest.environment:
        given = {name: stands[name] for name in declared if stands.get(name)} | given
        # the given values of our own templates stand for "not yet", not for what it will be
        declared = {name: {"Type": "String"} for name in declared}
    return _document(facts, (template.stack_name, region), document, declared, given)


def _document(
    facts: Facts,
    place: tuple[str, str],
    document: Mapping[str, Plain],
    declared: Mapping[str, Any],
    given: Mapping[str, str],
) -> Document:
    stack, region = place
    known = {"AWS::Region": region, "AWS::AccountId": facts.account, "AWS::StackName": stack}
    values = Values(
        parameters={**declared, **{name: {"Default": value} for name, value in known.items()}},
        overrides=given,
        mappings=_section(document, "Mappings"),
        conditions=_section(document, "Conditions"),
    )
    resources = _section(document, "Resources").items()
    return Document({k: v for k, v in resources if isinstance(v, Mapping)}, values)


def _section(document: Mapping[str, Plain], name: str) -> Mapping[str, Any]:
    found = document.get(name)
    return found if isinstance(found, Mapping) else {}


def _read(text: str) -> Mapping[str, Plain]:
    with READING:
        return _kept(text)


@functools.lru_cache(maxsize=TEXTS_KEPT)
def _kept(text: str) -> Mapping[str, Plain]:
    try:
        return from_text(text, "a template")
    except RefusedError:
        return {}  # the change set will say it, in the words of AWS
