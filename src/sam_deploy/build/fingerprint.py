"""One hash of everything that goes into an archive: same inputs, same hash, on any day.

Pure. File order and times do not matter; every byte, path and mode does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

from sam_deploy.build.model import ApplicationFile
from sam_deploy.build.requirements import Requested
from sam_deploy.plan.model import BuildUnit, Target

SCHEMA: Final = "1"
"""Raised whenever the same inputs would make another lock or archive; locks are made anew."""
CONTENT: Final = "1"
"""Raised whenever slimming, bytecode or the packages of a runtime would make another archive."""


def of_requirements(requested: Requested, target: Target, settings: Iterable[str] = ()) -> str:
    """Return the hash of what decides a lock. `settings` are of uv, such as a cut-off date."""
    digest = _Digest("lock")
    digest.add("target", _target(target))
    digest.add("requirements", sorted(set(requested.requirements)))
    digest.add("constraints", sorted(set(requested.constraints)))
    digest.add("options", requested.options)
    hashes = (f"{name} {h}" for name, allowed in requested.hashes.items() for h in allowed)
    digest.add("hashes", sorted(hashes))
    digest.add("settings", sorted(settings))
    return digest.hexdigest()


def of_unit(
    unit: BuildUnit,
    files: Sequence[ApplicationFile],
    lock_text: str,
    local_wheels: Sequence[str],
    hashes: dict[str, set[str]],
) -> str:
    """Return the hash of a unit's inputs; `local_wheels` are SHA-256 hashes."""
    digest = _Digest("archive")
    digest.add("target", _target(unit.target))
    digest.add("place", [unit.kind, unit.prefix, unit.handler])
    digest.add("lock", [lock_text])
    digest.add("local", sorted(local_wheels))
    digest.add("hashes", sorted(f"{n} {h}" for n, allowed in hashes.items() for h in allowed))
    digest.add("include", unit.include)
    digest.add("exclude", unit.exclude)
    digest.add("files", sorted(f"{f.path}\0{f.executable:d}\0{f.sha256}" for f in files))
    extra = (f"{e.path}\0{hashlib.sha256(e.content).hexdigest()}" for e in unit.extra_files)
    digest.add("extra", sorted(extra))
    return digest.hexdigest()


def of_archive(inputs: str, unit: BuildUnit, compiled_by: str) -> str:
    """Return the hash of a unit's inputs and of what is made of them.

    `inputs` is the hash of the inputs; `compiled_by` the exact version of the Python that compiles,
    empty when nothing is compiled.
    """
    digest = _Digest("content")
    digest.add("content", [CONTENT, inputs])
    digest.add("slim", sorted(unit.slim))
    digest.add("managed", [unit.managed])
    digest.add("bytecode", [compiled_by])
    # `auto` leaves compiled files out where they do not fit
    depends = bool(compiled_by) and unit.bytecode == "auto"
    digest.add("budget", [str(unit.budget_bytes)] if depends else [])
    return digest.hexdigest()


def _target(target: Target) -> list[str]:
    glibc = ".".join(map(str, target.glibc))
    return [target.runtime, target.python, target.architecture, glibc, str(target.host)]


class _Digest:
    """Named lists of strings, each length-prefixed, so that no two inputs look alike."""

    def __init__(self, purpose: str) -> None:
        self._hash = hashlib.sha256(f"sam-deploy {purpose} {SCHEMA}\n".encode())

    def add(self, name: str, values: Sequence[str]) -> None:
        self._hash.update(f"{name} {len(values)}\n".encode())
        for value in values:
            data = value.encode("utf-8", "surrogateescape")
            self._hash.update(b"%d:" % len(data) + data)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()
