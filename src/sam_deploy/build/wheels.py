"""Which wheel of a package fits a target, decided as pip decides it on that machine.

Pure. Source: PEP 425 (order of tags), PEP 600 (manylinux by glibc), PEP 508 (markers).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from sam_deploy.build.lock import Download, Package
from sam_deploy.plan.model import Target

_MACHINES: Final = {"x86_64": "x86_64", "arm64": "aarch64"}
_OLDEST_GLIBC: Final = {"x86_64": 5, "arm64": 17}
"""manylinux1 is glibc 2.5; there are no arm64 wheels below 2.17. Source: PEP 513, PEP 599."""
_LEGACY: Final = {(2, 17): "manylinux2014", (2, 12): "manylinux2010", (2, 5): "manylinux1"}


def machine(target: Target) -> str:
    """Return the target's architecture in Linux's words: x86_64 or aarch64."""
    return _MACHINES[target.architecture]


def environment(target: Target) -> dict[str, str]:
    """Return the values of environment markers on the target. Source: PEP 508."""
    major, minor = target.python_minor
    return {
        "implementation_name": "cpython",
        "implementation_version": target.python,
        "os_name": "posix",
        "platform_machine": machine(target),
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": target.python,
        "python_version": f"{major}.{minor}",
        "sys_platform": "linux",
    }


def wanted(package: Package, target: Target) -> bool:
    """Say whether a locked package is installed on the target at all."""
    if not package.marker:
        return True
    values: Mapping[str, str] = environment(target) | {"extra": ""}
    return Marker(package.marker).evaluate(dict(values))


def choose(wheels: Sequence[Download], target: Target) -> Download | None:
    """Return the wheel that fits the target best: most specific tag, then highest build number."""
    ranks = _ranks(target)
    best: tuple[int, tuple[int, str]] | None = None
    chosen: Download | None = None
    for wheel in wheels:
        try:
            _, _, build, tags = parse_wheel_filename(wheel.filename)
        except InvalidWheelFilename:
            continue
        rank = min((ranks[tag] for tag in tags if tag in ranks), default=None)
        if rank is None:
            continue
        number, suffix = build or (0, "")
        key = (-rank, (number, suffix))
        if best is None or key > best:
            best, chosen = key, wheel
    return chosen


def is_pure(filename: str) -> bool:
    """Say whether a wheel runs on any machine (`none-any`)."""
    _, _, _, tags = parse_wheel_filename(filename)
    return all(tag.abi == "none" and tag.platform == "any" for tag in tags)


def tags_of(wheels: Sequence[Download]) -> tuple[str, ...]:
    """Return the tags that a package offers, sorted, for error messages."""
    found: set[str] = set()
    for wheel in wheels:
        try:
            found.update(str(tag) for tag in parse_wheel_filename(wheel.filename)[3])
        except InvalidWheelFilename:
            continue
    return tuple(sorted(found))


@cache
def _ranks(target: Target) -> dict[Tag, int]:
    """Return the rank of every tag that fits; 0 is best."""
    ranks: dict[Tag, int] = {}
    for tag in _tags(target):
        ranks.setdefault(tag, len(ranks))
    return ranks


def _tags(target: Target) -> Iterator[Tag]:
    platforms = tuple(_platforms(target))
    major, minor = target.python_minor
    interpreter = f"cp{major}{minor}"
    yield from cpython_tags((major, minor), abis=(interpreter,), platforms=platforms)
    yield from compatible_tags((major, minor), interpreter=interpreter, platforms=platforms)


def _platforms(target: Target) -> Iterator[str]:
    name = machine(target)
    glibc_major, glibc_minor = target.glibc
    for minor in range(glibc_minor, _OLDEST_GLIBC[target.architecture] - 1, -1):
        yield f"manylinux_{glibc_major}_{minor}_{name}"
        if legacy := _LEGACY.get((glibc_major, minor)):
            yield f"{legacy}_{name}"
    yield f"linux_{name}"
