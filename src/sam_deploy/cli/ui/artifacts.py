"""The archives that the project's last build has made, taken apart as `inspect` does it.

Nothing is built: a page that is looked at must not start compilers, and `.sam-deploy/build` has
what the last `build` or `deploy` made, under its own name.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sam_deploy.build import inspect
from sam_deploy.build.check import MAX_UNPACKED_BYTES
from sam_deploy.build.inspect.survey import asked_for
from sam_deploy.build.inspect.tree import Branch, grow
from sam_deploy.build.outputs import FOLDER
from sam_deploy.errors import BuildError, RefusedError
from sam_deploy.plan.model import BuildUnit
from sam_deploy.ui.ports import Json

if TYPE_CHECKING:
    from sam_deploy.build.inspect import Contents, Part
    from sam_deploy.config.model import App
    from sam_deploy.plan.model import Plan, Unit

MOST_BRANCHES: Final = 24
DEPTH: Final = 6
_known: dict[tuple[Path, int, int], Contents] = {}
"""Archive, time and size -> what is in it: a zip of thousands of files takes a while."""
KNOWN_MOST: Final = 200


def listing(app: App, project: Path) -> Json:
    """Return the archives there are, in the order of the plan."""
    planned = _planned(app, project)
    found = {unit.key: _contents(unit, project) for unit in planned.builds}
    built = [path.stat().st_mtime for unit in planned.builds if (path := _path(unit, project))]
    rows = []
    for unit in planned.builds:
        contents = found[unit.key]
        if contents is None:
            continue
        layers = [layer for key in planned.layers.get(unit.key, ()) if (layer := found.get(key))]
        rows.append(_row(contents, layers))
    return {"built": max(built, default=None), "artifacts": rows}


def tree(app: App, project: Path, name: str) -> Json:
    """Return what is in an archive: packages, and the files of each. Raises `RefusedError`."""
    planned = _planned(app, project)
    units = [unit for unit in planned.builds if name in {unit.name, unit.key}]
    contents = _contents(units[0], project) if units else None
    if contents is None:
        raise RefusedError(
            f"There is no archive `{name}`",
            why="it was not built yet" if units else "the app has no function or layer of the name",
            hint="`sam-deploy build` makes all of them",
        )
    parts = [_part(part) for part in contents.parts]
    root = {
        "name": contents.name,
        "size_bytes": contents.unpacked_bytes,
        "kind": contents.kind,
        "children": parts,
    }
    return {"name": contents.name, "tree": root}


def _planned(app: App, project: Path) -> Plan:
    from sam_deploy import plan  # noqa: PLC0415 - with its only user

    return plan.make(app, project, plan.Request())


def _row(contents: Contents, layers: Iterable[Contents]) -> Json:
    together = contents.unpacked_bytes + sum(each.unpacked_bytes for each in layers)
    return {
        "name": contents.name,
        "kind": contents.kind,
        "size_bytes": contents.unpacked_bytes,
        "zip_bytes": contents.size_bytes,
        "with_layers_bytes": together,
        "limit_bytes": MAX_UNPACKED_BYTES,
        "share": round(together / MAX_UNPACKED_BYTES, 6),
        "files": len(contents.files),
    }


def _path(unit: Unit, project: Path) -> Path | None:
    path = project / FOLDER / unit.archive
    return path if path.is_file() else None


def _contents(unit: Unit, project: Path) -> Contents | None:
    """Return what is in a unit's archive; nothing when it was not built, or is damaged."""
    path = _path(unit, project)
    if path is None:
        return None
    stat = path.stat()
    key = path, stat.st_mtime_ns, stat.st_size
    if key not in _known:
        if len(_known) >= KNOWN_MOST:
            _known.clear()
        own = unit if isinstance(unit, BuildUnit) else None
        subject = inspect.Subject(
            path=path,
            name=unit.name,
            kind=unit.kind,
            target=own.target if own else None,
            asked=asked_for(own, project) if own else (),
        )
        try:
            _known[key] = inspect.take_apart(subject)
        except (BuildError, OSError):
            return None
    return _known[key]


def _part(part: Part) -> Json:
    grown = grow(part.files, part.label)
    return {**_branch(grown, DEPTH), "kind": part.kind, "why": list(part.chain)}


def _branch(branch: Branch, depth: int) -> Json:
    shown = branch.branches[:MOST_BRANCHES] if depth else ()
    children = [_branch(each, depth - 1) for each in shown]
    rest = branch.branches[MOST_BRANCHES:] if depth else ()
    if rest:
        size = sum(each.unpacked_bytes for each in rest)
        more = {"name": f"{len(rest)} more", "size_bytes": size, "kind": "rest", "children": []}
        children.append(more)
    return {
        "name": branch.name,
        "size_bytes": branch.unpacked_bytes,
        "kind": "folder" if branch.is_folder else "file",
        "children": children,
    }
