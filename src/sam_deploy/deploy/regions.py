"""The deploy phase: every stack in every region, side by side where nothing has to wait."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from dataclasses import dataclass

from sam_deploy import lanes, naming
from sam_deploy.aws import Aws, CloudFormation, Objects
from sam_deploy.deploy.stack import StackDeployment, StackOutcome
from sam_deploy.errors import SamDeployError
from sam_deploy.events import RegionFinished, Report
from sam_deploy.lanes import Stop
from sam_deploy.plan import Plan, StackPlan
from sam_deploy.provide import Provisions, RegionProvisions
from sam_deploy.template import Template

Place = tuple[str, str]
"""(stack name, region)."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What came of every stack: outcomes, errors, and what was not begun."""

    done: Mapping[Place, StackOutcome]
    failed: Mapping[Place, SamDeployError]
    not_started: tuple[Place, ...]

    @property
    def unchanged(self) -> bool:
        """Whether every stack was already as its template says."""
        return all(each.outcome == "no changes" for each in self.done.values())


@dataclass(frozen=True, slots=True)
class Options:
    """How to deploy: how many regions at once, and what may be replaced or removed by name."""

    at_once: int = 8
    allow_replace: frozenset[str] = frozenset()


def run(
    plan: Plan,
    templates: Mapping[str, Template],
    provisions: Provisions,
    aws: Aws,
    *,
    options: Options,
    report: Report,
    stop: Stop,
) -> Deployment:
    """Bring every stack of the plan to its template. `templates` maps stack names.

    A stack starts in its first region; the others follow when that one has succeeded. Stacks of
    one region go one after the other. Errors are collected, not raised: see `Deployment`.
    """
    work = {}
    after: dict[Place, list[Place]] = {}
    for number, stack in enumerate(plan.stacks):
        for region in stack.regions:
            place = (stack.name, region)
            work[place] = functools.partial(
                _deploy, plan, templates[stack.name], provisions, aws, place, options, report, stop
            )
            gatekeeper = [] if region == stack.regions[0] else [(stack.name, stack.regions[0])]
            after[place] = gatekeeper + _earlier(plan.stacks[:number], region)
    outcomes = lanes.run(work, after=after, at_once=options.at_once, stop=stop)
    return Deployment(outcomes.done, outcomes.failed, outcomes.not_started)


def _earlier(stacks: tuple[StackPlan, ...], region: str) -> list[Place]:
    """Return the stacks of the same region that come first: theirs may be the buckets it uses."""
    return [(stack.name, region) for stack in stacks if region in stack.regions]


def _deploy(
    plan: Plan,
    template: Template,
    provisions: Provisions,
    aws: Aws,
    place: Place,
    options: Options,
    report: Report,
    stop: Stop,
) -> StackOutcome:
    stack, region = place
    ready = provisions.regions[region]
    started = time.monotonic()
    try:
        outcome = StackDeployment(
            cloudformation=CloudFormation(aws, region),
            bucket=Objects(aws, region, ready.bucket, provisions.account),
            template=template,
            parameters=parameters(plan, template, ready, region),
            tags=plan.tags,
            report=report,
            stop=stop,
            allow_replace=options.allow_replace,
            moved=plan.environment,
        ).run()
    except SamDeployError:
        report(RegionFinished(region, stack, "failed", time.monotonic() - started))
        raise
    report(RegionFinished(region, stack, outcome.outcome, outcome.seconds))
    return outcome


def parameters(
    plan: Plan, template: Template, ready: RegionProvisions, region: str
) -> dict[str, str]:
    """Return what the template asks for, as it is in this region."""
    first_region = next(
        stack.first_region for stack in plan.stacks if stack.name == template.stack_name
    )
    facts = {
        naming.ARTIFACT_BUCKET: ready.bucket,
        naming.SAM_ARTIFACT_BUCKET: ready.bucket,
        naming.FIRST_REGION: "yes" if region == first_region else "no",
        naming.REGION_SUFFIX: naming.region_suffix(region, plan.home_region),
    }
    arns = {
        parameter: ready.layer_arns[layer] for layer, parameter in template.layer_parameters.items()
    }
    asked = {name: value for name, value in facts.items() if name in template.parameters}
    return asked | arns | dict(template.values)
