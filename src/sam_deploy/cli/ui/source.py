"""What the dashboard reads: what `status`, `history`, ... print with `--json`."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sam_deploy import __version__
from sam_deploy.cli.history import reading
from sam_deploy.cli.history import screens as history_screens
from sam_deploy.cli.releasing.promote_screens import loud_name
from sam_deploy.cli.standing import status_command, status_screens
from sam_deploy.cli.ui import artifacts, differences
from sam_deploy.cli.ui.ground import Ground
from sam_deploy.cli.ui.shifts import Shifts
from sam_deploy.config import physical
from sam_deploy.config.tree import feature_set_of
from sam_deploy.deploy import lock as locks
from sam_deploy.deploy import promotions
from sam_deploy.deploy.owner import is_dead
from sam_deploy.errors import SamDeployError, UnreachableError
from sam_deploy.history import ReleaseRecord, Releases
from sam_deploy.promotion.shifting.standing import QUIET_SECONDS
from sam_deploy.release import Sight, Surveyor, drifts
from sam_deploy.ui.answers import mark, parts_of
from sam_deploy.ui.ports import Json

if TYPE_CHECKING:
    from sam_deploy.aws import Records
    from sam_deploy.cli.standing.status_command import Told
    from sam_deploy.cli.wiring import Place
    from sam_deploy.config.model import App

COMMANDS: Final = {
    "status": "status",
    "history": "history",
    "release": "release show ID",
    "diff": "diff",
    "inspect": "inspect",
    "deploy": "deploy",
    "promote": "promote ENVIRONMENT",
    "rollback": "rollback ENVIRONMENT",
    "resume": "resume",
    "shift": "shift status",
    "mail": "cloud mail",
}
SERVED_FRESH_SECONDS: Final = 10.0
"""`history` compares with what `status` has read within so long."""
RECORDS_KEPT: Final = 500
EMPTY: Final = status_command.Told({}, ())


@dataclass(slots=True)
class Source:
    """`ui.ports.Source` of a project and a target."""

    ground: Ground
    program: str
    read_only: bool
    surveyor: Surveyor = field(default_factory=Surveyor)
    _sight: tuple[float, Sight] | None = None
    _rows: tuple[float | None, list[Json]] = (None, [])
    """Of the last status that had any, and when they were read (Unix seconds)."""
    _records: dict[str, ReleaseRecord] = field(default_factory=dict)
    _surveying: threading.Lock = field(default_factory=threading.Lock)
    _shifts: Shifts = field(init=False)

    def __post_init__(self) -> None:
        self._shifts = Shifts(self.ground)

    def app(self) -> Json:
        """Return what the app is, and where it is looked at."""
        app = self.ground.app()
        described = self._described(app)
        return {**described, "account": self._account(app), "tag": mark(described)}

    def _described(self, app: App) -> Json:
        """Return what `deploy.py` says of the app, which a page draws its views by."""
        regions = list(dict.fromkeys(r for each in app.feature_sets for r in each.regions))
        in_sets = {each.name: list(each.regions) for each in app.feature_sets}
        final = {each.name for each in app.environments} - {
            str(each.promote_from) for each in app.environments if each.promote_from
        }
        return {
            "name": app.name,
            "version": __version__,
            "target": self.ground.target,
            "home_region": app.home_region,
            "regions": regions,
            "topology": app.topology,
            "environments": [
                {
                    "name": each.name,
                    "title": loud_name(each.name).capitalize(),
                    "promote_from": str(each.promote_from) if each.promote_from else None,
                    "final": each.name in final and each.promote_from is not None,
                }
                for each in app.environments
            ],
            "functions": [
                {
                    "name": each.name,
                    "feature_set": (found := str(feature_set_of(app, each))),
                    "regions": in_sets[found],
                    "function_name": physical.function_name(app, each, app.environments[0].name),
                }
                for each in app.functions
            ],
            "commands": {name: f"{self.program} {each}" for name, each in COMMANDS.items()},
            "read_only": self.read_only,
            "project": self.ground.chosen.project.name,
        }

    def _account(self, app: App) -> str | None:
        try:
            place = self.ground.place()
            return place.expected_account or place.aws.account(app.home_region)
        except SamDeployError:
            return None

    def status(self) -> Json:
        """Return what is served everywhere; regions that do not answer are named."""
        began, clock = time.time(), time.monotonic()
        try:
            app = self.ground.app()
            place = self.ground.place()
        except SamDeployError as error:
            return self._unknown(began, error)
        with ThreadPoolExecutor(1) as pool:
            telling = pool.submit(self._told, app, place)
            sight = self._look(app, place)
            told, open_work, problem = telling.result()
        drifted = [d for each in told.latest.values() for d in drifts(each, sight.served)]
        unread = dict(sight.unread)
        if problem is not None:
            unread.setdefault(app.home_region, f"its records cannot be read: {problem}")
        if isinstance(problem, UnreachableError):
            self.ground.forget_place()
        rows = status_screens.status_rows(sight.served, told.latest, drifted, told.by_environment)
        as_of = None
        if rows:
            self._rows = round(began, 3), rows
        elif unread:  # no region answers
            as_of, rows = self._rows
        return {
            "read": round(began, 3),
            "seconds": round(time.monotonic() - clock, 3),
            "calls": sight.calls,
            "rows": rows,
            "as_of": as_of,
            "unreachable": [{"region": name, "why": why} for name, why in unread.items()],
            "open": open_work,
            "app": mark(self._described(app)),
            "error": None,
        }

    def _unknown(self, began: float, error: SamDeployError) -> Json:
        """Return a status that could not be read: what was read last, as of when."""
        app = self.ground.known
        sets = app.feature_sets if app is not None else ()
        regions = dict.fromkeys(region for each in sets for region in each.regions)
        as_of, rows = self._rows
        return {
            "read": round(began, 3),
            "seconds": 0.0,
            "calls": 0,
            "rows": rows,
            "as_of": as_of,
            "unreachable": [{"region": each, "why": str(error)} for each in regions],
            "open": None,
            "app": mark(self._described(app)) if app is not None else None,
            "error": parts_of(error),
        }

    def _look(self, app: App, place: Place) -> Sight:
        with self._surveying:
            sight = self.surveyor.read(app, place.aws)
            self._sight = time.monotonic(), sight
            return sight

    def _told(
        self, app: App, place: Place
    ) -> tuple[Told, dict[str, Any] | None, SamDeployError | None]:
        """Return what the records say, what is open, and why that is not known."""
        try:
            told = status_command.told_of(app, place)
            records = self.ground.records(app, place)
            return told, self._open(told, records, app.name), None
        except SamDeployError as error:
            return EMPTY, None, error

    def _open(self, told: Told, records: Records, name: str) -> dict[str, Any] | None:
        entry = told.open
        if entry is None:
            return None
        held = locks.look(records, name)
        running = (
            held is not None
            and not is_dead(held.owner)
            and held.silence(time.time()) <= QUIET_SECONDS
        )
        kind = entry.kind
        far = f": {promotions.progress(entry)}" if kind in {"promote", "rollback"} else ""
        verb = "is under way" if running else "was not finished"
        return {
            "kind": kind,
            "environment": entry.environment or None,
            "what": f"{promotions.began(entry)}, {verb}{far}",
            "command": None if running else f"{self.program} resume",
            "running": running,
        }

    def history(self, environment: str, limit: int) -> Json:
        """Return what `history --json` does; what is served is taken from the last `status`."""
        app, place = self.ground.app(), self.ground.place()
        meant = reading.environments(app, environment or None)
        releases = self._releases(app, place)
        with ThreadPoolExecutor(len(meant) + 1) as pool:
            seeing = pool.submit(self._served, app, place)
            found = list(pool.map(lambda each: releases.newest_first(each, limit), meant))
            sight = seeing.result()
        by_environment = {name: some for name, some in zip(meant, found, strict=True) if some}
        unread = "; ".join(f"{region}: {why}" for region, why in sight.unread.items())
        told = reading.tell(meant, by_environment, sight.served, limit)
        return history_screens.history_object(reading.without_live(told, unread))

    def _served(self, app: App, place: Place) -> Sight:
        known = self._sight
        if known is not None and time.monotonic() - known[0] < SERVED_FRESH_SECONDS:
            return known[1]
        return self._look(app, place)

    def _releases(self, app: App, place: Place) -> Releases:
        return Releases(self.ground.records(app, place), app.name)

    def _find(self, releases: Releases, release_id: str) -> ReleaseRecord:
        """Return a release. What is on record never changes, so it is read once."""
        if release_id not in self._records:
            if len(self._records) >= RECORDS_KEPT:
                self._records.clear()
            self._records[release_id] = releases.find(release_id)
        return self._records[release_id]

    def release(self, release_id: str) -> Json:
        """Return what `release show --json` does."""
        releases = self._releases(self.ground.app(), self.ground.place())
        found = self._find(releases, release_id)
        before = f"{found.environment}-{found.number - 1}" if found.number > 1 else None
        return {**history_screens.release_object(found), "before": before}

    def diff(self, old: str, new: str) -> Json:
        """Return what differs between two releases."""
        releases = self._releases(self.ground.app(), self.ground.place())
        return differences.between(self._find(releases, old), self._find(releases, new))

    def artifacts(self) -> Json:
        """Return the archives that were built last. Builds nothing."""
        return artifacts.listing(self.ground.app(), self.ground.chosen.project)

    def artifact(self, name: str) -> Json:
        """Return what `inspect` draws of one of them."""
        return artifacts.tree(self.ground.app(), self.ground.chosen.project, name)

    def shifts(self) -> Json:
        """Return canaries; none while the cloud does not run."""
        try:
            return self._shifts.read()
        except UnreachableError:
            self.ground.forget_place()
            return {"shifts": []}
        except SamDeployError:
            return {"shifts": []}
