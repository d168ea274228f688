"""One layer with pandas, from wheels that are there already: spliced, installed, or just copied."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import uv

from bench import app, ours
from bench.goals import OURS
from bench.measure import Contender, Run, environment, interleaved, run, timed
from bench.ours import Project, remove
from bench.results import Case
from bench.tools import Tools

REFERENCE: Final = "uv pip install + zip level 6"
COPY: Final = "copying the bytes"
DURABLE: Final = "copying the bytes, with fsync"
WHOLE: Final = f"{OURS}, the whole command"
_ZIP: Final = """
import pathlib, subprocess, sys, zipfile
subprocess.run(sys.argv[3:], check=True)
tree = pathlib.Path(sys.argv[1])
with zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED) as archive:
    for path in sorted(tree.rglob("*")):
        if path.is_file():
            archive.write(path, path.relative_to(tree))
"""
NOTES: Final = (
    "`sam-deploy` is the layer's time in `build --json`: from reading its inputs to the fsync",
    "the whole command adds start-up and a function",
    "`copying the bytes` is `shutil.copyfile` of the finished archive",
)


def pandas_layer(scratch: Path, tools: Tools, runs: int) -> Case:
    """Compare what it takes to make the archive of one layer, all downloads being done."""
    scratch.mkdir(parents=True, exist_ok=True)
    folder = app.write_ours(app.PANDAS_APP, scratch / "project", ours.without_bytecode())
    project = Project(folder, scratch / "store", scratch / "uv-cache")
    project.build()
    archive = scratch / "layer.zip"
    shutil.copyfile(project.archive(app.PANDAS.name)["path"], archive)
    reference = _reference(scratch, tools)
    reference()
    commands: dict[str, Run] = {}

    def layer() -> Run:
        commands["whole"] = project.build(built=app.PANDAS_APP.units)
        return Run(float(project.archive(app.PANDAS.name)["seconds"]))

    copied = scratch / "copied.zip"
    series = interleaved(
        [
            Contender(REFERENCE, reference),
            Contender(OURS, layer, project.forget_archives),
            Contender(WHOLE, lambda: commands["whole"]),
            Contender(COPY, lambda: timed(lambda: shutil.copyfile(archive, copied)),
                      lambda: remove(copied)),
            Contender(DURABLE, lambda: timed(lambda: _copy_durably(archive, copied)),
                      lambda: remove(copied)),
        ],
        runs,
    )  # fmt: skip
    return Case("pandas", "The pandas layer from fetched wheels", series, NOTES)


def _reference(scratch: Path, tools: Tools) -> Callable[[], Run]:
    tree, archive = scratch / "tree", scratch / "reference.zip"
    requirements = scratch / "reference.txt"
    requirements.write_text(app.requirements_text(app.PANDAS.requirements), encoding="utf-8")
    install = [
        uv.find_uv_bin(), "pip", "install", "--quiet", "--target", str(tree),
        "--python", str(tools.python), "--python-version", app.PYTHON,
        "--python-platform", "x86_64-manylinux_2_28", "--only-binary", ":all:",
        "--requirements", str(requirements),
    ]  # fmt: skip
    variables = environment({"UV_CACHE_DIR": str(scratch / "uv-cache")})

    def install_and_zip() -> Run:
        remove(tree, archive)
        return run([tools.python, "-c", _ZIP, tree, archive, *install], scratch, variables)

    return install_and_zip


def _copy_durably(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
