"""A promotion where each environment has stacks of its own: the same archives, then the aliases.

read      what the source serves, in all regions; everything that is in the way
find      the archives of it, by their hashes, in the artifact bucket; nothing is built
render    the stacks of the environment from `deploy.py`, with these archives
review    change sets of all of them in all regions; nothing executed yet
approve   somebody has seen it, and agrees to just that
carry     `deploying.py`: stacks and versions, then all aliases or none
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sam_deploy import deploy, provide
from sam_deploy.build import Artifacts
from sam_deploy.config.model import App
from sam_deploy.events import Note, PhaseStarted
from sam_deploy.plan import Plan
from sam_deploy.promotion import archives, deploying, planning, reading, stacks
from sam_deploy.promotion import book as books
from sam_deploy.promotion.carrying import Done
from sam_deploy.promotion.known import read
from sam_deploy.promotion.model import PENDING, ReleasePlan, Version
from sam_deploy.promotion.planning import Frame
from sam_deploy.promotion.reading import Seen, Sight, version_of
from sam_deploy.promotion.session import Session
from sam_deploy.promotion.shifting import left_behind, refusals
from sam_deploy.promotion.stacks import Ready
from sam_deploy.promotion.standing import Standing, look
from sam_deploy.promotion.telling import extent
from sam_deploy.provide import RegionProvisions
from sam_deploy.release.origin import commit_in

FUNCTION: Final = "AWS::Lambda::Function"
HINT: Final = "put that right, then promote again"
GONE: Final = (
    "earlier states of the bucket are kept (versioning): bring the archive back; nothing is built "
    "for a promotion, since that would be another one than what was tested"
)


@contextlib.contextmanager
def prepared(
    session: Session, frame: Frame, allowed: Sequence[str] = ()
) -> Iterator[tuple[ReleasePlan, Ready]]:
    """Give the plan of a promotion, and the change sets that it executes; none is left behind.

    Raises `RefusedError` with everything that is in the way. Archives and layers are brought.
    """
    app, to = session.app, session.to
    to.report(PhaseStarted("read", f"Reading what {frame.source} and {frame.environment} serve"))
    places = reading.spots(app, frame.environment, frame.source, (), ())
    pair = (frame.environment, frame.source)
    sight, known = read(app, places, pair, to.aws, session.releases)
    there = look(sight, to.aws)
    chosen = _part(sight, frame.only)
    way = planning.way_to(app, frame.source)
    problems = [*planning.source_problems(chosen, frame.source, way)]
    problems += _standing_problems(chosen, there, frame.environment)
    if frame.strategy.shifts:
        ground = refusals.look(app, frame.environment, _own(chosen), frame.strategy, to.aws)
        problems += ground.problems
        frame = replace(frame, strategy=replace(frame.strategy, alarms=ground.alarms))
    _refuse(frame, sight, problems)
    planned = stacks.of(session).planned(app, frame.environment)
    artifacts = _artifacts(session, frame, sight, there, planned)
    if not frame.only:
        _tell_untested(session, frame.source, artifacts)
    ready = stacks.review(session, stacks.of(session).manifest(app, planned, artifacts), allowed)
    try:
        stacks.of(session).show(ready.manifest, ready.reviews)
        plan = plan_of(frame, app, chosen, there, ready, tuple(allowed))
        yield known.told_on(plan, chosen), ready
    finally:
        ready.withdraw()


def _own(sight: Sight) -> Sight:
    """Return what a shift begins on: the new version will have the role of its own stack."""
    return replace(
        sight,
        seen=tuple(
            replace(each, comes=replace(each.comes, role=each.serves.role, version=PENDING))
            if each.comes is not None and each.serves is not None
            else each
            for each in sight.seen
        ),
    )


def decided(session: Session, plan: ReleasePlan, ready: Ready) -> Done:
    """Let somebody agree to a plan, and carry it out; a plan that changes nothing needs neither."""
    before = session.before.entry
    left_behind.clear(before, plan.environment, plan.without, session.to.aws)
    if not (plan.moves or plan.deploys):
        return Done(plan)
    session.to.report(extent(plan))
    books.keep(session.documents, plan)
    stacks.keep(session, ready.manifest)
    session.to.hooks("before", plan, {})
    session.audit.append("planned", {"digest": plan.digest, "environment": plan.environment})
    approval = session.to.approve(session, plan)
    session.to.stop.check()
    return deploying.carry_out(session, ready, plan, approval)


def plan_of(
    frame: Frame,
    app: App,
    chosen: Sight,
    there: Mapping[reading.Spot, Standing],
    ready: Ready,
    allowed: tuple[str, ...] = (),
) -> ReleasePlan:
    """Return what is agreed to: stacks, archives by their hashes, and who serves them then.

    A version that is still to be published has no number. Pure.
    """
    after = [_after(app, each, there[each.spot], chosen, ready) for each in chosen.seen]
    plan = planning.plan(frame, chosen, after)
    return replace(
        plan,
        stacks=stacks.changes(ready.reviews),
        manifest=stacks.digest(ready.manifest),
        allowed=allowed,
        new=tuple(
            (each.spot.region, each.spot.function) for each in chosen.seen if each.alias is None
        ),
    )


def _after(app: App, seen: Seen, there: Standing, sight: Sight, ready: Ready) -> Version:
    """Return what will be served: its number when it is served already, else `PENDING`."""
    region = seen.spot.region
    work = next(
        each for each in ready.manifest.functions if each.function_name == seen.spot.function
    )
    review = next(each for each in ready.reviews if each.place == (work.stack, region))
    changes = review.way != "none" and (
        review.way != "update" or any(each.resource_type == FUNCTION for each in review.changes)
    )
    if seen.serves and seen.comes and there.serves_newest and not changes:
        same = (seen.serves.code_sha256, sight.content(seen.serves.layers))
        if same == (seen.comes.code_sha256, sight.content(seen.comes.layers)):
            return version_of(seen.serves)
    function = next(each for each in app.functions if each.name == seen.spot.name)
    comes = version_of(seen.comes)
    return replace(
        comes,
        number=PENDING,
        commit=commit_in(seen.comes.description) if seen.comes else "",
        memory_mb=function.memory_mb,
        timeout_seconds=function.timeout_seconds,
        role=seen.serves.role if seen.serves else "",
        layers=_layers(function.layers, ready.provisions.regions[region]),
    )


def _layers(names: Sequence[str], region: RegionProvisions) -> tuple[str, ...]:
    return tuple(region.layer_arns[name] for name in names)


def _part(sight: Sight, only: Sequence[str], *, others: bool = False) -> Sight:
    """Return what concerns these functions, or all others; all when none is named."""
    seen = tuple(each for each in sight.seen if others != (not only or each.spot.name in only))
    return replace(sight, seen=seen)


def _standing_problems(
    sight: Sight, there: Mapping[reading.Spot, Standing], environment: str
) -> Iterator[str]:
    for each in sight.seen:
        if each.failed is None and each.alias is None and there[each.spot].latest is not None:
            yield (
                f"`{each.spot.function}` in `{each.spot.region}` has lost its alias "
                f"`{environment}`, which its stack has made: make it again, at the version that "
                "shall be served (`aws lambda create-alias`)"
            )


def _artifacts(
    session: Session,
    frame: Frame,
    sight: Sight,
    there: Mapping[reading.Spot, Standing],
    planned: Plan,
) -> Artifacts:
    """Return the archives of all functions: the source's, and of those left out their own."""
    app = session.app
    made = {
        each.spot.name: archives.made_of(each.comes, sight.contents)
        for each in _part(sight, frame.only).seen
        if each.comes is not None
    }
    others = _part(sight, frame.only, others=True)
    states = [there[each.spot].latest for each in others.seen]
    contents = reading.contents(
        [(each.spot.region, state) for each, state in zip(others.seen, states, strict=True)],
        session.to.aws,
    )
    for each, state in zip(others.seen, states, strict=True):
        if state is not None:
            made[each.spot.name] = archives.made_of(state, contents)
    problems = [
        f"`{name}` is not in {frame.environment} yet: promote all functions once"
        for name in dict.fromkeys(each.spot.name for each in others.seen)
        if name not in made
    ]
    problems += planning.differences(
        replace(others, contents=contents),
        states,
        frame.environment,
        planning.way_to(app, frame.environment),
    )
    found, unfit = archives.hashes(app, made, frame.source)
    _refuse(frame, sight, [*problems, *unfit])
    home = provide.artifact_bucket(app.name, session.account, app.home_region, session.to.aws)
    artifacts, gone = archives.fetched(planned, found, home)
    _refuse(frame, sight, gone, GONE)
    return artifacts


def _refuse(frame: Frame, sight: Sight, problems: Sequence[str], hint: str = HINT) -> None:
    what = f"{frame.source} cannot be promoted to {frame.environment}"
    planning.refuse(what, sight, tuple(problems), hint)


def _tell_untested(session: Session, source: str, artifacts: Artifacts) -> None:
    """Say when `deploy.py` has changed since its source was deployed: nobody has tried that."""
    how = stacks.of(session)
    manifest = how.manifest(session.app, how.planned(session.app, source), artifacts)
    found = deploy.survey(
        manifest.places, session.to.aws, at_once=len(manifest.places), stop=session.to.stop
    )
    for (stack, region), live in found.live.items():
        if live.template != manifest.templates[stack].body:
            text = (
                f"`deploy.py` says something else than `{stack}`, as it is deployed: that "
                f"configuration comes with this promotion, and {source} has not had it"
            )
            session.to.report(Note(text, "warning", region))
            return
