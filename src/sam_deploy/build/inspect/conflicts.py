"""Packages that a function would get in two versions, from itself and its layers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sam_deploy.build.inspect.model import Contents


@dataclass(frozen=True, slots=True)
class Conflict:
    """One package in several versions. `brought` holds (archive, version), the last one wins."""

    function: str
    package: str
    brought: tuple[tuple[str, str], ...]

    @property
    def message(self) -> str:
        """The conflict as a sentence."""
        every = ", ".join(f"{version} by {archive}" for archive, version in self.brought)
        return (
            f"`{self.function}` gets `{self.package}` in different versions: {every}; "
            f"files of {self.brought[-1][0]} win, what only the others have stays beside them"
        )


def find_conflicts(function: Contents, layers: Sequence[Contents]) -> tuple[Conflict, ...]:
    """Return the packages of different versions, by name.

    Lambda unpacks the layers over each other in their order, and looks into the function first.
    Source: Lambda developer guide, "Managing Lambda dependencies with layers".
    """
    brought: dict[str, list[tuple[str, str]]] = {}
    for contents in (*layers, function):
        for part in contents.packages:
            place = f"{contents.kind} `{contents.name}`"
            brought.setdefault(part.name, []).append((place, part.version))
    return tuple(
        Conflict(function.name, package, tuple(places))
        for package, places in sorted(brought.items())
        if len({version for _, version in places}) > 1
    )
