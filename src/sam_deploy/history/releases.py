"""The records of releases: what every function of an environment served after each of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Final, Literal

from sam_deploy.errors import RefusedError
from sam_deploy.history import link
from sam_deploy.history.shelf import TRIES, Row, Shelf

SCHEMA: Final = 1
DIGITS: Final = 6
NEAR: Final = 3
"""Ids that are named when there is no such release."""
PAST_ANY_KEY: Final = "~"
Act = Literal["promote", "rollback", "deploy", "found"]
"""found: an environment as it was before its first promotion, or moved by other means."""
Image = Mapping[str, Mapping[str, "ServedVersion"]]
"""Function's name on AWS -> region -> what is served."""


@dataclass(frozen=True, slots=True)
class ServedVersion:
    """A version of a function. `code_sha256` is base64, as Lambda reports it."""

    version: str
    code_sha256: str
    commit: str = ""
    """With a `+` when files were changed that no commit held; '' when unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRecord:
    """One release of an environment: what it serves after it, everywhere, and who did it."""

    id: str = ""
    """Environment and number, such as `prod-12`; '' until it is on record."""
    number: int = 0
    environment: str
    act: Act
    made: str
    """UTC, ISO 8601."""
    who: str
    """ARN of the caller."""
    host: str
    source: str = ""
    """`staging` for a promotion, `prod-9` for a rollback, '' for a deployment."""
    digest: str = ""
    """Of the release plan; '' for a deployment."""
    promotion: str
    """12 hex letters that name this release plan, or this deployment."""
    approval: str = ""
    """`code to ops@example.com`, `file of arn...`, or ''."""
    image: Image
    """All functions of the app, not only those that moved."""
    moved: tuple[tuple[str, str], ...] = ()
    """(function, region) of what changed."""
    left_out: tuple[str, ...] = ()
    """Regions that were down, so that they serve what they served."""
    note: str = ""

    def written(self) -> bytes:
        """Return it as it is stored."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, indent=1, sort_keys=True).encode()

    @property
    def sha256(self) -> str:
        """Return the hash of what is stored, in hex: the audit tells it with the id."""
        return link.sha256(self.written())

    @property
    def regions(self) -> tuple[str, ...]:
        """Return the regions in which something moved, sorted."""
        return tuple(sorted({region for _, region in self.moved}))

    @property
    def functions(self) -> tuple[str, ...]:
        """Return the functions that moved in any region, sorted."""
        return tuple(sorted({function for function, _ in self.moved}))


def differing(before: Image, after: Image) -> tuple[tuple[str, str], ...]:
    """Return the (function, region) that serve another version, or serve for the first time."""
    return tuple(
        (function, region)
        for function, places in sorted(after.items())
        for region, now in sorted(places.items())
        if (was := before.get(function, {}).get(region)) is None
        or (was.version, was.code_sha256) != (now.version, now.code_sha256)
    )


@dataclass(slots=True)
class Releases:
    """The records of one app. Of two writers at once both get a number of their own."""

    shelf: Shelf
    name: str
    _seen: dict[str, ReleaseRecord] = field(default_factory=dict)
    """Environment -> the newest record that was read or written here."""

    def latest(self, environment: str) -> ReleaseRecord | None:
        """Return the newest record of an environment; nothing when there is none.

        Two calls. Raises `RefusedError` when it cannot be read.
        """
        seen = self._seen.get(environment)
        known = seen.number if seen else 0
        row = self._row(environment)
        newest = row.newest(known)
        if newest > known:
            self._seen[environment] = self._read(environment, newest)
        return self._seen.get(environment)

    def first(self, environment: str) -> ReleaseRecord | None:
        """Return the oldest record of an environment; nothing when there is none. One call.

        Raises `RefusedError` when it cannot be read.
        """
        (found,) = self._row(environment).read([1])
        return self._parsed(found.body, environment, 1) if found else None

    def find(self, release_id: str) -> ReleaseRecord:
        """Return a release. Raises `RefusedError` that names those nearest to it."""
        environment, _, number = release_id.rpartition("-")
        if environment and re.fullmatch(rf"[1-9]\d{{0,{DIGITS - 1}}}", number):
            (found,) = self._row(environment).read([int(number)])
            if found is not None:
                return self._parsed(found.body, environment, int(number))
        raise self._unknown(release_id, environment, int(number) if number.isdecimal() else 0)

    def stored_sha256(self, release_id: str) -> str:
        """Return the hash of what is stored of a release, in hex; '' when there is nothing."""
        environment, _, number = release_id.rpartition("-")
        (found,) = self._row(environment).read([int(number)])
        return link.sha256(found.body) if found else ""

    def newest_first(self, environment: str, limit: int) -> tuple[ReleaseRecord, ...]:
        """Return the last records of an environment, the newest first."""
        row = self._row(environment)
        last = row.newest()
        numbers = range(last, max(0, last - limit), -1)
        found = zip(numbers, row.read(numbers), strict=True) if numbers else ()
        return tuple(
            self._parsed(each.body, environment, number)
            for number, each in found
            if each is not None
        )

    def environments(self) -> tuple[str, ...]:
        """Return the environments that have records, in the order of their names."""
        prefix, found = f"releases/{self.name}/", list[str]()
        after = ""
        while key := next(self.shelf.keys(prefix, after), ""):
            found.append(key.removeprefix(prefix).partition("/")[0])
            after = f"{prefix}{found[-1]}/{PAST_ANY_KEY}"
        return tuple(found)

    def add(self, record: ReleaseRecord) -> ReleaseRecord:
        """Put a release on record; return it with its number and id.

        The newest record is returned as it is when it tells of this very promotion and act: it was
        added before, and the answer was lost or the process killed. After `latest` one call is
        enough. Raises what the storage raises when it does not take it.
        """
        environment = record.environment
        newest = self._seen.get(environment) or self.latest(environment)
        for _ in range(TRIES):
            if newest and _is_same(newest, record):
                return newest
            number = newest.number + 1 if newest else 1
            numbered = replace(record, number=number, id=f"{environment}-{number}")
            body = numbered.written()
            if self._row(environment).made(number, body) is None:
                self._seen[environment] = numbered
                return numbered
            newest = self.latest(environment)
        raise RefusedError(
            f"The release of {environment} could not be put on record",
            why=f"others were put on record at the same moment, {TRIES} times in a row",
            hint="run the same command again",
        )

    def following(self, environment: str) -> int:
        """Return the number that the next release of an environment gets."""
        newest = self.latest(environment)
        return newest.number + 1 if newest else 1

    def keep(self, record: ReleaseRecord, number: int) -> ReleaseRecord | None:
        """The release is on record under this number; nothing when another one is.

        Safe to repeat: who does so, in whichever process, gets what was kept first.
        """
        numbered = replace(record, number=number, id=f"{record.environment}-{number}")
        there = self._row(record.environment).made(number, numbered.written())
        kept = self._parsed(there, record.environment, number) if there else numbered
        if not _is_same(kept, record):
            return None
        self._seen[record.environment] = kept
        return kept

    def _row(self, environment: str) -> Row:
        return Row(self.shelf, f"releases/{self.name}/{environment}/", DIGITS)

    def _read(self, environment: str, number: int) -> ReleaseRecord:
        (found,) = self._row(environment).read([number])
        return self._parsed(found.body if found else b"", environment, number)

    def _parsed(self, body: bytes, environment: str, number: int) -> ReleaseRecord:
        """Return what a document says. Raises `RefusedError` when it says something else."""
        key = self._row(environment).key(number)
        try:
            made = _record(body)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RefusedError(
                f"The record of release `{environment}-{number}` cannot be read",
                why=f"`{key}` is damaged or of another version of sam-deploy ({error})",
                hint="earlier states of it are in the artifact bucket (versioning)",
            ) from error
        if (made.environment, made.number) != (environment, number):
            raise RefusedError(
                f"The record of release `{environment}-{number}` is not its own",
                why=f"`{key}` tells of `{made.id}`",
                hint="earlier states of it are in the artifact bucket (versioning)",
            )
        return made

    def _unknown(self, release_id: str, environment: str, number: int) -> RefusedError:
        last = self._row(environment).newest() if environment else 0
        if last:
            middle = min(max(number, 1), last)
            start = max(1, min(middle - NEAR // 2, last - NEAR + 1))
            near = [f"{environment}-{each}" for each in range(start, min(start + NEAR, last + 1))]
        else:
            near = [
                f"{each}-{newest}"
                for each in self.environments()
                if (newest := self._row(each).newest())
            ]
        ids = ", ".join(f"`{each}`" for each in near)
        return RefusedError(
            f"There is no release `{release_id}`",
            why=f"the nearest are {ids}" if near else "nothing is on record yet",
            hint="`sam-deploy history` lists them",
        )


def _is_same(there: ReleaseRecord, record: ReleaseRecord) -> bool:
    return (there.promotion, there.act) == (record.promotion, record.act)


def _record(body: bytes) -> ReleaseRecord:
    found = json.loads(body)
    schema = found.pop("schema")
    if schema != SCHEMA:
        raise ValueError(f"schema {schema}, this version knows {SCHEMA}")
    image = {
        str(function): {str(region): ServedVersion(**each) for region, each in places.items()}
        for function, places in found.pop("image").items()
    }
    moved = tuple((str(function), str(region)) for function, region in found.pop("moved"))
    return ReleaseRecord(image=image, moved=moved, left_out=tuple(found.pop("left_out")), **found)
