"""One promotion at a time: the lock, the journal, the audit and the releases of an app."""

from __future__ import annotations

import contextlib
import shlex
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sam_deploy import provide
from sam_deploy.aws import Aws, Records
from sam_deploy.broker import Broker
from sam_deploy.broker import client as brokers
from sam_deploy.config.model import App
from sam_deploy.deploy import journal as journals
from sam_deploy.deploy import promotions
from sam_deploy.deploy.journal import Entry, Read
from sam_deploy.deploy.lock import locked
from sam_deploy.deploy.owner import Owner, this_process
from sam_deploy.deploy.way_on import way_on
from sam_deploy.errors import RefusedError
from sam_deploy.events import Report
from sam_deploy.history import Chain, Releases
from sam_deploy.lanes import Stop
from sam_deploy.promotion.aliases import Aliases, BrokerAliases, LambdaAliases
from sam_deploy.promotion.book import Book, begin
from sam_deploy.promotion.engine import Engine, SideBySide, in_threads
from sam_deploy.promotion.hooks import When
from sam_deploy.promotion.model import ReleasePlan
from sam_deploy.promotion.shifting import left_behind
from sam_deploy.promotion.shifting.pace import Around
from sam_deploy.promotion.stacks import Stacks

Approve = Callable[["Session", ReleasePlan], str]
"""Is shown a plan; returns how it was agreed to. Raises `RefusedError` or `ApprovalError`."""

Hooks = Callable[[When, ReleasePlan, Mapping[str, str]], None]
"""Is told what is about to happen (`before`: may raise `RefusedError`), happens, or has."""


def no_hooks(when: When, plan: ReleasePlan, facts: Mapping[str, str]) -> None:
    """Tell nobody."""
    del when, plan, facts


def agreed(session: Session, plan: ReleasePlan) -> str:
    """Agree to everything."""
    del session, plan
    return ""


@dataclass(frozen=True, slots=True)
class Parts:
    """What carries a plan out, and how it waits. The proofs take a part away, to see it missed."""

    aliases: Callable[[Aws], Aliases] = LambdaAliases
    book: Callable[..., Book] = Book
    engine: Callable[..., Engine] = Engine
    side_by_side: SideBySide = in_threads
    pause: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Promoting:
    """Where a promotion goes, and how: what the command line has decided."""

    aws: Aws
    report: Report
    stop: Stop
    command: str
    """As others are told who meet the lock."""
    expected_account: str = ""
    approve: Approve = agreed
    take_expired_lock: bool = False
    note: str = ""
    """Why, in the user's words: the record of the release keeps it."""
    hooks: Hooks = no_hooks
    stacks: Stacks | None = None
    """How environments are deployed that have stacks of their own (isolated topology)."""
    parts: Parts = Parts()
    around: Around = field(default_factory=Around)


@dataclass(frozen=True, slots=True)
class Session:
    """What is held while a promotion is under way."""

    to: Promoting
    app: App
    account: str
    documents: Records
    owner: Owner
    audit: Chain
    releases: Releases
    before: Read
    """The journal of the promotion before this one."""

    def engine(self, plan: ReleasePlan, entry: Entry) -> Engine:
        """Return what carries out a plan, in the epoch of a journal entry."""
        parts = self.to.parts
        return parts.engine(
            plan,
            self._aliases(plan),
            parts.book(self.documents, self.app.name, self.before, entry),
            self.to.stop,
            self.to.report,
            side_by_side=parts.side_by_side,
            pause=parts.pause,
            without=frozenset(entry.release.get("without", "").split()),
        )

    def begins(self, plan: ReleasePlan) -> Entry:
        """Return the journal entry of a promotion that begins."""
        left = left_behind.handed_on(self.before.entry, plan.environment, plan.without)
        return begin(self.owner, self.before.entry, plan, left_behind.written(left))

    @property
    def broker(self) -> Broker | None:
        """Return who moves aliases, when the app has a broker."""
        where = self.app.promotion.broker if self.app.promotion else None
        return brokers.of(self.to.aws, where or "", self.app.home_region)

    def _aliases(self, plan: ReleasePlan) -> Aliases:
        broker = self.broker
        if broker is None:
            return self.to.parts.aliases(self.to.aws)
        digest = plan.approved if plan.act == "promote" else ""
        return BrokerAliases(self.to.aws, broker, digest)


@contextlib.contextmanager
def opened(to: Promoting, app: App) -> Iterator[Session]:
    """Nobody else changes the app during the block. Raises `RefusedError` when somebody does."""
    account = provide.guard_account(to.aws, app.home_region, to.expected_account)
    caller = to.aws.caller(app.home_region)
    bucket = provide.artifact_bucket(app.name, account, app.home_region, to.aws)
    bucket.ensure_bucket()
    documents = Records(to.aws, app.home_region, bucket.bucket, account)
    owner = this_process(to.command, caller.arn or caller.account)
    with locked(documents, app.name, owner, to.stop, take_expired=to.take_expired_lock):
        yield Session(
            to=to,
            app=app,
            account=account,
            documents=documents,
            owner=owner,
            audit=Chain(documents, app.name, who=owner.who, host=owner.host),
            releases=Releases(documents, app.name),
            before=journals.read(documents, journals.release_name(app.name)),
        )


def refuse_unfinished(entry: Entry) -> None:
    """Raise `IncompleteError` while a promotion has not come to its end."""
    if entry.is_open:
        raise promotions.unfinished(entry)


def refuse_deployment(documents: Records, app: App) -> None:
    """Raise `RefusedError` while a deployment is unfinished: some region may be behind."""
    entry = journals.read(documents, app.name).entry
    if entry.is_open:
        raise RefusedError(
            f"A {entry.kind} of this app was not finished, so a region may be behind",
            why=f"`{entry.command}`, begun {entry.started} by {entry.who} on {entry.host}, has "
            "not come to its end",
            state="nothing was changed",
            hint=f"run `sam-deploy {shlex.join(way_on(entry))}` first, then promote",
        )
