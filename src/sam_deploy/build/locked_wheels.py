"""The packages of a lock as wheels in the store: chosen for the target, fetched or built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sam_deploy.build import lock
from sam_deploy.build import wheels as choice
from sam_deploy.build.lock import Download, Package
from sam_deploy.build.sources import Inputs
from sam_deploy.build.workshop import Workshop
from sam_deploy.errors import BuildError
from sam_deploy.events import BuildProgress
from sam_deploy.plan.model import BuildUnit


@dataclass(frozen=True, slots=True)
class Fetched:
    """Wheels in the order of the lock, and what of them the store lacked."""

    paths: tuple[Path, ...] = ()
    count: int = 0
    size_bytes: int = 0


def fetch(unit: BuildUnit, workshop: Workshop, inputs: Inputs) -> Fetched:
    """Return the locked packages as wheels in the store. Raises `BuildError`."""
    if not inputs.lock_text:
        return Fetched()
    allowed = inputs.requested.hashes
    downloads: list[Download] = []
    lacking_a_wheel: list[Package] = []
    for locked in lock.packages(inputs.lock_text, unit.name):
        if not choice.wanted(locked, unit.target):
            continue
        if chosen := choice.choose(_allowed(locked, allowed), unit.target):
            downloads.append(chosen)
        else:
            _check_hashes(locked, allowed, unit)
            lacking_a_wheel.append(locked)
    built = _from_sources(lacking_a_wheel, unit, workshop)
    total = sum(download.size_bytes or 0 for download in downloads)
    size = f", {total / 1e6:.1f} MB" if total else ""
    workshop.report(BuildProgress(unit.name, "fetch", f"{len(downloads)} wheels{size}"))
    lacking = [each for each in downloads if not _is_there(each, workshop)]
    paths = workshop.fetcher.paths(downloads)
    fetched = [path for each, path in zip(downloads, paths, strict=True) if each in lacking]
    return Fetched((*paths, *built), len(fetched), sum(path.stat().st_size for path in fetched))


def _is_there(download: Download, workshop: Workshop) -> bool:
    return workshop.store.wheel_path(download.sha256, download.filename).exists()


def _allowed(locked: Package, hashes: dict[str, set[str]]) -> Sequence[Download]:
    """Return the wheels that the user's `--hash` options leave; an index cannot add to them."""
    mine = hashes.get(locked.name)
    return [w for w in locked.wheels if w.sha256 in mine] if mine else locked.wheels


def _from_sources(releases: Sequence[Package], unit: BuildUnit, workshop: Workshop) -> list[Path]:
    """Return a wheel of every release that has none for the target."""
    if not releases:
        return []
    from sam_deploy.build.resolve import no_wheel, wheel_of_sdist  # noqa: PLC0415 - seldom needed

    if containers := workshop.containers_for(unit.target):
        from sam_deploy.build.container import wheels_of  # noqa: PLC0415 - seldom wanted

        tools = (workshop.store, workshop.fetcher, containers)
        progress = partial(_report, unit, workshop)
        made = wheels_of(releases, unit.target, unit.name, tools, progress)
        return [made[release.name].path for release in releases]
    for release in releases:
        if release.wheels or release.sdist is None:
            raise no_wheel(release, unit.target, unit.name)
    return [wheel_of_sdist(each, workshop.store, workshop.fetcher).path for each in releases]


def _report(unit: BuildUnit, workshop: Workshop, step: str, detail: str) -> None:
    workshop.report(BuildProgress(unit.name, step, detail))


def _check_hashes(locked: Package, hashes: dict[str, set[str]], unit: BuildUnit) -> None:
    """Raise `BuildError` unless the user's `--hash` options allow a file of the release."""
    mine = hashes.get(locked.name)
    offered = [f for f in (*locked.wheels, locked.sdist) if f]
    if mine and not any(file.sha256 in mine for file in offered):
        raise BuildError(
            f"`{locked.name}` {locked.version} does not have a hash that `{unit.name}` allows",
            why=f"the index offers {', '.join(file.sha256[:12] for file in offered)}, the "
            f"requirements allow {', '.join(sorted(h[:12] for h in mine))}",
            hint="check where the package comes from, or compile the requirements again",
        )
