"""Build the units side by side, each by the same five steps; report one error for all.

    inputs      the user's files and requirements, by hash           (application, requirements)
    lock        exact versions for the target, from the lock file or uv     (lock, resolve)
    fingerprint the archive for these inputs is in the store? done          (fingerprint, store)
    wheels      chosen, fetched or built; slimmed; compiled  (locked_wheels, assembly, bytecode)
    splice      the archive is assembled, checked and stored                (archive, check)

When nothing has changed it stops after the third: no uv, no network, nothing read but file times.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from sam_deploy.build import credentials, uv
from sam_deploy.build.check import check_together
from sam_deploy.build.credentials import Credentials
from sam_deploy.build.fetch import Fetcher
from sam_deploy.build.index import FileIndex
from sam_deploy.build.model import Artifact, Artifacts
from sam_deploy.build.store import Store
from sam_deploy.build.unit import build
from sam_deploy.build.workshop import Workshop
from sam_deploy.errors import BuildError
from sam_deploy.events import BuildFinished, BuildStarted, Report
from sam_deploy.plan.model import NodeUnit, PlainUnit, Unit

if TYPE_CHECKING:
    from sam_deploy.build.container import Containers

__all__ = ["run"]


def run(
    units: Sequence[Unit],
    project: Path,
    store: Store,
    report: Report,
    *,
    jobs: int = 4,
    upgrade: bool = False,
    locked: bool = False,
    containers: Containers | None = None,
    layers: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Artifacts:
    """Build every unit, `jobs` at a time, and return the archives by unit key.

    Each archive is in the store and, under its name, in `project/.sam-deploy/build`. `upgrade`
    chooses versions anew; `locked` refuses to make or change a lock. `containers` build
    what has no wheel for the target. `layers` are the keys of each
    function's layers by its own key: what is unpacked side by side is checked together. Raises one
    `BuildError` that names everything that went wrong; units that could be built are in the store
    by then.
    """
    _refuse_same_names(units)
    project = project.absolute()
    report(BuildStarted(total=len(units)))
    store.reap(project / "locks", project / ".sam-deploy", project / ".sam-deploy" / "build")
    index = FileIndex(project / ".sam-deploy" / "index.json")
    # The fetcher is left first: when interrupted it ends the downloads that the others wait for.
    with (
        ThreadPoolExecutor(max(1, jobs), thread_name_prefix="build") as pool,
        Fetcher(store, lambda: _credentials(project)) as fetcher,
        closing(Workshop(project, store, fetcher, index, report, upgrade, locked, containers)) as w,
    ):
        outcomes = list(pool.map(_Line(w, len(units)).build, units))
    index.save()
    failures = [outcome for outcome in outcomes if isinstance(outcome, BuildError)]
    if failures:
        raise _together(failures, len(units))
    artifacts = Artifacts({a.key: a for a in outcomes if isinstance(a, Artifact)})
    check_together(layers, {key: artifacts[key].unpacked_bytes for key in artifacts})
    return artifacts


def _credentials(project: Path) -> Credentials:
    indexes = uv.project_settings(project).get("index", [])
    tables = [table for table in indexes if isinstance(table, dict)]
    return credentials.configured(os.environ, tables)


class _Line:
    """Counts finished units, so that progress says 'i of n' whichever is done first."""

    def __init__(self, workshop: Workshop, total: int) -> None:
        self._workshop = workshop
        self._total = total
        self._finished = 0
        self._lock = threading.Lock()

    def build(self, unit: Unit) -> Artifact | BuildError:
        """Build one unit; its `BuildError` is returned, so that the others go on."""
        try:
            artifact = _built(unit, self._workshop)
        except BuildError as error:
            return error
        except OSError as error:
            return BuildError(
                f"`{unit.name}` could not be built",
                why=str(error),
                hint="free some disk space or correct the permissions, then build again",
            )
        with self._lock:
            self._finished += 1
            event = BuildFinished(
                unit=unit.name,
                kind=unit.kind,
                archive=unit.archive,
                size_bytes=artifact.size_bytes,
                seconds=artifact.seconds,
                reused=artifact.reused,
                index=self._finished,
                total=self._total,
            )
            self._workshop.report(event)
        return artifact


def _built(unit: Unit, workshop: Workshop) -> Artifact:
    if isinstance(unit, NodeUnit):
        from sam_deploy.build.node import bundle  # noqa: PLC0415 - only for apps with Node functions

        return bundle(unit, workshop)
    if isinstance(unit, PlainUnit):
        from sam_deploy.build.plain import pack  # noqa: PLC0415 - only for SAM templates

        return pack(unit, workshop)
    return build(unit, workshop)


def _refuse_same_names(units: Sequence[Unit]) -> None:
    for what, names in (
        ("key", Counter(unit.key for unit in units)),
        ("archive", Counter(unit.archive for unit in units)),
    ):
        for name, count in names.items():
            if count > 1:
                raise BuildError(
                    f"{count} functions or layers have the {what} `{name}`",
                    why="each archive needs a name of its own",
                    hint="rename all but one",
                )


def _together(failures: Sequence[BuildError], total: int) -> BuildError:
    """Return one error for all failures; the same cause is told once."""
    unique = list({(f.what, f.why, f.hint): f for f in failures}.values())
    if len(unique) == 1:
        return unique[0]
    details = []
    for failure in unique:
        hint = f" (hint: {failure.hint})" if failure.hint else ""
        details.append(f"{failure.what}: {failure.why}{hint}")
    return BuildError(
        f"{len(failures)} of {total} archives could not be built",
        why="\n".join(details),
        hint="correct these, then build again; what could be built is kept",
    )
