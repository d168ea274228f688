"""What a reading of a template has found so far, and how its mistakes are worded. Pure.

Everything that reads a part of a template adds here; the reader raises once, with all mistakes.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from sam_deploy.plan.model import Unit, Warned
from sam_deploy.sam.document import Document, Where
from sam_deploy.sam.model import Location, Shape
from sam_deploy.sam.resources import Placed
from sam_deploy.sam.values import Open, Values

REMOTE: Final = ("s3://", "https://", "http://")
"""What is there already: left as it is."""
EMBEDDED: Final = "embedded-"
"""How rules begin that are about the cloud on the laptop alone."""
IN_A_LOOP: Final = (
    "a loop cannot give each turn its own folder here: use one folder and one handler per turn, "
    "or write these resources one by one"
)


@dataclass(slots=True)
class Reading:
    """A template under examination."""

    file: Path
    document: Document
    values: Values
    problems: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    locations: list[Location] = field(default_factory=list)
    units: dict[str, Unit] = field(default_factory=dict)
    layers: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def wrong(self, where: Where, message: str) -> None:
        """Add a mistake: `template.yaml:12: Resources.Api.Runtime: ...`."""
        line = self.document.line(where)
        self.problems.append((line, f"{self.shown(where)}: {message}"))

    def warn(self, rule: str, where: Where, message: str) -> None:
        """Add something that works and may be regretted; the same is said once."""
        warned = Warned(rule, self.shown(where), message)
        if warned not in self.warnings:
            self.warnings.append(warned)

    def shown(self, where: Where) -> str:
        """Return a place as people read it, with file and line."""
        line = self.document.line(where)
        path = ".".join(str(part) for part in where if part != "Properties")
        return f"{self.file.name}{f':{line}' if line else ''}: {path or 'template'}"

    def settled(self, value: object, where: Where, wanted: str, placed: Placed) -> Any:  # noqa: ANN401 - a document's value
        """Return what a value is; None, and a mistake, when only AWS knows.

        `wanted` says what for: "which runtime to build for".
        """
        known = self.known(value, placed)
        if not isinstance(known, Open):
            return known
        hint = IN_A_LOOP if placed.loop_variables else "write it out, or give the parameter a value"
        self.wrong(where, f"it cannot be known here {wanted}: {known.why}; {hint}")
        return None

    def known(self, value: object, placed: Placed) -> Any:  # noqa: ANN401 - the same
        """Return what a value of a resource is, or `Open`."""
        if placed.loop_variables:
            return replace(self.values, loop_variables=placed.loop_variables).of(value)
        return self.values.of(value)

    def local(self, placed: Placed, name: str, value: object) -> Path | None:
        """Return the file or folder that a property names; None when it is none of this computer.

        A path that leads nowhere is a mistake.
        """
        where = placed.place(name)
        known = self.known(value, placed)
        if isinstance(known, Open):
            if not _is_address(value):
                self.settled(value, where, "what to upload", placed)
            return None
        if not isinstance(known, str) or known.startswith(REMOTE):
            return None
        path = (self.file.parent / known).resolve()
        if not path.exists():
            self.wrong(where, f"`{known}` does not exist{_nearest(path)}")
            return None
        return path

    def upload(self, placed: Placed, name: str, unit: Unit, shape: Shape) -> None:
        """The property will name what is made of the unit."""
        self.units[unit.key] = unit
        where = (*placed.where, "Properties", *name.split("."))
        self.locations.append(Location(where, unit.key, shape))


def _is_address(value: object) -> bool:
    """Whether a value that is not known yet names a bucket, or an address, all the same."""
    if not isinstance(value, Mapping):
        return False
    if "Fn::Sub" not in value:
        return "Fn::Join" in value and REMOTE[0] in str(value)
    text = value["Fn::Sub"]
    first = text[0] if isinstance(text, list) and text else text
    return isinstance(first, str) and first.startswith(REMOTE)


def _nearest(path: Path) -> str:
    """Return a question about the neighbour whose name is nearest, if there is one."""
    try:
        names = [each.name for each in path.parent.iterdir()]
    except OSError:
        return f"; there is no folder `{path.parent}`"
    near = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean `{near[0]}`?" if near else f" (looked in `{path.parent}`)"
