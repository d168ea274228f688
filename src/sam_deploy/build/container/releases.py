"""Wheels of releases that come without one for the target: pure ones as ever, the rest in Docker.

A pure package is built by uv on this computer, which takes a second and gives the same bytes as
without `--use-container`; what compiles code is left to one container for all that the unit lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sam_deploy.build import package
from sam_deploy.build.container.wheelhouse import Containers, Source
from sam_deploy.build.fetch import Fetcher
from sam_deploy.build.lock import Package
from sam_deploy.build.store import Store, StoredWheel
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import Target

if TYPE_CHECKING:
    from packaging.utils import NormalizedName


def wheels_of(
    releases: Sequence[Package],
    target: Target,
    unit: str,
    tools: tuple[Store, Fetcher, Containers],
    progress: Callable[[str, str], None],
) -> dict[NormalizedName, StoredWheel]:
    """Return a wheel of every release, by name. Raises `BuildError` for one without sources."""
    store, fetcher, containers = tools
    found: dict[NormalizedName, StoredWheel] = {}
    native: list[Source] = []
    for release in releases:
        source = _source(release, fetcher, unit)
        pure = None if release.wheels else _pure(source, target, store)
        if pure:
            found[release.name] = pure
        else:
            native.append(source)
    return found | (containers.wheels(native, target, unit, progress) if native else {})


def _source(release: Package, fetcher: Fetcher, unit: str) -> Source:
    if release.sdist is None:
        raise BuildError(
            f"`{release.name}` {release.version}, wanted by `{unit}`, cannot be built",
            why="the index has no sources of it, and no wheel that fits",
            hint="choose another version, runtime or architecture",
        )
    path = fetcher.paths([release.sdist])[0]
    return Source(release.name, release.version, path, release.sdist.sha256)


def _pure(source: Source, target: Target, store: Store) -> StoredWheel | None:
    """Return the wheel that uv builds, unless it takes a compiler."""
    if store.built(source.key(target)):
        return None  # it took one the last time
    try:
        named = f"`{source.name}` {source.version}"
        return package.build_sdist(source.path, source.sha256, named, store)
    except BuildError:
        return None
