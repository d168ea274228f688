"""Environments that join a stack which stands: their aliases are made first, alone.

Stage, triggers and permissions of a new environment follow with the whole template, when the
release phase has moved the new aliases (docs/concepts/aliases.md). The first change set holds
nothing else, so that what fails in the second one is taken back as ever.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sam_deploy import lanes
from sam_deploy.deploy.engine import Engine
from sam_deploy.deploy.execute import StackOutcome, execute
from sam_deploy.deploy.review import review
from sam_deploy.deploy.survey import NEVER_CAME_UP, Live, Place, look_at
from sam_deploy.errors import IncompleteError, SamDeployError
from sam_deploy.events import Event, Note, Report, StepFinished, StepStarted
from sam_deploy.lanes import Outcomes
from sam_deploy.manifest import Manifest
from sam_deploy.plan import StackPlan
from sam_deploy.template import Template
from sam_deploy.template.joining import Joining, joining


@dataclass(frozen=True, slots=True)
class Added:
    """What joins one stack in one region, and with what the stack was deployed before."""

    stack: str
    region: str
    joining: Joining
    parameters: Mapping[str, str]
    tags: Mapping[str, str]


def find_added(manifest: Manifest, live: Mapping[Place, Live]) -> tuple[Added, ...]:
    """Return the stacks in which aliases of an environment are new. Pure.

    A stack that does not exist, and one with a single environment, is none of them.
    """
    found = (
        _look(manifest.templates[stack.name], region, live.get((stack.name, region), Live()))
        for stack in manifest.stacks
        if _holds_several(stack)
        for region in stack.regions
    )
    return tuple(each for each in found if each is not None)


def _holds_several(stack: StackPlan) -> bool:
    return stack.topology == "shared" and len(stack.environments) > 1


def _look(template: Template, region: str, live: Live) -> Added | None:
    if live.stack is None or live.stack.status in NEVER_CAME_UP:
        return None
    where = f"The deployed template of `{template.stack_name}` in `{region}`"
    found = joining(template, live.template, where)
    if found is None:
        return None
    return Added(template.stack_name, region, found, live.stack.parameters, live.stack.tags)


def add_aliases(joined: tuple[Added, ...], engine: Engine) -> None:
    """Make the new aliases in every region, and nothing else.

    A stack's first region goes first. Raises the error of the region that failed; nothing but
    new aliases, which nobody can reach, is there then.
    """
    wanted = [each for each in joined if each.joining.missing]
    work: dict[Place, Callable[[], StackOutcome]] = {
        (each.stack, each.region): functools.partial(_add, each, engine) for each in wanted
    }
    gatekeepers = {each.stack: (each.stack, each.region) for each in reversed(wanted)}
    after = {place: [gatekeepers[place[0]]] for place in work if place != gatekeepers[place[0]]}
    outcomes = lanes.run(work, after=after, at_once=engine.options.at_once, stop=engine.stop)
    if outcomes.failed:
        raise _failed(outcomes)


def _add(each: Added, engine: Engine) -> StackOutcome:
    aliases = len(each.joining.missing)
    words = f"{each.region} {each.stack}: new aliases ({aliases}) come first, by themselves"
    engine.report(Note(words, region=each.region))
    template = Template(each.stack, each.joining.body, tuple(each.parameters), {}, 0, ())
    work = replace(
        engine.work_on(template, each.region, each.parameters),
        tags=each.tags,
        report=functools.partial(_without_steps, engine.report),
    )
    place = (each.stack, each.region)
    token = engine.before.token(place)
    found = review(work, look_at(work.cloudformation, each.stack), token)
    return execute(work, found, engine.new_token())


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
