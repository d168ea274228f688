"""Finishes a promotion that was interrupted, or takes it back.

First nobody else may write any more: a new epoch is on record, and every alias is written
unchanged under it, so that the process that was put aside knows no good RevisionId.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from sam_deploy.config.model import App
from sam_deploy.deploy.journal import Entry, utc_now
from sam_deploy.errors import ConfigError, IncompleteError, RefusedError, SamDeployError
from sam_deploy.events import Note, PhaseStarted
from sam_deploy.promotion import book as books
from sam_deploy.promotion import deploying, left_over, stacks
from sam_deploy.promotion.book import Book, SupersededError
from sam_deploy.promotion.carrying import Done, committed, finish, standing, take_back
from sam_deploy.promotion.engine import Engine
from sam_deploy.promotion.model import ReleasePlan
from sam_deploy.promotion.session import Promoting, Session, opened
from sam_deploy.promotion.shifting import interrupted, left_behind
from sam_deploy.promotion.shifting.parts import guard_of
from sam_deploy.promotion.shifting.turned import utc

FRESH_SECONDS: Final = 30 * 60.0
"""An approval that is older is asked for again before a promotion goes forward."""

ASKING_SECONDS: Final = 15 * 60.0
"""What a person may take to agree again, before the schedules take a shift back."""


@dataclass(frozen=True, slots=True)
class Request:
    """How to go on. `meant` is the id and epoch that were shown; another one is refused."""

    meant: tuple[str, int]
    abort: bool = False
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resumed:
    """What came of it. `done` is nothing when everything was taken back."""

    plan: ReleasePlan
    done: Done | None = None
    state: str = ""
    """What is live, when everything was taken back."""
    was_returning: bool = False
    """It was being taken back already, so it could only be taken back."""
    was_committed: bool = False
    """Every alias served the new release already, so it could not be taken back."""
    why: str = ""
    """Why it was taken back, when nobody has asked for that."""


def resume(
    to: Promoting, app: App, request: Request, *, now: Callable[[], float] = time.time
) -> Resumed:
    """The unfinished promotion has come to its end: all new, or all as before.

    Raises `IncompleteError` when some region still cannot be written: it stays open.
    """
    with opened(to, app) as session:
        left = session.before.entry
        if not left.is_open or (left.id, left.epoch) != request.meant:
            raise RefusedError(
                "Somebody else has gone on meanwhile",
                why=f"the journal is now that of `{left.command}`, begun {left.started} by "
                f"{left.who}",
                hint="look again: `sam-deploy status`",
            )
        plan = books.kept(session.documents, left)
        _refuse_account(session, plan)
        _refuse_regions(plan, left, request)
        if left.release.get(books.PHASE) == "deploying":
            return _go_on_deploying(session, plan, left, request, now)
        entry = books.take_over(session.owner, _without(left, request.without))
        engine = session.engine(plan, entry)
        _note_left(session, engine)
        session.audit.append("resumed", {"promotion": entry.id, "epoch": entry.epoch})
        if left.release.get(books.PHASE) == "committed":
            return _recorded(session, engine)
        to.report(PhaseStarted("fence", "Making sure that nobody else writes"))
        if _shifts(engine, left, request):
            asks = _age(left, now()) > FRESH_SECONDS
            _push(session, engine, now() + (ASKING_SECONDS if asks else 0.0))
        _fence(engine)
        return _go_on(session, engine, left, request, now)


def _recorded(session: Session, engine: Engine) -> Resumed:
    """Put on record what every alias served when it stopped: no alias is written for that.

    Who has moved one by hand since then meant to: `status` shows it as drift.
    """
    started = time.monotonic()
    session.to.report(Note("every alias served the new release when it stopped: now on record"))
    release = committed(session, engine, engine.book.entry.release.get(books.APPROVAL, ""))
    done = Done(engine.plan, release, 0.0, time.monotonic() - started)
    return Resumed(engine.plan, done, was_committed=True)


def _go_on(
    session: Session, engine: Engine, left: Entry, request: Request, now: Callable[[], float]
) -> Resumed:
    started = time.monotonic()
    returning = left.release.get(books.PHASE) == "returning"
    if returning or request.abort:
        if returning and not request.abort:
            session.to.report(Note("it was being taken back already: that is finished now"))
        back = take_back(session, engine, left.release.get("cause", "") or "aborted")
        return Resumed(engine.plan, state=standing(engine, back), was_returning=returning)
    restored = interrupted.restored(engine) if _shifts(engine, left, request) else ""
    if restored:
        session.to.report(Note(f"{restored}: taking everything back", "warning"))
        back = take_back(session, engine, restored)
        return Resumed(engine.plan, state=standing(engine, back), why=restored)
    approval = _approval(session, engine.plan, engine.book, left, now)
    return Resumed(engine.plan, finish(session, engine, approval, started))


def _approval(
    session: Session, plan: ReleasePlan, book: Book, left: Entry, now: Callable[[], float]
) -> str:
    """Return how it was agreed to; one that is too old is asked for again."""
    approval = left.release.get(books.APPROVAL, "")
    if _age(left, now()) > FRESH_SECONDS:
        session.to.report(Note("its approval is older than 30 minutes: it is asked for again"))
        approval = session.to.approve(session, plan)
        book.note(approved=utc_now(), approval=approval)
    return approval


def _go_on_deploying(
    session: Session,
    plan: ReleasePlan,
    left: Entry,
    request: Request,
    now: Callable[[], float],
) -> Resumed:
    """Deploy what is left of the stacks, and move all aliases; or leave every alias where it is.

    No alias has been written, and nobody can write one: that begins with a write of the journal.
    """
    started = time.monotonic()
    if request.without:
        raise RefusedError(
            "No region can be left out while stacks are deployed",
            why="no alias was moved yet, so nothing needs it",
            hint="`sam-deploy resume --abort` leaves every alias where it is",
        )
    entry = books.take_over(session.owner, left)
    book = Book(session.documents, session.app.name, session.before, entry)
    book.note()
    session.audit.append("resumed", {"promotion": entry.id, "epoch": entry.epoch})
    if request.abort:
        deployed, at_work = stacks.abandon(session)
        deploying.give_up(session, plan, book, "aborted")
        return Resumed(plan, state=left_over.aborted(plan, deployed, at_work))
    approval = _approval(session, plan, book, left, now)
    ready = stacks.review(session, stacks.kept(session, plan), plan.allowed)
    try:
        done = deploying.go_on(session, ready, plan, book, approval, started)
    finally:
        ready.withdraw()
    return Resumed(plan, done)


def _shifts(engine: Engine, left: Entry, request: Request) -> bool:
    """Whether a shift was under way, and is to be gone on with."""
    phase = left.release.get(books.PHASE)
    return engine.plan.strategy.shifts and phase == "shifting" and not request.abort


def _push(session: Session, engine: Engine, now: float) -> None:
    """The schedules do not take back in the midst what is gone on with."""
    until = now + session.to.around.pace.grace_seconds
    engine.book.note(**{books.UNTIL: utc(until)})
    try:
        guard_of(session, engine).push(until)
    except SupersededError:
        raise
    except SamDeployError as error:
        raise IncompleteError(
            f"The {engine.plan.act} cannot be gone on with yet",
            why=str(error),
            state="nothing was moved by this command; the schedules take everything back at their "
            "time",
            hint="run `sam-deploy resume` again, or `sam-deploy resume --abort`",
        ) from error


def _note_left(session: Session, engine: Engine) -> None:
    """The journal has schedules that cannot be deleted; who reads this knows of them, too."""
    left = left_behind.of(engine, engine.without)
    known = left_behind.read(engine.book.entry)
    if not left:
        engine.book.note()
        return
    engine.book.note(**{books.LEFT: left_behind.written((*known, *left))})
    for region, text in left_behind.told(left):
        session.to.report(Note(text, "warning", region))


def _without(left: Entry, without: tuple[str, ...]) -> Entry:
    every = sorted({*left.release.get(books.WITHOUT, "").split(), *without})
    return replace(left, release={**left.release, books.WITHOUT: " ".join(every)})


def _age(left: Entry, now: float) -> float:
    try:
        approved = datetime.fromisoformat(left.release[books.APPROVED])
    except (KeyError, ValueError):
        return float("inf")
    # in both directions: the clock may have been set, or be that of another computer
    return abs(now - approved.astimezone(UTC).timestamp())


def _fence(engine: Engine) -> None:
    failed = engine.fence()
    for each in failed.values():
        if isinstance(each, SupersededError):
            raise each
    if failed:
        (region, _), error = next(iter(failed.items()))
        raise IncompleteError(
            f"The {engine.plan.act} cannot be gone on with yet",
            why=str(error),
            state="nothing was moved by this command; `sam-deploy status` shows what is live",
            hint="run `sam-deploy resume` again when the region answers; when it is down for "
            f"long, `--without-region {region}` goes on without it",
        )


def _refuse_regions(plan: ReleasePlan, left: Entry, request: Request) -> None:
    """Raise `ConfigError` for regions that are no part of it, `RefusedError` when none is left.

    Given up on may be all of them: then nothing is released, and others can begin.
    """
    unknown = [each for each in request.without if each not in plan.regions]
    if unknown:
        raise ConfigError(
            f"The {plan.act} is not about {', '.join(f'`{each}`' for each in unknown)}",
            why=f"its regions are {', '.join(plan.regions)}",
            hint="`--without-region` takes one of them",
        )
    given_up = {*left.release.get(books.WITHOUT, "").split(), *request.without}
    forward = request.without and not request.abort
    if forward and not [each for each in plan.moves if each.region not in given_up]:
        raise RefusedError(
            "Not every region can be left out",
            why=f"the {plan.act} moves aliases in no other region than these",
            state="nothing was moved by this command",
            hint="run `sam-deploy resume` as soon as one of them answers, or give it up with "
            "`--abort`",
        )


def _refuse_account(session: Session, plan: ReleasePlan) -> None:
    if plan.account != session.account:
        raise RefusedError(
            "The unfinished promotion belongs to another account",
            why=f"it is of account {plan.account}; these credentials are of {session.account}",
            hint="use the other AWS_PROFILE",
        )
