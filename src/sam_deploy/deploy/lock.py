"""One deployment at a time: a lock in the artifact bucket of the home region.

Made by a conditional write, so of many who ask at once one gets it. It says who holds it, and a
heartbeat shows that the holder lives. How long ago the last one was is told by S3's clock alone:
computers whose clocks are 15 minutes off may sign calls, and a lock lasts for less. Nobody's lock
is taken away by time alone: only that of a process which provably died here, or by `resume` and
`unlock`.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Final, Protocol

from sam_deploy.aws import Record
from sam_deploy.deploy.owner import Owner, is_dead
from sam_deploy.errors import IncompleteError, RefusedError, SamDeployError
from sam_deploy.lanes import Stop

HEARTBEAT_SECONDS: Final = 30.0
EXPIRES_SECONDS: Final = 300.0
"""Without a heartbeat for so long, `resume` and `unlock` may take the lock."""
QUIET_SECONDS: Final = 90.0
"""Without a heartbeat for so long (three of them), a process may be dead."""
TRIES: Final = 3
WRONG_ETAG: Final = '"00000000000000000000000000000000"'


class Documents(Protocol):
    """Conditional writes, as `aws.Records` makes them."""

    def read(self, key: str) -> Record | None:
        """Return a document."""

    def create(self, key: str, body: bytes) -> str | None:
        """Write one that is not there."""

    def replace(self, key: str, body: bytes, etag: str) -> str | None:
        """Write one in the place of a state."""

    def delete(self, key: str, etag: str) -> bool:
        """Take a state away."""


@dataclass(frozen=True, slots=True)
class Held:
    """A lock as it lies in the bucket; `etag` names this state of it."""

    owner: Owner
    beat: float
    """When its holder last showed that it lives, by the holder's clock: Unix seconds."""
    etag: str = field(default="", compare=False)
    age_seconds: float | None = field(default=None, compare=False)
    """How long ago that was when it was read, by S3's clock; nothing when S3 does not tell."""

    def silence(self, now: float) -> float:
        """Return for how many seconds its holder has shown no sign of life.

        `now` is the clock of this computer. It counts only where S3 told no times: it and the
        holder's may be far apart.
        """
        return max(0.0, now - self.beat) if self.age_seconds is None else self.age_seconds

    def expired(self, now: float) -> bool:
        """Whether its holder has been silent for long."""
        return self.silence(now) > EXPIRES_SECONDS

    def quiet(self, now: float) -> bool:
        """Whether its holder has missed several heartbeats, and may be dead."""
        return self.silence(now) > QUIET_SECONDS

    def written(self) -> bytes:
        """Return it as it is stored."""
        return json.dumps({"owner": asdict(self.owner), "beat": self.beat}).encode()


def key_of(name: str) -> str:
    """Return where the lock of an app lies in its artifact bucket."""
    return f"locks/{name}.json"


def look(documents: Documents, name: str) -> Held | None:
    """Return who holds the lock; nothing when nobody does. Writes nothing."""
    found = documents.read(key_of(name))
    return None if found is None else _held(found, key_of(name))


def _held(record: Record, key: str) -> Held:
    try:
        found = json.loads(record.body)
        owner = Owner(**found["owner"])
        return Held(owner, float(found["beat"]), record.etag, record.age_seconds)
    except (ValueError, KeyError, TypeError) as error:
        raise RefusedError(
            f"The lock `{key}` cannot be read",
            why="it was not written by this version of sam-deploy",
            hint="when nobody deploys, `sam-deploy unlock` takes it away",
        ) from error


def refusal(held: Held, now: float, *, shifting: bool = False) -> RefusedError:
    """Return the error that says who deploys, since when, and what can be done.

    `shifting`: it is a canary, which can be taken back from any terminal.
    """
    owner = held.owner
    silent = f"; no sign of life for {held.silence(now):.0f} s" if held.expired(now) else ""
    way = (
        "if that process is gone, `sam-deploy resume` goes on, "
        if silent
        else "wait until it has ended, "
    )
    hint = f"{way}or `sam-deploy unlock {owner.id}` ends its hold"
    if shifting and not silent:
        hint = (
            "`sam-deploy shift abort` takes it back, `sam-deploy shift status` shows how it "
            "stands; or wait until it has ended"
        )
    return RefusedError(
        f"`{owner.command}` is at work on this app",
        why=f"started {owner.started} by {owner.who} on {owner.host} (process {owner.pid}){silent}",
        hint=hint,
    )


@contextlib.contextmanager
def locked(
    documents: Documents,
    name: str,
    owner: Owner,
    stop: Stop,
    *,
    take_expired: bool = False,
    now: Callable[[], float] = time.time,
    beat_seconds: float = HEARTBEAT_SECONDS,
) -> Iterator[None]:
    """Nobody else deploys this app while the block runs.

    Raises `RefusedError` when somebody does, or when the storage does not honour conditions.
    `stop` is set when the lock is lost, as after a long sleep of this computer.
    """
    lock = _Lock(documents, name, Held(owner, now()), now)
    lock.acquire(take_expired=take_expired)
    ended = threading.Event()
    beats = threading.Thread(
        target=lock.keep, args=(ended, stop, beat_seconds), name="heartbeat", daemon=True
    )
    try:
        lock.probe()
        beats.start()
        yield
    finally:
        ended.set()
        if beats.ident is not None:
            beats.join()
        lock.release()


class _Lock:
    def __init__(
        self, documents: Documents, name: str, mine: Held, now: Callable[[], float]
    ) -> None:
        self._documents, self._mine, self._now = documents, mine, now
        self._name, self._key = name, key_of(name)

    def acquire(self, *, take_expired: bool) -> None:
        for _ in range(TRIES):
            etag = self._documents.create(self._key, self._mine.written())
            found = None if etag else self._documents.read(self._key)
            if found is not None:
                etag = self._take(_held(found, self._key), take_expired=take_expired)
            if etag:
                self._mine = replace(self._mine, etag=etag)
                return
            # it was released, or taken, between the two calls: look again
        raise RefusedError(
            "Several deployments of this app begin at the same moment",
            why="the lock changed hands while it was asked for",
            hint="run the same command again",
        )

    def _take(self, found: Held, *, take_expired: bool) -> str | None:
        """Return the ETag of our own lock when it is ours already, or may be taken over."""
        if found.owner.id == self._mine.owner.id:
            return found.etag  # the answer to our own write was lost
        allowed = is_dead(found.owner) or (take_expired and found.expired(self._now()))
        if not allowed:
            from sam_deploy.deploy import promotions  # noqa: PLC0415 - reads by this module

            shifting = promotions.shifts_now(self._documents, self._name)
            raise refusal(found, self._now(), shifting=shifting)
        return self._documents.replace(self._key, self._mine.written(), found.etag)

    def probe(self) -> None:
        """Raise `RefusedError` when the storage takes a write that its condition forbids."""
        body = self._mine.written()
        if (
            self._documents.create(self._key, body) is None
            and self._documents.replace(self._key, body, WRONG_ETAG) is None
        ):
            return
        raise RefusedError(
            "The artifact bucket does not honour conditional writes",
            why="a write with If-None-Match or If-Match was accepted although it must not be, "
            "so that two deployments could run at once",
            hint="use S3 itself, or a storage that knows conditional writes",
        )

    def keep(self, ended: threading.Event, stop: Stop, beat_seconds: float) -> None:
        """Show that we live, until the end; ask everything to stop when the lock is lost."""
        while not ended.wait(beat_seconds):
            try:
                kept = self._beat()
            except SamDeployError:
                continue  # no answer; what counts is whether somebody takes it meanwhile
            if not kept:
                stop.set(self._lost())
                return

    def _beat(self) -> bool:
        """Show once that we live; say whether the lock is still ours."""
        fresh = replace(self._mine, beat=self._now())
        etag = self._documents.replace(self._key, fresh.written(), self._mine.etag)
        now = replace(fresh, etag=etag) if etag else self._still_ours()
        if now is None:
            return False
        self._mine = now
        return True

    def _still_ours(self) -> Held | None:
        """Return our lock as it is now: this heartbeat's answer was lost, or an earlier one's."""
        record = self._documents.read(self._key)
        try:
            found = _held(record, self._key) if record else None
        except RefusedError:
            return None  # of another version of sam-deploy, so not of this process
        return found if found and found.owner.id == self._mine.owner.id else None

    def _lost(self) -> IncompleteError:
        return IncompleteError(
            "This command has lost its lock",
            why="somebody has taken it over or ended it (`unlock`, `resume`)",
            state="what had been begun in AWS goes on there; nothing more was begun",
            hint="`sam-deploy status` shows what is live, and how to go on with what is unfinished",
        )

    def release(self) -> None:
        """Let others deploy. A lock that cannot be taken away says that its holder died."""
        with contextlib.suppress(SamDeployError):
            if self._documents.delete(self._key, self._mine.etag):
                return
            # the answer to the last heartbeat may have been lost: only a state of ours is taken
            ours = self._still_ours()
            if ours is not None:
                self._documents.delete(self._key, ours.etag)
