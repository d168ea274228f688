"""An environment serves what its predecessor serves: in every region, or in none.

    lock      one at a time, and no deployment unfinished
    read      what both environments serve, in all regions; everything that is in the way
    approve   somebody has seen the plan, and agrees to just that one
    carry     `carrying.py`

`look` is the same without the last two steps, and writes nothing. Where each environment has stacks
of its own, these are deployed before aliases move: `isolated.py`.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sam_deploy import naming, provide
from sam_deploy.amounts import percent
from sam_deploy.config.model import App, Environment
from sam_deploy.deploy import promotions
from sam_deploy.deploy.journal import Entry
from sam_deploy.errors import ConfigError
from sam_deploy.events import Note, PhaseStarted, Report
from sam_deploy.history import Releases
from sam_deploy.promotion import book as books
from sam_deploy.promotion import isolated, planning, reading
from sam_deploy.promotion.carrying import Done, carry_out
from sam_deploy.promotion.known import read, records_of
from sam_deploy.promotion.model import ReleasePlan, Strategy
from sam_deploy.promotion.planning import USUAL, Frame
from sam_deploy.promotion.reading import version_of
from sam_deploy.promotion.session import (
    Promoting,
    Session,
    opened,
    refuse_deployment,
    refuse_unfinished,
)
from sam_deploy.promotion.shifting import checks, left_behind, refusals
from sam_deploy.promotion.stacks import Ready
from sam_deploy.promotion.telling import extent


@dataclass(frozen=True, slots=True)
class Request:
    """What shall be promoted."""

    environment: str
    only: tuple[str, ...] = ()
    """Names of functions in `deploy.py`; all when empty."""
    strategy: Strategy = USUAL
    nonce: str = ""
    """That of an approval that exists; a new one when empty."""
    caller: str = ""
    """ARN of who will carry it out, when that is not who asks."""
    allow_replace: tuple[str, ...] = ()
    """Logical ids of what may be lost in stacks that are deployed (isolated topology)."""


def promote(to: Promoting, app: App, request: Request) -> Done:
    """The environment serves what the one before it serves, in all regions.

    Raises `RefusedError` with everything that is in the way, before anything is written; else as
    `carrying.carry_out`.
    """
    environment_of(app, request)
    with opened(to, app) as session:
        refuse_unfinished(session.before.entry)
        refuse_deployment(session.documents, app)
        if app.topology == "isolated":
            with _prepared(session, request) as (plan, ready):
                return isolated.decided(session, plan, ready)
        plan = _plan(to, app, request, session.account, session.releases)
        return decided(session, plan)


def decided(session: Session, plan: ReleasePlan) -> Done:
    """Let somebody agree to a plan, and carry it out; a plan that moves nothing needs neither."""
    before = session.before.entry
    left_behind.clear(before, plan.environment, plan.without, session.to.aws)
    if not plan.moves:
        return Done(plan)
    session.to.report(extent(plan))
    books.keep(session.documents, plan)
    session.to.hooks("before", plan, {})
    session.audit.append("planned", {"digest": plan.digest, "environment": plan.environment})
    approval = session.to.approve(session, plan)
    session.to.stop.check()
    return carry_out(session, plan, approval)


def approved(
    to: Promoting, app: App, request: Request, agreed: Callable[[Session, ReleasePlan, str], str]
) -> str:
    """Let somebody agree to a plan that is carried out later; return what `agreed` returns.

    '' when there is nothing to agree to. No alias is written.
    """
    environment_of(app, request)
    with opened(to, app) as session:
        refuse_unfinished(session.before.entry)
        refuse_deployment(session.documents, app)
        if app.topology == "isolated":
            with _prepared(session, request) as (plan, _):
                return _granted(session, plan, agreed)
        plan = _plan(to, app, request, session.account, session.releases)
        return _granted(session, plan, agreed)


def _granted(
    session: Session, plan: ReleasePlan, agreed: Callable[[Session, ReleasePlan, str], str]
) -> str:
    if not (plan.moves or plan.deploys):
        return ""
    how = session.to.approve(session, plan)
    session.audit.append("granted", {"digest": plan.digest, "caller": plan.caller})
    return agreed(session, plan, how)


def look(to: Promoting, app: App, request: Request) -> ReleasePlan:
    """Return what a promotion would write. Reads only, and holds no lock.

    In the isolated topology it holds the lock: archives and layers are brought, and change sets
    made and taken away again. No stack and no alias is touched.
    """
    environment_of(app, request)
    if app.topology == "isolated":
        with opened(to, app) as session:
            refuse_unfinished(session.before.entry)
            refuse_deployment(session.documents, app)
            with _prepared(session, request) as (plan, _):
                return plan
    account = provide.guard_account(to.aws, app.home_region, to.expected_account)
    documents = records_of(app, account, to.aws)
    tell_unfinished(promotions.read(documents, app.name), to.report)
    return _plan(to, app, request, account, Releases(documents, app.name))


def environment_of(app: App, request: Request) -> Environment:
    """Return the environment to change. Raises `ConfigError` for what cannot be promoted."""
    by_name = {each.name: each for each in app.environments}
    found = by_name.get(request.environment)
    targets = [each.name for each in app.environments if each.promote_from]
    if found is None or not found.promote_from:
        raise ConfigError(
            f"`{request.environment}` is not promoted to"
            if found
            else f"There is no environment `{request.environment}`",
            why="deployments move it" if found else f"`deploy.py` has {', '.join(by_name)}",
            hint=" or ".join(f"`sam-deploy promote {each}`" for each in targets)
            if targets
            else 'give an environment `promote_from="..."` in `deploy.py`',
        )
    refuse_unknown(app, request.only)
    return found


def refuse_unknown(app: App, only: tuple[str, ...]) -> None:
    """Raise `ConfigError` for functions that `deploy.py` does not have."""
    names = [each.name for each in app.functions]
    unknown = [each for each in only if each not in names]
    if unknown:
        raise ConfigError(
            f"There is no function {', '.join(f'`{each}`' for each in unknown)}",
            why=f"`deploy.py` has {', '.join(names)}",
            hint="`--only` takes names of `deploy.py`",
        )


def _plan(
    to: Promoting, app: App, request: Request, account: str, releases: Releases
) -> ReleasePlan:
    environment = environment_of(app, request)
    source = str(environment.promote_from)
    to.report(PhaseStarted("read", f"Reading what {source} and {environment.name} serve"))
    places = reading.spots(app, environment.name, source, request.only, ())
    sight, known = read(app, places, (environment.name, source), to.aws, releases)
    way = planning.way_to(app, source)
    problems = tuple(planning.promotion_problems(sight, environment.name, source, way))
    strategy = request.strategy
    if strategy.shifts:
        ground = refusals.look(app, environment.name, sight, strategy, to.aws)
        strategy = replace(strategy, alarms=ground.alarms)
        problems += ground.problems
    planning.refuse(
        f"{source} cannot be promoted to {environment.name}",
        sight,
        problems,
        "put that right, then promote again",
    )
    frame = _frame(to, app, replace(request, strategy=strategy), account)
    plan = planning.plan(frame, sight, [version_of(each.comes) for each in sight.seen])
    tell_weights(plan, to.report)
    checks.refuse_vacuous(plan, [each.name for each in app.functions])
    return known.told_on(plan, sight)


@contextlib.contextmanager
def _prepared(session: Session, request: Request) -> Iterator[tuple[ReleasePlan, Ready]]:
    """Give the plan of an environment with stacks of its own, and the change sets for it."""
    to, app = session.to, session.app
    frame = _frame(to, app, request, session.account)
    with isolated.prepared(session, frame, request.allow_replace) as (plan, ready):
        tell_weights(plan, to.report)
        checks.refuse_vacuous(plan, [each.name for each in app.functions])
        yield plan, ready


def _frame(to: Promoting, app: App, request: Request, account: str) -> Frame:
    environment = environment_of(app, request)
    return Frame(
        act="promote",
        app=app.name,
        account=account,
        caller=request.caller or to.aws.caller(app.home_region).arn,
        home_region=app.home_region,
        environment=environment.name,
        alias=naming.alias_name(environment.name),
        source=str(environment.promote_from),
        nonce=request.nonce or secrets.token_hex(8),
        strategy=request.strategy,
        only=request.only,
    )


def tell_unfinished(entry: Entry, report: Report) -> None:
    """Say what keeps a plan that is only looked at from being carried out now."""
    if entry.is_open:
        text = (
            f"{promotions.began(entry)}, has not come to its end ({promotions.progress(entry)}): "
            "nothing else is moved before that"
        )
        report(Note(text, "warning"))


def tell_weights(plan: ReleasePlan, report: Report) -> None:
    """Say which aliases carry weights that nobody is shifting any more: they are taken away."""
    for each in plan.flips:
        if each.weights:
            shares = ", ".join(
                f"version {version}: {percent(part)}" for version, part in each.weights
            )
            text = f"`{each.alias}` of `{each.function}` also serves {shares}: that ends"
            report(Note(text, "warning", each.region))
