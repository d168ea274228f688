"""Environments that join a stack which stands: their aliases are made first, alone.

Stage, triggers and permissions of a new environment follow with the whole template, when the
release phase has moved the new aliases (docs/concepts/aliases.md). The first change set holds
nothing else, so that what fails in the second one is taken back as ever.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sam_deploy import lanes
from sam_deploy.aws import Aws, CloudFormation, Objects
from sam_deploy.deploy.regions import Options, Place
from sam_deploy.deploy.stack import StackDeployment, StackOutcome
from sam_deploy.errors import IncompleteError, SamDeployError
from sam_deploy.events import Event, Note, Report, StepFinished, StepStarted
from sam_deploy.lanes import Outcomes, Stop
from sam_deploy.plan import Plan, StackPlan
from sam_deploy.provide import Provisions
from sam_deploy.template import Template
from sam_deploy.template.joining import Joining, joining

NEVER_CAME_UP: Final = frozenset({"REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "DELETE_COMPLETE"})
"""A stack in this status is made anew, and all environments start with the first version."""


@dataclass(frozen=True, slots=True)
class Added:
    """What joins one stack in one region, and with what the stack was deployed before."""

    stack: str
    region: str
    joining: Joining
    parameters: Mapping[str, str]
    tags: Mapping[str, str]


def find_added(
    plan: Plan, templates: Mapping[str, Template], aws: Aws, *, options: Options, stop: Stop
) -> tuple[Added, ...]:
    """Return the stacks in which aliases of an environment are new. Writes nothing.

    A stack that does not exist, and one with a single environment, is none of them.
    Source: DescribeStacks, GetTemplate.
    """
    work: dict[Place, Callable[[], Added | None]] = {
        (stack.name, region): functools.partial(_look, aws, templates[stack.name], region)
        for stack in plan.stacks
        if _holds_several(stack)
        for region in stack.regions
    }
    outcomes = lanes.run(work, after={}, at_once=options.at_once, stop=stop)
    for error in outcomes.failed.values():
        raise error
    # as planned, whichever region answered first
    found = [outcomes.done[place] for place in work]
    return tuple(each for each in found if each is not None)


def _holds_several(stack: StackPlan) -> bool:
    return stack.topology == "shared" and len(stack.environments) > 1


def _look(aws: Aws, template: Template, region: str) -> Added | None:
    cloudformation = CloudFormation(aws, region)
    stack = cloudformation.describe_stack(template.stack_name)
    if stack is None or stack.status in NEVER_CAME_UP:
        return None
    where = f"The deployed template of `{template.stack_name}` in `{region}`"
    found = joining(template, cloudformation.template(template.stack_name), where)
    if found is None:
        return None
    return Added(template.stack_name, region, found, stack.parameters, stack.tags)


def add_aliases(
    plan: Plan,
    joined: tuple[Added, ...],
    provisions: Provisions,
    aws: Aws,
    *,
    options: Options,
    report: Report,
    stop: Stop,
) -> None:
    """Make the new aliases in every region, and nothing else.

    A stack's first region goes first. Raises the error of the region that failed; nothing but
    new aliases, which nobody can reach, is there then.
    """
    wanted = [each for each in joined if each.joining.missing]
    work: dict[Place, Callable[[], StackOutcome]] = {
        (each.stack, each.region): functools.partial(
            _add, plan, each, provisions, aws, report, stop
        )
        for each in wanted
    }
    gatekeepers = {each.stack: (each.stack, each.region) for each in reversed(wanted)}
    after = {place: [gatekeepers[place[0]]] for place in work if place != gatekeepers[place[0]]}
    outcomes = lanes.run(work, after=after, at_once=options.at_once, stop=stop)
    if outcomes.failed:
        raise _failed(outcomes)


def _add(
    plan: Plan, each: Added, provisions: Provisions, aws: Aws, report: Report, stop: Stop
) -> StackOutcome:
    bucket = provisions.regions[each.region].bucket
    aliases = len(each.joining.missing)
    words = f"{each.region} {each.stack}: new aliases ({aliases}) come first, by themselves"
    report(Note(words, region=each.region))
    return StackDeployment(
        cloudformation=CloudFormation(aws, each.region),
        bucket=Objects(aws, each.region, bucket, provisions.account),
        template=Template(each.stack, each.joining.body, tuple(each.parameters), {}, 0, ()),
        parameters=each.parameters,
        tags=each.tags,
        report=functools.partial(_without_steps, report),
        stop=stop,
        moved=plan.environment,
    ).run()


def _without_steps(report: Report, event: Event) -> None:
    """Pass everything on but the steps: they belong to the deployment of the whole template."""
    if not isinstance(event, (StepStarted, StepFinished)):
        report(event)


def _failed(outcomes: Outcomes[Place, StackOutcome]) -> SamDeployError:
    (stack, region), error = next(iter(outcomes.failed.items()))
    if len(outcomes.failed) == 1 and not outcomes.done:
        return error
    there = sorted({where for _, where in outcomes.done})
    return IncompleteError(
        f"The new aliases of `{stack}` were not made in `{region}`",
        why=str(error),
        state=(f"they are there in {', '.join(there)}, where nobody can reach them; " * bool(there))
        + "every other environment is as before",
        hint="correct the cause and run the same command again; it does only what is left",
    )
