"""What compiled files cost and gain: time and bytes of the build, seconds of an import.

The import is what Lambda does on a cold start: a fresh interpreter, the unpacked archive, which
cannot be written to, and no file of it compiled unless the archive brings it compiled.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from bench import app, ours
from bench.goals import OURS
from bench.measure import Command, Contender, Run, environment, interleaved, run
from bench.ours import Project
from bench.results import Case, Series
from bench.sam import SamProject
from bench.tools import Tools

_IMPORT: Final = """
import sys, time
sys.path.insert(0, sys.argv[1])
started = time.perf_counter()
import main
print(time.perf_counter() - started)
"""
UNITS: Final = app.API_APP.units


def handler_import(scratch: Path, sam: SamProject, tools: Tools, runs: int) -> Case:
    """Import the FastAPI handler from SAM's output and from our archives."""
    scratch.mkdir(parents=True, exist_ok=True)
    if not sam.output.is_dir():
        app.write_sam(app.API_APP, sam.folder)
        sam.build()
    places = {"sam build": sam.output / f"{app.API.name}Function"}
    for name, settings in _settings().items():
        project = _project(scratch, name, settings)
        project.build()
        places[name] = scratch / "unpacked" / name
        _unpack(Path(project.archive(app.API.name)["path"]), places[name])
    series = interleaved(
        [Contender(name, _imported(tools, place)) for name, place in places.items()], runs
    )
    note = (
        "seconds of `import main` itself, in a fresh interpreter without write access (`-I -B`); "
        "CPU seconds are of the whole process"
    )
    return Case("import", "Import of the FastAPI handler", series, (note,))


def bytecode(scratch: Path, runs: int) -> Case | None:
    """Build the FastAPI function with and without compiled files; nothing without that setting."""
    if not ours.has_setting("bytecode"):
        return None
    off = _project(scratch, f"{OURS}, bytecode off", {"bytecode": "off"})
    on = _project(scratch, f"{OURS}, bytecode on", {"bytecode": "on"})
    off.build()
    on.build()
    series = interleaved(
        [
            Contender("off", lambda: off.build(built=UNITS), off.forget_archives),
            Contender("on, for the first time", lambda: on.build(built=UNITS),
                      on.forget_all_but_wheels),
            Contender("on, later", lambda: on.build(built=UNITS), on.forget_archives),
        ],
        runs,
    )  # fmt: skip
    sizes = (off.archive_bytes, on.archive_bytes, on.archive_bytes)
    with_sizes = tuple(
        Series(each.name, {**each.values, "bytes": (size,)})
        for each, size in zip(series, sizes, strict=True)
    )
    note = "the FastAPI function, assembled anew in each run; wheels are in the store"
    if sizes[0] == sizes[1]:
        note += "; the setting has no effect in this version"
    return Case("bytecode", "What compiled files cost", with_sizes, (note,))


def _settings() -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {OURS: {}}
    if ours.has_setting("bytecode"):
        found |= {f"{OURS}, bytecode {word}": {"bytecode": word} for word in ("on", "off")}
    return found


def _project(scratch: Path, name: str, settings: dict[str, object]) -> Project:
    folder = scratch / name.replace(", ", "-").replace(" ", "-")
    written = app.write_ours(app.API_APP, folder, settings)
    return Project(written, scratch / f"store-{folder.name}", scratch / "uv-cache")


def _unpack(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)


def _imported(tools: Tools, place: Path) -> Callable[[], Run]:
    command: Command = [tools.python, "-I", "-B", "-c", _IMPORT, place]

    def imported() -> Run:
        found = run(command, place.parent, environment({}))
        return replace(found, seconds=float(found.output))

    return imported
