"""What all units of a run share: where things are, whom to tell, and what is done only once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sam_deploy.build.fetch import Fetcher
from sam_deploy.build.index import FileIndex
from sam_deploy.build.interpreters import Interpreter, Interpreters
from sam_deploy.build.once import Once
from sam_deploy.build.store import Store
from sam_deploy.build.wheel_zip import Wheel, open_wheel
from sam_deploy.events import Note, Report
from sam_deploy.plan.model import Target

if TYPE_CHECKING:
    from sam_deploy.build.bytecode import Compiler
    from sam_deploy.build.container import Containers


@dataclass(frozen=True, slots=True)
class Workshop:
    """The tools and places that every unit is built with."""

    project: Path
    store: Store
    fetcher: Fetcher
    index: FileIndex
    report: Report
    upgrade: bool = False
    """Choose versions anew, whatever the lock says."""
    locked: bool = False
    """Refuse to make or change a lock."""
    containers: Containers | None = None
    """Builds what has no wheel for the target, when the user wants containers."""
    once: Once = field(default_factory=Once)

    def wheel(self, path: Path) -> Wheel:
        """Map a wheel; its table of contents is read once for all units."""
        entries = self.once.get(("entries", path), lambda: open_wheel(path).entries)
        return open_wheel(path, entries)

    def containers_for(self, target: Target) -> Containers | None:
        """Return what builds where there is no wheel: for Lambda, not for this computer."""
        return None if target.host else self.containers

    def interpreter(self, minor: tuple[int, int]) -> Interpreter | None:
        """Return a Python of that minor version, or nothing when this computer has none."""
        interpreters = Interpreters(self.store, self.project)
        return self.once.get(("interpreter", minor), lambda: interpreters.find(minor))

    @property
    def compiler(self) -> Compiler:
        """The one compiler of the run."""
        from sam_deploy.build.bytecode import Compiler  # noqa: PLC0415 - not while nothing changed

        return self.once.get("compiler", lambda: Compiler(self.store))

    def close(self) -> None:
        """End what was started for this run."""
        if self.once.has("compiler"):
            self.compiler.close()

    def say_once(self, message: str) -> None:
        """Report a note, however many units it is true of."""
        self.once.get(("note", message), lambda: self.report(Note(message)))
