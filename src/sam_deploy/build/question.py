"""What uv is asked when it is to choose versions: files in a folder of ours, and options.

Writes only into that folder. Says how a target is described to uv, exactly where uv can, and
nearly where it cannot.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sam_deploy.build import wheels
from sam_deploy.build.requirements import Requested
from sam_deploy.plan.model import Target

UV_PLATFORMS: Final = frozenset({(2, 17), (2, 28), *((2, minor) for minor in range(31, 41))})
"""The glibc versions that uv 0.13 has a manylinux platform for."""


@dataclass(frozen=True, slots=True)
class Question:
    """The requirements as files for uv, in a folder that is removed afterwards."""

    folder: Path
    requested: Requested
    target: Target
    unit: str

    def write(self) -> None:
        """Write the requirements, the constraints, and what is pinned to one index."""
        pins = self.requested.pins
        pinned = [line for line in self.requested.requirements if pins and _name(line) in pins]
        lines = [line for line in self.requested.requirements if line not in pinned]
        self._write("requirements.in", [*self.requested.options, *lines])
        self._write("constraints.txt", self.requested.constraints)
        if pinned:
            self._write("pyproject.toml", self._pinned(pinned))

    def exclude(self, versions: list[str]) -> None:
        """Refuse these versions (`name!=1.2`) from now on, besides the user's constraints."""
        self._write("constraints.txt", [*self.requested.constraints, *versions])

    def arguments(self) -> list[str]:
        """Return the files, and how they are to be read."""
        pinned = self.folder / "pyproject.toml"
        files = [str(self.folder / "requirements.in"), *[str(pinned)] * pinned.is_file()]
        constraints = ["--constraints", str(self.folder / "constraints.txt")]
        return [*files, *constraints, *["--no-deps"] * self.requested.complete]

    @property
    def names_indexes(self) -> bool:
        """Whether the requirements themselves say which index to ask."""
        return any(re.match(r"(-i|--index-url|--no-index)\b", o) for o in self.requested.options)

    def alone(self, specifier: str) -> str:
        """Return a file that asks for one package from the same indexes."""
        return self._write("alone.in", [*self.requested.options, specifier])

    def _write(self, name: str, lines: list[str]) -> str:
        path = self.folder / name
        path.write_text("\n".join(lines), encoding="utf-8")
        return str(path)

    def _pinned(self, requirements: list[str]) -> list[str]:
        """Only a pyproject.toml can say which index a package comes from."""
        return list(_pyproject(requirements, self.requested))


def _pyproject(requirements: list[str], requested: Requested) -> Iterator[str]:
    yield "[project]"
    yield 'name = "sam-deploy-unit"'
    yield 'version = "0"'
    yield f"dependencies = {json.dumps(requirements)}"
    yield "[tool.uv.sources]"
    for name in sorted({_name(line) for line in requirements}):
        yield f"{name} = {{ index = {json.dumps(requested.pins[name])} }}"
    for index in requested.indexes:
        yield "[[tool.uv.index]]"
        yield f"name = {json.dumps(index.name)}"
        yield f"url = {json.dumps(index.url)}"
        yield f"default = {json.dumps(index.default)}"
        yield f"explicit = {json.dumps(index.explicit)}"


def _name(line: str) -> str:
    return canonicalize_name(Requirement(line).name)


def nearest(target: Target) -> list[str]:
    """Return options that describe the target nearly, with an interpreter that can run code.

    Wheels that need a later glibc may be chosen with them, so what is chosen has to be checked.
    """
    later = [glibc for glibc in UV_PLATFORMS if glibc >= target.glibc]
    return [*version(target), "--python-platform", platform(target, min(later, default=(2, 40)))]


def version(target: Target) -> list[str]:
    """Return the options for the target's exact Python, whatever runs here."""
    return ["--python", sys.executable, "--python-version", target.python]


def platform(target: Target, glibc: tuple[int, int]) -> str:
    """Return uv's name of a Linux with a glibc."""
    return f"{wheels.machine(target)}-manylinux_{glibc[0]}_{glibc[1]}"
