"""What a deployment that is killed begins from: nothing, or an app that stands and has changed."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol

from tests.faults.kill import Quiet, Round, Victim
from tests.faults.world import World

ROUNDS: Final = 25
"""So many changes follow each other before the app is deployed anew: versions become many."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one file."""

    path: str
    old: str
    new: str

    def make(self, folder: Path) -> None:
        """The file has the new text in place of the old one."""
        file = folder / self.path
        text = file.read_text(encoding="utf-8")
        assert 1 == text.count(self.old), f"{self.path}: {self.old!r}"
        file.write_text(text.replace(self.old, self.new), encoding="utf-8")


class Beginning(Protocol):
    """The state that a victim begins from, round after round."""

    @property
    def victim(self) -> Victim:
        """Return the command that is killed."""

    def next(self) -> Quiet:
        """Make it, and return what an undisturbed deployment would do and leave."""

    def ended(self, came: Round) -> None:
        """Take in how a round has ended."""


@dataclass(slots=True)
class Nothing:
    """An empty cloud, and a project folder that remembers nothing."""

    victim: Victim
    quiet: Quiet | None = None

    def next(self) -> Quiet:
        """Nothing is deployed."""
        self.victim.place.fresh()
        if self.quiet is None:
            self.quiet = self.victim.quiet()
            self.victim.place.fresh()
        return self.quiet

    def ended(self, came: Round) -> None:
        """The next round begins from nothing, too."""


@dataclass(slots=True)
class Changed:
    """A deployed app whose sources have changed since: to and fro, round after round."""

    victim: Victim
    edits: Sequence[Edit]
    undone: contextlib.ExitStack
    """Where the sources become again what they were."""
    left: int = 0
    _changed: bool = False
    _before: World | None = None
    _quiet: dict[bool, Quiet] = field(default_factory=dict)
    """By what the sources say: what a deployment of just that does and leaves."""
    _grown: dict[bool, dict[tuple[str, str], int]] = field(default_factory=dict)
    """By the same: how many versions of each function it adds."""

    def next(self) -> Quiet:
        """The app stands, and its sources say something else."""
        if self._before is None or not self.left:
            self._deploy_anew()
        self.left -= 1
        self._flip()
        known, before = self._quiet[self._changed], self._before
        assert before is not None
        grown = self._grown[self._changed]
        versions = {key: count + grown.get(key, 0) for key, count in before.versions.items()}
        return replace(known, left=replace(known.left, versions=versions))

    def ended(self, came: Round) -> None:
        """The next round begins where this one has ended, unless something was wrong."""
        self._before = None if came.wrong else came.left

    def _deploy_anew(self) -> None:
        if self._changed:
            self._flip()
        self.victim.place.fresh()
        before = self.victim.quiet().left
        for _ in range(2):
            self._flip()
            self._quiet[self._changed] = now = self.victim.quiet()
            self._grown[self._changed] = {
                key: count - before.versions[key] for key, count in now.left.versions.items()
            }
            before = now.left
        self._before, self.left = before, ROUNDS

    def _flip(self) -> None:
        self._changed = not self._changed
        if not self._changed:
            self.undone.close()
            return
        for edit in self.edits:
            self.undone.enter_context(self.victim.place.edited(edit.path, edit.old, edit.new))
