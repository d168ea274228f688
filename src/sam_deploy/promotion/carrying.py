"""Carries a plan to its end: everything new, or everything as it was.

    on record, audited  ->  flip  ->  verify  ->  released        exit 0
                               |
                               +->  take back  ->  as before      exit 4, or 5 when somebody else
                                                                  had moved an alias
What cannot be brought to either end is left open, and `resume` goes on with it (exit 7).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sam_deploy.deploy.journal import Entry, utc_now
from sam_deploy.errors import IncompleteError, RefusedError, RolledBackError, SamDeployError
from sam_deploy.events import Note, PhaseStarted
from sam_deploy.history import ReleaseRecord
from sam_deploy.history.verdict import RECORD, RELEASE
from sam_deploy.lanes import StoppedError
from sam_deploy.promotion import book as books
from sam_deploy.promotion import records
from sam_deploy.promotion.aliases import MovedError
from sam_deploy.promotion.book import SupersededError
from sam_deploy.promotion.engine import Engine, Returned
from sam_deploy.promotion.model import ReleasePlan
from sam_deploy.promotion.shifting.guard import LeftError
from sam_deploy.promotion.shifting.parts import guard_of, shift_of
from sam_deploy.promotion.telling import extent

if TYPE_CHECKING:
    from sam_deploy.promotion.session import Session


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a promotion or rollback. `release` is nothing when there was nothing to do."""

    plan: ReleasePlan
    release: ReleaseRecord | None = None
    window_seconds: float = 0.0
    """How long regions may have differed."""
    seconds: float = 0.0
    """From the approval to the end."""


def carry_out(session: Session, plan: ReleasePlan, approval: str) -> Done:
    """Every alias of the plan serves its new version, and the release is on record.

    Raises `RolledBackError` or `RefusedError` when everything is as it was, `IncompleteError` when
    it is not, and `StoppedError` when it was stopped and everything is as it was.
    """
    started = time.monotonic()
    entry = session.begins(plan)
    engine = session.engine(plan, entry)
    session.audit.append("approved", facts(plan, entry, approval=approval))
    engine.book.phase(
        "flipping",
        approved=utc_now(),
        approval=approval,
        without=" ".join(plan.without),
        found=records.found(session, plan),
        note=session.to.note,
    )
    return finish(session, engine, approval, started)


def finish(session: Session, engine: Engine, approval: str, started: float) -> Done:
    """Go forward from wherever the aliases are; back when that fails. Raises as `carry_out`."""
    session.to.report(extent(engine.plan))
    session.to.report(PhaseStarted("move", f"Moving the aliases of {engine.plan.environment}"))
    try:
        records.before(session, engine.plan, engine.book)
        shift_of(session, engine).run()
    except (SupersededError, LeftError):
        raise
    except (SamDeployError, StoppedError) as cause:
        raise taken_back(session, engine, cause) from cause
    release = committed(session, engine, approval)
    return Done(engine.plan, release, engine.window.seconds, time.monotonic() - started)


def committed(session: Session, engine: Engine, approval: str) -> ReleaseRecord:
    """The release is on record, and the journal is closed. Raises `IncompleteError`."""
    try:
        release = records.released(session, engine, approval)
        session.audit.append(
            "committed",
            facts(engine.plan, engine.book.entry) | {RELEASE: release.id, RECORD: release.sha256},
        )
        engine.book.close("committed", release=release.id)
    except SupersededError:
        raise
    except SamDeployError as error:
        raise IncompleteError(
            "All aliases serve the new release, but that could not be put on record",
            why=str(error),
            state=f"{engine.plan.environment} serves the new release in every region",
            hint="run `sam-deploy resume`",
        ) from error
    session.to.hooks("after", engine.plan, {"outcome": "committed", "release": release.id})
    return release


def taken_back(
    session: Session, engine: Engine, cause: SamDeployError | StoppedError
) -> SamDeployError | StoppedError:
    """Everything is as it was before; return the error that says why. Raises `IncompleteError`."""
    why = str(cause) or "it was stopped"
    session.to.report(Note(f"taking everything back: {why}", "warning"))
    back = take_back(session, engine, why)
    where = standing(engine, back)
    if isinstance(cause, StoppedError):
        return StoppedError(f"it was taken back: {where}", "`sam-deploy status` shows what is live")
    if back.moved or isinstance(cause, MovedError):
        return RefusedError(
            f"{engine.plan.environment} was not changed, since somebody else has changed it",
            why=str(back.moved[0] if back.moved else cause),
            state=where,
            hint="look at `sam-deploy status`, then decide anew",
        )
    done = "rolled back" if engine.plan.act == "rollback" else "promoted"
    return RolledBackError(
        f"{engine.plan.environment} was not {done}: 0/{len(engine.plan.moves)} aliases",
        why=str(cause),
        state=where,
        hint=cause.hint or "correct the cause, then run the same command again",
    )


def take_back(session: Session, engine: Engine, cause: str) -> Returned:
    """Every alias serves again what it served before, and the journal is closed.

    Raises `IncompleteError` when some alias could not be written: the journal stays open.
    """
    try:
        engine.book.phase("returning", cause=cause)
        back = engine.back()
        superseded = [e for e in back.failed.values() if isinstance(e, SupersededError)]
        if superseded:
            raise superseded[0]
        if not back.failed:
            if engine.plan.strategy.shifts:
                # before the journal is closed: one that is left would write the alias once more
                guard_of(session, engine).remove()
            session.audit.append("returned", facts(engine.plan, engine.book.entry, cause=cause))
            engine.book.close("returned")
    except LeftError as error:
        error.why = f"{error.why}; everything was taken back, since: {cause}"
        raise
    except SupersededError:
        raise
    except SamDeployError as error:
        raise _left(engine, cause, {}, error) from error
    if back.failed:
        raise _left(engine, cause, {key[0]: str(e) for key, e in back.failed.items()}, None)
    session.to.hooks("after", engine.plan, {"outcome": "returned", "cause": cause})
    return back


def _left(
    engine: Engine, cause: str, regions: Mapping[str, str], error: SamDeployError | None
) -> IncompleteError:
    """Return the error for aliases that could be brought to neither end."""
    lines = tuple(f"`{region}`: {why}" for region, why in regions.items())
    given_up = f" (`--without-region {next(iter(regions))}` leaves it out)" if regions else ""
    return IncompleteError(
        f"The {engine.plan.act} of {engine.plan.environment} failed, and could not be taken back",
        why=cause,
        state=f"aliases differ between regions: {error}"
        if error
        else f"aliases may differ between regions; not written: {', '.join(regions)}",
        problems=lines,
        hint=f"run `sam-deploy resume` as soon as that is mended{given_up}",
    )


def standing(engine: Engine, back: Returned) -> str:
    """Return what is live after everything was taken back, in words."""
    parts = [
        f"`{each.flip.function}` in `{each.flip.region}` is left as somebody else has set it"
        for each in back.moved
    ]
    parts += [f"`{each}` was left out, and may serve either" for each in sorted(engine.without)]
    kept = "its stacks keep their new configuration; " if engine.plan.deploys else ""
    if parts:
        return f"{kept}{'; '.join(parts)}; all others serve what they served before"
    return f"{kept}all {len(engine.moves)} aliases serve what they served before, in every region"


def facts(plan: ReleasePlan, entry: Entry, **more: str) -> dict[str, object]:
    """Return what the audit keeps of an event: digest, and each alias before and after."""
    return {
        "act": plan.act,
        "environment": plan.environment,
        "source": plan.source,
        "digest": plan.approved,
        "promotion": entry.id,
        "epoch": entry.epoch,
        "command": entry.command,
        "without": sorted({*plan.without, *entry.release.get(books.WITHOUT, "").split()}),
        "aliases": [
            [each.region, each.function, each.before.number, each.after.number]
            for each in plan.moves
        ],
        **more,
    }
