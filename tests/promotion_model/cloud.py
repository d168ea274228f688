"""Lambda and S3 as far as promotions see them; every effect is written down in its order."""

from __future__ import annotations

import contextlib
import copy
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from botocore.exceptions import ClientError

ACCOUNT: Final = "000000000000"
REGIONS: Final = ("eu-west-1", "us-east-1")
FUNCTIONS: Final = ("ApiFunction", "WorkerFunction")
ENVIRONMENTS: Final = ("dev", "staging", "prod")
CLOCK: Final = 1_800_000_000.0
"""What S3's clock shows at first: Unix seconds."""
SOMEBODY: Final = "somebody"
"""Who writes without sam-deploy."""

Place: TypeAlias = tuple[str, str, str]
"""(region, function, alias)."""
Serves: TypeAlias = tuple[str, tuple[tuple[str, float], ...]]
"""What an alias serves: its version, and weights of others."""


@dataclass(frozen=True, slots=True)
class AliasState:
    """An alias as Lambda keeps it."""

    version: str
    revision: str
    weights: tuple[tuple[str, float], ...] = ()
    description: str = ""

    @property
    def serves(self) -> Serves:
        """What calls reach."""
        return self.version, self.weights


@dataclass(frozen=True, slots=True)
class AliasWritten:
    """Somebody has written an alias."""

    by: str
    place: Place
    before: AliasState
    after: AliasState


@dataclass(frozen=True, slots=True)
class DocumentWritten:
    """Somebody has written a document, or taken it away (no body)."""

    by: str
    key: str
    body: bytes | None


Effect: TypeAlias = AliasWritten | DocumentWritten


def refused(operation: str, code: str, message: str = "") -> ClientError:
    """Return what the SDK raises for an error of AWS."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@dataclass(slots=True)
class Cloud:
    """One account. Versions are numbered alike in all regions, as the code they hold is."""

    aliases: dict[Place, AliasState] = field(default_factory=dict)
    versions: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    codes: dict[tuple[str, str], str] = field(default_factory=dict)
    """(region, version) -> what it holds, where that is other code than in other regions."""
    documents: dict[str, bytes] = field(default_factory=dict)
    clock: float = CLOCK
    """S3's own, whatever those of processes say; it stands still but for what a test does to it."""
    written: dict[str, float] = field(default_factory=dict)
    """Key of a document -> when its state was written, by that clock."""
    effects: list[Effect] = field(default_factory=list)
    in_flight: list[tuple[str, Callable[[], object]]] = field(default_factory=list)
    """Requests that were sent, and that nobody waits for any more: they may still arrive."""
    _count: int = 0

    def copied(self) -> Cloud:
        """Return a cloud of its own in the same state, with no effects yet."""
        made = copy.copy(self)
        made.aliases, made.documents = dict(self.aliases), dict(self.documents)
        made.written = dict(self.written)
        made.versions = {key: list(numbers) for key, numbers in self.versions.items()}
        made.effects, made.in_flight = [], []
        return made

    def revision(self) -> str:
        """Return a new RevisionId."""
        self._count += 1
        return f"r{self._count}"

    def publish(self, number: str) -> None:
        """There is a version of every function in every region."""
        for region in REGIONS:
            for function in FUNCTIONS:
                self.versions.setdefault((region, function), []).append(number)

    def delete_version(self, region: str, function: str, number: str) -> None:
        """A version is gone, unless an alias serves it, which Lambda does not allow."""
        served = {
            version
            for (where, name, _), alias in self.aliases.items()
            if (where, name) == (region, function)
            for version in (alias.version, *(each for each, _ in alias.weights))
        }
        if number not in served and number in self.versions[region, function]:
            self.versions[region, function].remove(number)

    def point(
        self,
        place: Place,
        version: str,
        *,
        by: str = SOMEBODY,
        description: str | None = "",
        **more: float,
    ) -> None:
        """Somebody lets an alias serve a version, whoever has written it since.

        Without a description (None) it keeps the one it has, as with UpdateAlias.
        """
        before = self.aliases.get(place, AliasState("", ""))
        weights = tuple(more.items())
        says = before.description if description is None else description
        self.aliases[place] = AliasState(version, self.revision(), weights, says)
        self.effects.append(AliasWritten(by, place, before, self.aliases[place]))

    def update_alias(
        self,
        by: str,
        place: Place,
        version: str,
        revision: str,
        description: str,
        weights: Mapping[str, float] | None,
    ) -> AliasState:
        """Write an alias when its revision is that one. Without weights it keeps those it has."""
        found = self.aliases.get(place)
        if found is None or version not in self.versions[place[:2]]:
            raise refused("UpdateAlias", "ResourceNotFoundException", f"{place} {version}")
        if found.revision != revision:
            raise refused("UpdateAlias", "PreconditionFailedException", "the RevisionId is old")
        kept = found.weights if weights is None else tuple(sorted(weights.items()))
        self.aliases[place] = AliasState(version, self.revision(), kept, description)
        self.effects.append(AliasWritten(by, place, found, self.aliases[place]))
        return self.aliases[place]

    def put(self, by: str, key: str, body: bytes, etag: str | None, *, absent: bool) -> str:
        """Write a document; with an ETag only that state of it, with `absent` only a new one."""
        found = self.documents.get(key)
        if (absent and found is not None) or (etag is not None and etag != etag_of(found)):
            raise refused("PutObject", "PreconditionFailed")
        self.documents[key] = body
        self.written[key] = self.clock
        self.effects.append(DocumentWritten(by, key, body))
        return etag_of(body)

    def delete(self, by: str, key: str, etag: str) -> None:
        """Take a state of a document away."""
        if key not in self.documents:
            raise refused("DeleteObject", "NoSuchKey")
        if etag != etag_of(self.documents[key]):
            raise refused("DeleteObject", "PreconditionFailed")
        del self.documents[key]
        self.effects.append(DocumentWritten(by, key, None))

    def remove(self, key: str, by: str = SOMEBODY) -> None:
        """Somebody takes a document away, whatever its state is."""
        if self.documents.pop(key, None) is not None:
            self.effects.append(DocumentWritten(by, key, None))


def arrive(cloud: Cloud, index: int | None = None, trace: list[str] | None = None) -> None:
    """What was sent and not waited for is carried out, or refused, now: one request, or all."""
    chosen = list(cloud.in_flight) if index is None else [cloud.in_flight[index]]
    for each in chosen:
        cloud.in_flight.remove(each)
        with contextlib.suppress(ClientError):
            each[1]()
        if trace is not None:
            trace.append(f"{each[0]}: what it had sent arrives")


def etag_of(body: bytes | None) -> str:
    """Return the ETag of a document's state; '' when there is none."""
    return "" if body is None else f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
