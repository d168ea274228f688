"""Poetry's version constraints as PEP 440 specifiers. Pure.

Source: Poetry documentation, "Dependency specification".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from sam_deploy.build.projects import holds
from sam_deploy.plan.model import Target

_PART: Final = re.compile(r"\s*(\^|~=|~|===?|!=|>=|<=|>|<|=)?\s*([^\s,<>=!~^]+)")
_PLATFORM: Final = "linux"
_ELSEWHERE: Final = ("path", "file", "git", "url")


def ranges(text: str) -> list[SpecifierSet]:
    """Return a constraint as specifiers, of which one has to hold.

    `^1.2` is `>=1.2,<2`; `~1.2` is `>=1.2,<1.3`; a bare version is exact. Raises `ValueError` for
    what is not a constraint.
    """
    return [_range(part) for part in re.split(r"\|\|?", text)]


def fits(text: str, version: str) -> bool:
    """Say whether a version is within a constraint."""
    return any(each.contains(version, prereleases=True) for each in ranges(text))


def _range(text: str) -> SpecifierSet:
    if _PART.sub("", text).strip(" ,"):
        raise ValueError(f"Invalid constraint: {text!r}")
    parts = [_specifier(*found) for found in _PART.findall(text) if found != ("", "*")]
    return SpecifierSet(",".join(parts))


def _specifier(operator: str, version: str) -> str:
    if operator in {"", "="}:
        return f"=={version}"
    if operator not in {"^", "~"}:
        return f"{operator}{version}"
    release = Version(version).release
    last = len(release) - 1
    kept = next((i for i, part in enumerate(release) if part), last) if operator == "^" else 1
    upper = list(release[: min(kept, last) + 1])
    upper[-1] += 1
    return f">={version},<{'.'.join(map(str, upper))}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One dependency in Poetry's words: of the project, or of a locked package."""

    name: str
    """Canonical."""
    entry: Mapping[str, Any]

    @property
    def version(self) -> str:
        """Poetry's constraint."""
        return str(self.entry.get("version") or "*")

    @property
    def extras(self) -> tuple[str, ...]:
        """The extras of it that are wanted."""
        return tuple(self.entry.get("extras") or ())

    @property
    def is_released(self) -> bool:
        """Whether it is a version on an index, rather than a folder or an address."""
        return not any(key in self.entry for key in _ELSEWHERE)

    def applies(self, target: Target, extras: Sequence[str] = ()) -> bool:
        """Say whether it is wanted on the target, by a parent with these extras."""
        marker = str(self.entry.get("markers") or "")
        return (
            fits(str(self.entry.get("python") or "*"), target.python)
            and self.entry.get("platform", _PLATFORM) == _PLATFORM
            and any(holds(marker, target, extra) for extra in ("", *extras))
        )
