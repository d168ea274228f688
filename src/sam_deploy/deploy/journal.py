"""What a deployment means to do and has done, in the artifact bucket of the home region.

Written before each step that cannot be taken back and after it, so that the next command, on any
machine, knows what to wait for and what is left. A process that was put aside (its lock taken
over) finds its next write refused, and stops.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Final, Literal

from sam_deploy.aws import Record
from sam_deploy.deploy.kept import Kept, PutAsideError
from sam_deploy.deploy.lock import Documents
from sam_deploy.deploy.owner import Owner
from sam_deploy.deploy.survey import Place
from sam_deploy.errors import IncompleteError, RefusedError

SCHEMA: Final = 1


class OtherVersionError(RefusedError):
    """A journal that can be read, but by another version of sam-deploy only."""


PlaceState = Literal["to do", "executing", "deployed", "done", "failed"]
"""executing: CloudFormation may be at work. deployed: the stack stands. done: released, too."""


@dataclass(frozen=True, slots=True)
class PlaceEntry:
    """One stack in one region. `token` marks the stack events that the execution causes."""

    state: PlaceState = "to do"
    change_set: str = ""
    token: str = ""
    outcome: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A deployment: who, what, and how far it has come."""

    id: str = ""
    epoch: int = 0
    """Rises each time that somebody goes on with it."""
    writer: str = ""
    """Id of the process: two that go on with it at once are in the same epoch."""
    kind: Literal["deploy", "destroy", "promote", "rollback"] = "deploy"
    state: Literal["review", "open", "done"] = "done"
    """review: somebody looks at what would change; nothing is there to go on with."""
    command: str = ""
    who: str = ""
    host: str = ""
    started: str = ""
    updated: str = ""
    environment: str = ""
    manifest: str = ""
    """Key of the manifest, beside the journal."""
    places: Mapping[str, PlaceEntry] = field(default_factory=dict)
    """`stack region` -> how far it has come."""
    allowed: tuple[str, ...] = ()
    """Logical ids of what may be lost, as the user said (`--allow-replace`)."""
    release: Mapping[str, str] = field(default_factory=dict)
    """Of a promotion or rollback: how far it is; see `promotion/book.py`."""
    layers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Region -> description of a layer's content -> ARN of the version that holds it."""

    @property
    def is_open(self) -> bool:
        """Whether it was begun and has not come to its end."""
        return self.state == "open"

    @property
    def attempt(self) -> tuple[str, int, str]:
        """What two entries share when one process has written both."""
        return self.id, self.epoch, self.writer

    def place(self, place: Place) -> PlaceEntry:
        """Return how far a stack has come in a region."""
        return self.places.get(" ".join(place), PlaceEntry())

    def token(self, place: Place) -> str:
        """Return the token under which CloudFormation may still be at work; else ''."""
        entry = self.place(place)
        return entry.token if self.is_open and entry.state == "executing" else ""

    def written(self) -> bytes:
        """Return it as it is stored."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, indent=1).encode()


def key_of(name: str) -> str:
    """Return where the journal of an app lies in its artifact bucket."""
    return f"journal/{name}.json"


def release_name(name: str) -> str:
    """Return the name under which the promotions of an app keep their journal.

    One of its own: a rollback must be possible while a deployment is unfinished.
    """
    return f"{name}.release"


def manifest_key(digest: str) -> str:
    """Return where a manifest lies."""
    return f"manifests/{digest}.json"


@dataclass(frozen=True, slots=True)
class Read:
    """A journal as it was read; an empty entry, without an ETag, where there is none."""

    entry: Entry = field(default_factory=Entry)
    etag: str = ""


def read(documents: Documents, name: str) -> Read:
    """Return the journal of an app. Raises `RefusedError` for one that cannot be understood."""
    found = documents.read(key_of(name))
    return Read() if found is None else Read(entry_of(found, key_of(name)), found.etag)


def entry_of(record: Record, key: str) -> Entry:
    """Return what a document says. Raises `RefusedError` when it cannot be understood."""
    try:
        found = json.loads(record.body)
        schema = found.pop("schema")
        if schema != SCHEMA:
            raise OtherVersionError(
                f"The journal `{key}` was written by another version of sam-deploy",
                why=f"its schema is {schema}; this version knows {SCHEMA}",
                hint="use the version that wrote it",
            )
        places = {name: PlaceEntry(**each) for name, each in found.pop("places").items()}
        allowed = tuple(found.pop("allowed", ()))
        return Entry(places=places, allowed=allowed, **found)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RefusedError(
            f"The journal `{key}` cannot be read",
            why=f"it is cut off or damaged ({type(error).__name__}); nothing is guessed from it",
            hint="earlier states of it are in the bucket (versioning); or set it aside with "
            "`sam-deploy unlock --journal`: the next deployment then looks at AWS alone",
        ) from error


class Journal:
    """The journal of the deployment under way. Safe to use from several threads."""

    def __init__(
        self,
        documents: Documents,
        name: str,
        before: Read,
        mine: Entry,
        keep_manifest: Callable[[], str],
    ) -> None:
        self._kept = Kept(documents, key_of(name), before.etag, entry_of)
        self._before, self._mine = before.entry, mine
        # until it is agreed to, what an earlier run has left stays on record as it is
        now = replace(before.entry, epoch=mine.epoch) if before.entry.is_open else mine
        self._entry = replace(now, layers={**before.entry.layers})
        self._keep_manifest = keep_manifest
        self._state, self._writing = threading.Lock(), threading.Lock()
        self._version = self._written = 0

    @property
    def entry(self) -> Entry:
        """What it says now."""
        return self._entry

    @property
    def begun(self) -> bool:
        """Whether anything was written: a deployment that changes nothing writes nothing."""
        return self._written > 0

    def place(self, place: Place, entry: PlaceEntry) -> None:
        """How far a stack has come is on record. Raises `IncompleteError` when put aside."""
        key = " ".join(place)
        self._record(lambda now: replace(now, places={**now.places, key: entry}))

    def intend(self, places: Iterable[Place]) -> None:
        """What is to be done was agreed to, and is on record: `resume` can go on with it.

        Places that this entry began with stay as they are: what an earlier `destroy` has left.
        """
        meant = {" ".join(place): PlaceEntry() for place in places}
        mine = replace(self._mine, state="open", places={**meant, **self._mine.places})
        self._record(lambda now: replace(mine, layers=now.layers))

    def layers(self, region: str, arns: Mapping[str, str]) -> None:
        """Which versions hold which content is remembered, to be written with what follows."""
        with self._state:
            known = {**self._entry.layers, region: dict(arns)}
            self._entry = replace(self._entry, layers=known)

    def start(self) -> None:
        """That something begins is on record, before anything is changed."""
        self._record(lambda now: now)

    def abandon(self) -> None:
        """Nothing was executed: what is left to finish is what was left before."""
        if self.begun:
            before = self._before
            self._record(lambda now: replace(before, epoch=now.epoch, layers=now.layers))

    def close(self) -> None:
        """The deployment has come to its end."""
        self._record(lambda now: replace(now, state="done"))

    def _record(self, change: Callable[[Entry], Entry]) -> None:
        """Make a change durable. Those of several threads go in one write when they meet."""
        with self._state:
            self._entry = replace(change(self._entry), updated=utc_now())
            self._version += 1
            mine = self._version
        with self._writing:
            if self._written >= mine:
                return
            if self._entry.is_open and not self._entry.manifest:
                # before the first intent: `resume` needs nothing else
                key = self._keep_manifest()
                with self._state:
                    self._entry = replace(self._entry, manifest=key)
            with self._state:
                now, version = self._entry, self._version
            try:
                self._kept.put(now)
            except PutAsideError as error:
                raise _put_aside(error.entry) from error
            self._written = version


def begin(owner: Owner, before: Entry, environment: str, allowed: Iterable[str] = ()) -> Entry:
    """Return the entry of a deployment that begins, or goes on with what another one left."""
    return Entry(
        id=owner.id,
        epoch=before.epoch + 1,
        state="review",
        allowed=tuple(sorted(allowed)),
        command=owner.command,
        who=owner.who,
        host=owner.host,
        started=owner.started,
        environment=environment,
    )


def utc_now() -> str:
    """Return the time as journals have it: UTC, ISO 8601."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _put_aside(entry: Entry | None) -> IncompleteError:
    who = f"`{entry.command}` by {entry.who} on {entry.host}" if entry else "somebody"
    return IncompleteError(
        "This deployment was put aside",
        why=f"{who} has gone on with it{f' at {entry.updated}' if entry else ''}",
        state="what had been begun in AWS goes on there; this command began nothing more",
        hint="`sam-deploy status` shows what is live",
    )
