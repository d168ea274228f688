"""An environment serves again what it served in an earlier release: everywhere, or nowhere.

Nothing is built and nothing is deployed: the versions of then are still there, which is looked at
in every region before anything is written.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeAlias

from sam_deploy import naming
from sam_deploy.aws import Functions, FunctionState
from sam_deploy.config.model import App
from sam_deploy.errors import ConfigError, RefusedError, SamDeployError
from sam_deploy.events import Note, PhaseStarted
from sam_deploy.history import ReleaseRecord, Releases
from sam_deploy.promotion import planning, reading
from sam_deploy.promotion.carrying import Done
from sam_deploy.promotion.known import read
from sam_deploy.promotion.model import ReleasePlan
from sam_deploy.promotion.planning import Frame
from sam_deploy.promotion.promote import (
    decided,
    refuse_unknown,
    tell_unfinished,
    tell_weights,
)
from sam_deploy.promotion.reading import AT_ONCE, Seen, Sight, Spot, version_of
from sam_deploy.promotion.session import Promoting, Session, opened, refuse_unfinished

Place: TypeAlias = tuple[str, str]
"""(function on AWS, region)."""


@dataclass(frozen=True, slots=True)
class Request:
    """What shall be gone back to. `release` is an id such as `prod-3`; '' for the one before."""

    environment: str
    release: str = ""
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """Regions that are down: left as they are, which the record says."""


def rollback(to: Promoting, app: App, request: Request) -> Done:
    """The environment serves what it served in a release, in all regions but those left out.

    Raises `RefusedError` before any write when there is no such release, or when a version of it
    does not exist any more somewhere; else as `carrying.carry_out`.
    """
    refuse(app, request)
    with opened(to, app) as session:
        refuse_unfinished(session.before.entry)
        return decided(session, plan_of(session, request))


def look(to: Promoting, app: App, request: Request) -> ReleasePlan:
    """Return what a rollback would write."""
    refuse(app, request)
    with opened(to, app) as session:
        tell_unfinished(session.before.entry, to.report)
        return plan_of(session, request)


def refuse(app: App, request: Request) -> None:
    """Raise `ConfigError` for what `deploy.py` does not have: environment, regions, functions."""
    names = [each.name for each in app.environments]
    if request.environment not in names:
        raise ConfigError(
            f"There is no environment `{request.environment}`",
            why=f"`deploy.py` has {', '.join(names)}",
            hint="name one of them",
        )
    regions = {region for each in app.feature_sets for region in each.regions}
    unknown = [each for each in request.without if each not in regions]
    if unknown:
        raise ConfigError(
            f"The app is not in {', '.join(f'`{each}`' for each in unknown)}",
            why=f"its regions are {', '.join(sorted(regions))}",
            hint="`--without-region` takes one of them",
        )
    refuse_unknown(app, request.only)


def plan_of(session: Session, request: Request) -> ReleasePlan:
    """Return the plan of a rollback. Raises `RefusedError` with everything that is in the way."""
    app, aws = session.app, session.to.aws
    every = reading.spots(app, request.environment, "", (), ())
    release = target(session.releases, request, {(each.function, each.region) for each in every})
    session.to.report(PhaseStarted("read", f"Reading what {request.environment} serves"))
    places = reading.spots(app, request.environment, "", request.only, request.without)
    later = _later(release, request, every)
    places = tuple(each for each in places if each.function not in later)
    pair = (request.environment, release.id)
    sight, known = read(app, places, pair, aws, session.releases)
    wanted = [release.image.get(each.function, {}).get(each.region) for each in places]
    numbers = [each.version if each else "" for each in wanted]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        states = list(pool.map(functools.partial(_state, session), sight.seen, numbers))
    problems = [
        problem
        for seen, number, state in zip(sight.seen, numbers, states, strict=True)
        for problem in _problems(seen, number, state, release)
    ]
    planning.refuse(
        f"{request.environment} cannot go back to {release.id}",
        sight,
        tuple(problems),
        _nearest(session.releases, request, release),
        _without(request, sight),
    )
    _tell_stacks(session, request)
    _tell_mixed(session, release, sight.seen)
    frame = _frame(session, request, release)
    plan = planning.plan(frame, sight, [version_of(each) for each in states])
    tell_weights(plan, session.to.report)
    return known.told_on(replace(plan, warnings=_stays(later, release)), sight)


def _frame(session: Session, request: Request, release: ReleaseRecord) -> Frame:
    app = session.app
    return Frame(
        act="rollback",
        app=app.name,
        account=session.account,
        caller=session.owner.who,
        home_region=app.home_region,
        environment=request.environment,
        alias=naming.alias_name(request.environment),
        source=release.id,
        nonce=secrets.token_hex(8),
        without=request.without,
        only=request.only,
    )


def _later(release: ReleaseRecord, request: Request, every: Sequence[Spot]) -> dict[str, str]:
    """Return the functions that a release says nothing of: name on AWS -> in `deploy.py`.

    They stay as they are, unless they were asked for (`--only`), or unless nothing else is left.
    One of which it tells in some regions only is none of them: its regions would differ.
    """
    told = {e.function for e in every if e.region in release.image.get(e.function, {})}
    later = {each.function: each.name for each in every if each.function not in told}
    return later if told and not request.only else {}


def _stays(later: Mapping[str, str], release: ReleaseRecord) -> tuple[str, ...]:
    if not later:
        return ()
    names = ", ".join(f"`{name}`" for name in later.values())
    stays = "they stay as they are" if len(later) > 1 else "it stays as it is"
    return (f"{names}: {release.id} says nothing of it (it came later, or was left out): {stays}",)


def _tell_stacks(session: Session, request: Request) -> None:
    """Say what does not go back, where an environment has stacks of its own."""
    if session.app.topology == "isolated":
        text = (
            f"the stacks of {request.environment} keep their newer configuration (routes, queues, "
            "permissions): functions go back, with the memory, variables and layers they had"
        )
        session.to.report(Note(text))


def _tell_mixed(session: Session, release: ReleaseRecord, seen: Sequence[Seen]) -> None:
    """Say where a release served other code in some regions: that is gone back to as it was."""
    codes: dict[str, set[str]] = {}
    for each in seen:
        served = release.image[each.spot.function][each.spot.region]
        codes.setdefault(each.spot.name, set()).add(served.code_sha256)
    mixed = [f"`{name}`" for name, found in codes.items() if len(found) > 1]
    if mixed:
        text = f"{release.id} served other code in some regions of {', '.join(mixed)}"
        session.to.report(Note(text, "warning"))


def target(releases: Releases, request: Request, places: Collection[Place]) -> ReleaseRecord:
    """Return the release to go back to. Raises `RefusedError` when there is none.

    Without a name it is the one before what is live; what a rollback brought back counts as the
    release that it went back to, so that a second rollback goes further back, never forward.
    `places` are all (function on AWS, region) that the app has: of others nothing is expected.
    """
    if request.release:
        found = releases.find(request.release)
        if found.environment != request.environment:
            raise RefusedError(
                f"`{request.release}` is a release of {found.environment}",
                why=f"{request.environment} has releases of its own",
                hint=f"`sam-deploy history {request.environment}` lists them",
            )
        return found
    live = releases.latest(request.environment)
    while live is not None and live.act == "rollback":
        live = _stands_for(releases, live, places)
    if live is None or live.number == 1:
        raise RefusedError(
            f"There is no release of {request.environment} to go back to",
            why=f"{live.id} is its first" if live else "nothing was ever released to it",
            state="nothing was changed",
            hint=f"`sam-deploy history {request.environment}` lists what there is",
        )
    return releases.find(f"{request.environment}-{live.number - 1}")


def _stands_for(
    releases: Releases, live: ReleaseRecord, places: Collection[Place]
) -> ReleaseRecord:
    """Return the release whose place a rollback has taken.

    One of a few functions only has taken nobody's: what it was made upon counts. A function that
    was taken out of `deploy.py` since could not go back.
    """
    source = releases.find(live.source)
    whole = all(
        live.image.get(function, {}).get(region) == served
        for function, regions in source.image.items()
        for region, served in regions.items()
        if (function, region) in places
    )
    return source if whole else releases.find(f"{live.environment}-{live.number - 1}")


def _state(session: Session, seen: Seen, number: str) -> FunctionState | None:
    if seen.failed is not None or not number:
        return None
    try:
        functions = Functions(session.to.aws, seen.spot.region)
        return functions.state(seen.spot.function, number)
    except SamDeployError as error:
        raise RefusedError(
            f"`{seen.spot.region}` cannot be read",
            why=str(error),
            state="nothing was changed",
            hint=f"when the region is down: add `--without-region {seen.spot.region}`",
        ) from error


def _problems(
    seen: Seen, number: str, state: FunctionState | None, release: ReleaseRecord
) -> list[str]:
    if seen.failed is not None:
        return []
    where = f"`{seen.spot.name}` in `{seen.spot.region}`"
    if seen.alias is None:
        return [f"{where} has no alias `{release.environment}`"]
    if not number:
        return [f"{where} is not on record in {release.id}: it came later, or was left out"]
    known = release.image[seen.spot.function][seen.spot.region].code_sha256
    if state is not None and known and state.code_sha256 != known:
        return [f"{where}: version {number} holds other code than that of {release.id}"]
    return list(planning.version_problems(state, number, where))


def _without(request: Request, sight: Sight) -> str:
    """Return the way past regions that do not answer; another one when none is left then."""
    silent = dict.fromkeys(each.spot.region for each in sight.seen if each.failed is not None)
    if all(each.failed is not None for each in sight.seen):
        return "no region answers"
    options = [("--to", request.release)] if request.release else []
    options += [("--only", each) for each in request.only]
    options += [("--without-region", each) for each in (*request.without, *silent)]
    words = " ".join(part for option in options for part in option)
    return (
        f"`sam-deploy rollback {request.environment} {words}` goes back everywhere else, and "
        "the record says so"
    )


def _nearest(releases: Releases, request: Request, missing: ReleaseRecord) -> str:
    """Return which other releases there are to go back to: neither this one nor what is live."""
    live = releases.latest(request.environment)
    others = [
        each.id
        for each in releases.newest_first(request.environment, 10)
        if each.id not in {missing.id, live.id if live else ""} and each.act != "rollback"
    ]
    down = "a region that is down can be left out with `--without-region`"
    if not others:
        return f"there is no other release to go back to: promote a repaired one; {down}"
    return f"other releases: {', '.join(others)} (`--to RELEASE`); {down}"
