"""Walks the audit from its first link to the last, and says where it is not as it was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sam_deploy.history import link
from sam_deploy.history.link import Link

RELEASE: Final = "release"
RECORD: Final = "record"
"""Facts of a link that tells of a release: its id, and the hash of its record."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last link, as the pointer or the list tells it. The default is that of no chain."""

    number: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first link that is not as it was written."""

    number: int
    key: str
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of walking the chain."""

    links: int
    """How many are as they were written, from the first one on."""
    first: Link | None
    last: Link | None
    """Of those."""
    fault: Fault | None = None
    pointed: bool = True
    """There is a pointer to the last link; without it a chain that was cut off looks whole."""
    records: Mapping[str, str] = field(default_factory=dict)
    """Id of a release -> hash of its record, as the links tell it."""

    @property
    def intact(self) -> bool:
        """Whether every link is as it was written."""
        return self.fault is None


@dataclass(slots=True)
class Walk:
    """How far the chain was found to be as it was written."""

    app: str
    key: Callable[[int], str]
    pointer: Head | None
    """Read before the walk began, so that it is never ahead of an honest chain."""
    first: Link | None = None
    last: Link | None = None
    records: dict[str, str] = field(default_factory=dict)

    def step(self, number: int, body: bytes) -> Fault | None:
        """Take the next document; return what is wrong with the chain up to there."""
        expected = self.reached + 1
        if number != expected:
            return self._fault(expected, f"it is not there; the next one is link {number}")
        try:
            found = link.read(body)
        except ValueError as error:
            return self._fault(number, str(error))
        why = self._misfit(found, number)
        if why:
            return self._fault(number, why)
        self.first, self.last = self.first or found, found
        release, record = found.facts.get(RELEASE), found.facts.get(RECORD)
        if isinstance(release, str) and isinstance(record, str):
            self.records[release] = record
        return None

    def end(self) -> Fault | None:
        """Return what is wrong with the end: links that the pointer knows of and are gone."""
        if self.pointer is None or self.pointer.number <= self.reached:
            return None
        why = f"it is not there, although link {self.pointer.number} was written: cut off"
        return self._fault(self.reached + 1, why)

    def verdict(self, fault: Fault | None) -> Verdict:
        """Return what came of it."""
        pointed = self.pointer is not None
        return Verdict(self.reached, self.first, self.last, fault, pointed, self.records)

    @property
    def reached(self) -> int:
        """The number of the last link that was as it was written."""
        return self.last.number if self.last else 0

    def _misfit(self, found: Link, number: int) -> str:
        """Return why a link that is whole does not belong here; '' when it does."""
        if found.number != number:
            return f"it is link {found.number}, put in the place of this one"
        if found.app != self.app:
            return f"it is of another app, `{found.app}`"
        if found.previous != (self.last.sha256 if self.last else ""):
            return "it does not follow the link before it: one of the two was put in later"
        pointer = self.pointer
        if pointer and pointer.number == number and pointer.sha256 != found.sha256:
            return "it is not the link that was written here: its hash is another one"
        return ""

    def _fault(self, number: int, why: str) -> Fault:
        return Fault(number, self.key(number), why)
