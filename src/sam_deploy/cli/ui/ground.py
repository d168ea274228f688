"""The app and the place that a dashboard looks at: read again only when they have changed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sam_deploy.cli import identity, wiring
from sam_deploy.cli.deploying import saved_files
from sam_deploy.cli.options import Globals
from sam_deploy.cli.releasing import promoting

if TYPE_CHECKING:
    from sam_deploy.aws import Records
    from sam_deploy.cli.wiring import Place
    from sam_deploy.config.model import App
    from sam_deploy.local import RunningCloud


@dataclass(slots=True)
class Ground:
    """Safe to use from several threads."""

    chosen: Globals
    target: str
    _app: tuple[tuple[tuple[str, float], ...], App] | None = None
    _place: tuple[RunningCloud | None, Place] | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def app(self) -> App:
        """Return the app as `deploy.py` has it now. Raises `ConfigError`."""
        with self._lock:
            stamp = _stamp(self.chosen.project)
            if self._app is None or self._app[0] != stamp:
                if self._app is not None:
                    saved_files.forget(self.chosen.project)
                self._app = stamp, promoting.app_of(self.chosen)
            return self._app[1]

    @property
    def known(self) -> App | None:
        """The app as it was read last, also where `deploy.py` has a mistake by now."""
        return self._app[1] if self._app is not None else None

    def place(self) -> Place:
        """Return where the app is. Raises `RefusedError` when its embedded cloud does not run."""
        with self._lock:
            app = self.app()
            cloud = None
            if self.target == "embedded":
                from sam_deploy import local  # noqa: PLC0415 - only when embedded

                cloud = local.find(self.chosen.project)
            known = self._place
            if known is None or cloud != known[0] or (self.target == "embedded" and not cloud):
                place = wiring.look_or_refuse(self.chosen, self.target, app.runtime, "deploy")
                known = self._place = place.cloud, place
            return known[1]

    def records(self, app: App, place: Place) -> Records:
        """Return where releases and journals are."""
        return identity.records(identity.Identity(app.name, app.home_region, app.runtime), place)

    def forget_place(self) -> None:
        """Credentials are read anew."""
        with self._lock:
            self._place = None


def _stamp(project: Path) -> tuple[tuple[str, float], ...]:
    """Return what is another one when `deploy.py`, a module beside it or `.env` was saved."""
    files = [*sorted(project.glob("*.py")), project / ".env"]
    found = []
    for each in files:
        try:
            found.append((each.name, each.stat().st_mtime))
        except OSError:
            continue
    return tuple(found)
