"""The whole app, built by SAM and by sam-deploy: cold, warm, unchanged, one line changed.

Also what comes of it: the packages chosen, the bytes of the archives, the peak memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import app, ours
from bench.goals import OURS
from bench.measure import Contender, interleaved, say
from bench.ours import Project
from bench.results import Case, Series
from bench.sam import SamProject, packages_in
from bench.tools import Tools

PARALLEL: Final = "sam build --parallel"
PLAIN: Final = "sam build"
CACHED: Final = "sam build --cached --parallel"
UNITS: Final = app.THE_APP.units


@dataclass(frozen=True, slots=True)
class Sides:
    """Both projects of the app, side by side."""

    sam: SamProject
    ours: Project
    scratch: Path


def laid_out(scratch: Path, tools: Tools) -> Sides:
    """Write both projects."""
    without = ours.without_bytecode()
    sam = sam_project(scratch, tools)
    app.write_sam(app.THE_APP, sam.folder)
    mine = app.write_ours(app.THE_APP, scratch / "ours", without)
    return Sides(
        sam,
        Project(mine, scratch / "store", scratch / "uv-cache"),
        scratch,
    )


def sam_project(scratch: Path, tools: Tools) -> SamProject:
    """Return where the app is built by SAM, written or not."""
    return SamProject(scratch / "sam", scratch / "pip-cache", tools)


def warm_up(sides: Sides) -> None:
    """Build once with each, unmeasured, so that caches are warm and modules compiled."""
    theirs, mine = sides.sam.build("--parallel"), sides.ours.build()
    say(f"first builds, not measured: sam {theirs.seconds:.1f} s, ours {mine.seconds:.1f} s")


def cold(sides: Sides, runs: int) -> Case:
    """Both caches empty; sam-deploy once more with the locks that a project commits."""
    mine = sides.ours
    series = interleaved(
        [
            Contender(PARALLEL, lambda: sides.sam.build("--parallel"), sides.sam.forget_everything),
            Contender(
                OURS,
                lambda: mine.build(built=UNITS),
                lambda: mine.forget_everything(locks=True),
            ),
            Contender(
                f"{OURS}, with committed locks",
                lambda: mine.build(built=UNITS),
                lambda: mine.forget_everything(locks=False),
            ),
        ],
        runs,
    )
    return Case("cold", "Cold: both caches empty", series, _same_packages(sides))


def warm(sides: Sides, runs: int) -> Case:
    """Caches full, outputs gone: SAM's folders; our archives, in the project and in the store."""
    mine = sides.ours
    assembled = f"{OURS}, archives still in the store"
    series = interleaved(
        [
            Contender(PLAIN, sides.sam.build, sides.sam.forget_outputs),
            Contender(OURS, lambda: mine.build(built=UNITS), mine.forget_archives),
            Contender(assembled, lambda: mine.build(built=0), mine.forget_outputs),
        ],
        runs,
    )
    note = "`sam-deploy` here assembles every archive from wheels again: the stricter reading"
    return Case("warm", "Caches warm, outputs removed", series, (note,))


def unchanged(sides: Sides, runs: int) -> Case:
    """Nothing changed since the last build."""
    sides.sam.build("--cached", "--parallel")
    sides.ours.build()
    series = interleaved(
        [
            Contender(CACHED, lambda: sides.sam.build("--cached", "--parallel")),
            Contender(OURS, lambda: sides.ours.build(built=0)),
        ],
        runs,
    )
    return Case("unchanged", "Nothing changed", series, ("start-up included",))


def one_line(sides: Sides, runs: int) -> Case:
    """One line added to a source of the FastAPI function."""
    sides.sam.build("--cached", "--parallel")
    sides.ours.build()
    sources = [each / "functions" / "api" / "settings.py" for each in _folders(sides)]
    series = interleaved(
        [
            Contender(
                CACHED,
                lambda: sides.sam.build("--cached", "--parallel"),
                lambda: _add_line(sources[0]),
            ),
            Contender(OURS, lambda: sides.ours.build(built=1), lambda: _add_line(sources[1])),
        ],
        runs,
    )
    return Case("one-line", "One source line changed", series)


def bytes_of_all(sides: Sides) -> Case:
    """All archives of the app: as they are, and slimmed where there is such a setting."""
    if not sides.sam.output.is_dir():
        sides.sam.build("--parallel")
    sides.ours.build()
    series = [
        Series("sam build + zip level 6", {"bytes": (sides.sam.archive_bytes(sides.scratch),)}),
        Series(OURS, {"bytes": (sides.ours.archive_bytes,)}),
    ]
    for name, settings in _variants():
        folder = sides.scratch / f"ours-{name.split()[-1]}"
        project = Project(
            app.write_ours(app.THE_APP, folder, settings), sides.ours.store, sides.ours.uv_cache
        )
        project.build()
        series.append(Series(f"{OURS}, {name}", {"bytes": (project.archive_bytes,)}))
    return Case("bytes", "Bytes of all archives", tuple(series))


def memory(cases: Sequence[Case]) -> Case:
    """The most that any of these cases needed: the one with the largest median, by tool."""
    most: dict[str, Series] = {}
    for case in cases:
        for each in case.series:
            tool = OURS if each.name.startswith(OURS) else PLAIN
            median = each.median("peak_bytes") or 0.0
            known = most[tool].median("peak_bytes") if tool in most else None
            if known is None or median > known:
                most[tool] = Series(tool, {"peak_bytes": each.values["peak_bytes"]})
    note = "the largest process of the hungriest case above"
    return Case("memory", "Peak memory", tuple(most.values()), (note,))


def _variants() -> list[tuple[str, dict[str, object]]]:
    found: list[tuple[str, dict[str, object]]] = []
    without = dict(ours.without_bytecode())
    if ours.has_setting("slim"):
        found.append(("slimmed", without | {"slim": ["tests", "stubs"]}))
    if ours.has_setting("bytecode"):
        found.append(("with bytecode", {"bytecode": "on"}))
    return found


def _folders(sides: Sides) -> tuple[Path, Path]:
    return sides.sam.folder, sides.ours.folder


def _add_line(file: Path) -> None:
    with file.open("a", encoding="utf-8") as opened:
        opened.write("# one more line\n")


def _same_packages(sides: Sides) -> tuple[str, ...]:
    """Say whether both chose the same packages at the same versions, unit by unit."""
    theirs = sides.sam.packages()
    different = []
    count = 0
    for kind, units in (("Function", app.THE_APP.functions), ("Layer", app.THE_APP.layers)):
        for unit in units:
            mine = packages_in(Path(sides.ours.archive(unit.name)["path"]))
            count += len(mine)
            if odd := mine ^ theirs.get(f"{unit.name}{kind}", set()):
                different.append(f"{unit.name}: {', '.join(sorted(odd))}")
    if different:
        return (f"the two chose different packages: {'; '.join(different)}",)
    return (f"both chose the same {count} packages at the same versions",)
