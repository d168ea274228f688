"""The same FastAPI app, packaged by every tool that packages Python for Lambda and runs here.

Each tool gets the same requirements. Chalice cannot host FastAPI: it packages an app of its own
with them. Zappa packages the environment it is installed in, so it has nothing that could be cold.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import app, ours
from bench.goals import OURS
from bench.measure import Command, Contender, Run, RunFailedError, interleaved, run
from bench.ours import Project, remove
from bench.results import Case, Series
from bench.sam import SamProject
from bench.tools import MissingToolError, Tools

_CHALICE_APP: Final = """from chalice import Chalice

app = Chalice(app_name="benchmark")


@app.route("/health")
def health():
    return {"status": "ok"}
"""
_SERVERLESS: Final = """service: benchmark
frameworkVersion: "3"
provider:
  name: aws
  runtime: {runtime}
  region: eu-west-1
plugins: [serverless-python-requirements]
custom:
  pythonRequirements:
    dockerizePip: false
    pythonBin: {runtime}
    useStaticCache: true
    useDownloadCache: true
    cacheLocation: {cache}
package:
  patterns: ["!**", "main.py", "settings.py"]
functions:
  api:
    handler: main.handler
"""


@dataclass(frozen=True, slots=True)
class Packager:
    """A tool with its project. `outputs` and `caches` are removed to make it warm and cold."""

    name: str
    build: Callable[[], Run]
    outputs: tuple[Path, ...]
    caches: tuple[Path, ...]
    archive: Path | None = None
    """What it makes; nothing for a tool that leaves a folder."""

    def warm(self) -> None:
        """Remove what was made."""
        remove(*self.outputs)

    def cold(self) -> None:
        """Remove what was made, and the caches."""
        remove(*self.outputs, *self.caches)


def single_app(scratch: Path, tools: Tools, runs: int) -> tuple[list[Case], list[str]]:
    """Return the cold and the warm case, and what could not run with its reason."""
    packagers, skipped = _that_run(scratch, tools)
    warm = interleaved([Contender(e.name, e.build, e.warm) for e in packagers], runs)
    cold = interleaved([Contender(e.name, e.build, e.cold) for e in packagers if e.caches], runs)
    sizes = {e.name: e.archive.stat().st_size for e in packagers if e.archive}
    with_sizes = tuple(_with_size(s, sizes) for s in warm)
    notes = (
        "SAM and Chalice use pip, sam-deploy uv; SAM leaves a folder, the others an archive",
        "Chalice packages an app of its own with the same requirements",
        "Serverless packs the files that pip has compiled, Zappa its whole environment",
    )
    return [
        Case("packaging-cold", "A single FastAPI app, caches empty", cold, notes),
        Case("packaging-warm", "A single FastAPI app, caches warm, outputs removed", with_sizes),
    ], skipped


def _with_size(series: Series, sizes: Mapping[str, int]) -> Series:
    if series.name not in sizes:
        return series
    return Series(series.name, {**series.values, "bytes": (float(sizes[series.name]),)})


def _that_run(scratch: Path, tools: Tools) -> tuple[list[Packager], list[str]]:
    """Return the tools that package the app once, unmeasured; the others with the reason."""
    makers: Sequence[tuple[str, Callable[[Path, Tools], Packager]]] = (
        ("sam build", _sam),
        ("chalice package", _chalice),
        ("serverless package", _serverless),
        ("zappa package", _zappa),
        (OURS, _ours),
    )
    packagers: list[Packager] = []
    skipped: list[str] = []
    for name, make in makers:
        try:
            packager = make(scratch / name.replace(" ", "-"), tools)
            packager.build()
        except (MissingToolError, RunFailedError) as error:
            skipped.append(f"`{name}`: {' '.join(str(error).split())[-400:]}")
        else:
            packagers.append(packager)
    return packagers, skipped


def _ours(folder: Path, tools: Tools) -> Packager:
    del tools
    written = app.write_ours(app.API_APP, folder / "project", ours.without_bytecode())
    project = Project(written, folder / "store", folder / "uv-cache")
    outputs = (
        written / ".sam-deploy",
        project.store / "archives",
        project.store / "fingerprints",
    )
    return Packager(
        OURS,
        lambda: project.build(built=app.API_APP.units),
        outputs,
        (project.store, project.uv_cache, written / "locks"),
        written / ".sam-deploy" / "build" / f"{app.API.name}.zip",
    )


def _sam(folder: Path, tools: Tools) -> Packager:
    project = SamProject(app.write_sam(app.API_APP, folder / "project"), folder / "pip", tools)
    return Packager("sam build", project.build, (project.folder / ".aws-sam",), (folder / "pip",))


def _chalice(folder: Path, tools: Tools) -> Packager:
    project = folder / "project"
    settings = {"version": "2.0", "app_name": "benchmark", "stages": {"dev": {}}}
    files = {
        "app.py": _CHALICE_APP,
        "requirements.txt": app.requirements_text(app.API_REQUIREMENTS),
        ".chalice/config.json": json.dumps(settings),
    }
    _write(project, files)
    command: Command = [tools.of_python("chalice") / "chalice", "package", "out"]
    variables = tools.environment({"PIP_CACHE_DIR": str(folder / "pip")})
    return Packager(
        "chalice package",
        lambda: run(command, project, variables),
        (project / "out", project / ".chalice" / "deployments"),
        (folder / "pip",),
        project / "out" / "deployment.zip",
    )


def _serverless(folder: Path, tools: Tools) -> Packager:
    project, cache = folder / "project", folder / "cache"
    modules = tools.of_node("serverless")
    config = _SERVERLESS.format(runtime=app.RUNTIME, cache=json.dumps(str(cache)))
    requirements = {"requirements.txt": app.requirements_text(app.API_REQUIREMENTS)}
    _write(project, {**app.API_SOURCES, **requirements, "serverless.yml": config})
    (project / "node_modules").unlink(missing_ok=True)
    (project / "node_modules").symlink_to(modules)
    command: Command = ["node", modules / "serverless" / "bin" / "serverless.js", "package"]
    variables = tools.environment({"PIP_CACHE_DIR": str(folder / "pip")})
    return Packager(
        "serverless package",
        lambda: run(command, project, variables),
        (project / ".serverless",),
        (cache, folder / "pip"),
        project / ".serverless" / "benchmark.zip",
    )


def _zappa(folder: Path, tools: Tools) -> Packager:
    project, temporary = folder / "project", folder / "tmp"
    commands = tools.of_python("zappa")
    settings: Mapping[str, object] = {
        "app_function": "main.app",
        "aws_region": "eu-west-1",
        "s3_bucket": "none",
        "project_name": "benchmark",
        "runtime": app.RUNTIME,
    }
    _write(project, {**app.API_SOURCES, "zappa_settings.json": json.dumps({"dev": settings})})
    temporary.mkdir(exist_ok=True)
    variables = tools.environment({"VIRTUAL_ENV": str(commands.parent), "TMPDIR": str(temporary)})
    variables["PATH"] = f"{commands}:{variables['PATH']}"
    archive = project / "out.zip"
    return Packager(
        "zappa package",
        lambda: run([commands / "zappa", "package", "dev", "-o", "out.zip"], project, variables),
        (archive,),
        (),
        archive,
    )


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
