"""Carries out a promotion that deploys: all stacks in all regions, then all aliases or none.

    on record, audited -> stacks, versions -> flip -> verify -> released       exit 0
                             |                  +-> aliases back, as before    exit 4 or 5
                             +-> nothing was changed anywhere                  exit 4
                             +-> some stacks are new, no alias was moved       exit 7

CloudFormation leaves aliases alone, so that nobody is served anything new until all of them are
flipped. Only an alias that comes with its stack serves at once: before, there was nobody to serve.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from sam_deploy import delivery
from sam_deploy.amounts import plural
from sam_deploy.aws import Functions, FunctionState
from sam_deploy.delivery import gatekeeper
from sam_deploy.deploy import Deployment, StackOutcome
from sam_deploy.deploy.journal import utc_now
from sam_deploy.errors import IncompleteError, RefusedError, RolledBackError, SamDeployError
from sam_deploy.events import Note, PhaseStarted
from sam_deploy.lanes import StoppedError
from sam_deploy.manifest import FunctionWork, Provenance
from sam_deploy.plan import StackPlan
from sam_deploy.promotion import book as books
from sam_deploy.promotion import left_over, records, stacks
from sam_deploy.promotion.aliases import MovedError
from sam_deploy.promotion.book import Book
from sam_deploy.promotion.carrying import Done, facts, finish
from sam_deploy.promotion.model import Flip, Key, ReleasePlan
from sam_deploy.promotion.reading import AT_ONCE, version_of
from sam_deploy.promotion.stacks import Ready
from sam_deploy.promotion.telling import extent
from sam_deploy.release import origin, provision
from sam_deploy.release.versions import Versions
from sam_deploy.steps import step

if TYPE_CHECKING:
    from sam_deploy.promotion.session import Session


def carry_out(session: Session, ready: Ready, plan: ReleasePlan, approval: str) -> Done:
    """Every stack is as `deploy.py` has it, every alias serves the source's code, on record.

    Raises `RolledBackError` or `RefusedError` when every alias serves what it served, and
    `IncompleteError` when it is left to `resume`; both say what is live where.
    """
    started = time.monotonic()
    entry = session.begins(plan)
    book = Book(session.documents, session.app.name, session.before, entry)
    session.audit.append("approved", facts(plan, entry, approval=approval))
    found = records.found(session, plan)
    book.phase(
        "deploying", approved=utc_now(), approval=approval, found=found, note=session.to.note
    )
    return go_on(session, ready, plan, book, approval, started)


def go_on(
    session: Session, ready: Ready, plan: ReleasePlan, book: Book, approval: str, started: float
) -> Done:
    """Go forward from wherever the stacks are. Raises as `carry_out`."""
    session.to.report(extent(plan))
    session.to.report(PhaseStarted("deploy", f"Deploying the stacks of {plan.environment}"))
    try:
        published = _stand(session, ready, plan, book)
        moving = numbered(session, plan, published)
        books.keep(session.documents, moving)
        book.turn(moving)
    except MovedError as error:
        give_up(session, plan, book, str(error))
        raise left_over.moved(plan, error) from error
    except (RolledBackError, IncompleteError, RefusedError):
        raise
    except SamDeployError as error:
        raise left_over.unknown(plan, error) from error
    engine = session.engine(moving, book.entry)
    engine.book = book
    return finish(session, engine, approval, started)


def give_up(session: Session, plan: ReleasePlan, book: Book, cause: str) -> None:
    """It has come to its end, and no alias was moved."""
    session.audit.append("returned", facts(plan, book.entry, cause=cause))
    book.close("returned", cause=cause)
    session.to.hooks("after", plan, {"outcome": "returned", "cause": cause})


def _stand(
    session: Session, ready: Ready, plan: ReleasePlan, book: Book
) -> Mapping[Key, FunctionState]:
    """Return the version of every function of the plan; all stacks stand."""
    changing = [each.place for each in ready.reviews if not each.empty]
    if changing:
        ready.journal.intend(changing)
    ready.executed = True
    published: dict[Key, FunctionState] = {}
    follow = functools.partial(_follow, session, ready, plan, published)
    try:
        deployment = ready.engine.execute(ready.reviews, ready.provisions.regions, follow)
    except StoppedError:
        _stopped(session, ready, plan, book)
        raise
    if deployment.failed or deployment.not_started:
        raise _failed(session, ready, plan, book, deployment)
    _close(ready)
    return published


def _close(ready: Ready) -> None:
    """No deployment is unfinished: what is left is the promotion's."""
    if ready.journal.begun or ready.engine.before.is_open:
        ready.journal.close()


def _stopped(session: Session, ready: Ready, plan: ReleasePlan, book: Book) -> None:
    """Ctrl-C: it ends as if it had never begun, or it is left open, and that is told."""
    if all(each.state == "to do" for each in ready.journal.entry.places.values()):
        _close(ready)
        give_up(session, plan, book, "it was stopped")
        return
    session.to.report(
        Note(
            f"stopped: stacks of {plan.environment} may still change in AWS, no alias was moved; "
            "`sam-deploy resume` goes on, `sam-deploy resume --abort` leaves it at that",
            "warning",
        )
    )


def _failed(
    session: Session, ready: Ready, plan: ReleasePlan, book: Book, deployment: Deployment
) -> SamDeployError:
    """Return what went wrong; nothing is left open when nothing was changed."""
    error = left_over.failed(plan, deployment, ready.journal.entry)
    if isinstance(error, RolledBackError):
        _close(ready)
        give_up(session, plan, book, error.why)
    return error


def _follow(
    session: Session,
    ready: Ready,
    plan: ReleasePlan,
    published: dict[Key, FunctionState],
    stack: StackPlan,
    outcome: StackOutcome,
) -> None:
    """The functions of a stack that stands have a version each; no alias is moved."""
    to, manifest, region = stacks.of(session).to, ready.manifest, outcome.region
    delivery.settle(to, manifest.templates[stack.name], outcome, ready.provisions)
    flips = {each.function: each for each in plan.flips if each.region == region}
    works = [each for each in manifest.functions_of(stack.name) if each.function_name in flips]
    with step(to.report, "release", region, stack.name) as under_way:
        bucket = ready.provisions.regions[region].bucket
        publish = functools.partial(_publish, session, bucket, flips)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            states = list(pool.map(publish, works))
        new = {each.function_name: state for each, state in zip(works, states, strict=True)}
        _starts(session, ready, stack, region, new)
        published |= {(region, function): state for function, state in new.items()}
        under_way.detail = f"{plural(len(works), 'version')}, no alias moved"
    provision(manifest.functions_of(stack.name), region, to.aws, report=to.report)


def _starts(
    session: Session,
    ready: Ready,
    stack: StackPlan,
    region: str,
    new: Mapping[str, FunctionState],
) -> None:
    """What is new starts, with the variables and rights of this environment."""
    versions = {function: state.version for function, state in new.items()}
    to = stacks.of(session).to
    bad = gatekeeper.not_starting(to, ready.manifest, stack, region, versions)
    if bad:
        what, why = gatekeeper.told(bad, stack.name, region)
        raise IncompleteError(
            what,
            why=why,
            state="no alias was moved",
            hint=f"`sam-deploy logs {bad[0].new.name} --region {region} --since 5m` shows more",
        )


def _publish(
    session: Session, bucket: str, flips: Mapping[str, Flip], work: FunctionWork
) -> FunctionState:
    """Return the version that holds the code of the source, which Lambda's own hash proves."""
    flip = flips[work.function_name]
    functions = Functions(session.to.aws, flip.region)
    commit = flip.after.commit
    told = origin.told(Provenance(commit=commit.removesuffix("+"), dirty=commit.endswith("+")))
    versions = Versions(functions, bucket, session.to.report, session.to.stop, told)
    number = versions.publish(work)
    state = functions.state(work.function_name, number)
    if state is None or state.code_sha256 != flip.after.code_sha256:
        raise IncompleteError(
            f"Version {number} of `{work.function_name}` in `{flip.region}` holds other code",
            why=f"its CodeSha256 is {state.code_sha256 if state else 'unknown'}, not "
            f"{flip.after.code_sha256} as in {flip.alias}'s source",
            state="no alias was moved",
            hint="somebody changes the function at the same time: run `sam-deploy resume`",
        )
    return state


def numbered(
    session: Session, plan: ReleasePlan, published: Mapping[Key, FunctionState]
) -> ReleasePlan:
    """Return the plan with the numbers of its versions. Raises `MovedError`.

    An alias has to be as it was when the plan was agreed to; one that came with its stack is as
    CloudFormation made it.
    """

    def one(flip: Flip) -> Flip:
        functions = Functions(session.to.aws, flip.region)
        alias = functions.alias(flip.function, flip.alias)
        was = (flip.before.number, flip.weights, flip.description)
        if alias is None or (
            flip.key not in plan.new and was != (alias.version, alias.weights, alias.description)
        ):
            raise MovedError(flip, alias)
        before = flip.before
        if flip.key in plan.new:
            before = version_of(functions.state(flip.function, alias.version))
        return replace(
            flip,
            before=before,
            after=replace(version_of(published[flip.key]), recorded_commit=flip.after.made_of),
            revision_id=alias.revision_id,
            description=alias.description,
            weights=alias.weights,
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        flips = tuple(pool.map(one, plan.flips))
    return replace(plan, flips=flips, agreed=plan.digest)
