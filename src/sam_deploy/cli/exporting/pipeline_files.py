"""What `sam-deploy export github-actions` and `gitlab` do: look at the project, write its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sam_deploy import __version__
from sam_deploy.cli import options
from sam_deploy.cli.exporting import python_tools
from sam_deploy.cli.options import Globals
from sam_deploy.cli.terminal.wrapping import said
from sam_deploy.errors import ConfigError

if TYPE_CHECKING:
    from sam_deploy.config.model import App
    from sam_deploy.export.pipelines import Packages, Pipeline

Files = Callable[["Pipeline"], Mapping[str, str]]


def write(chosen: Globals, make: Files, *, force: bool) -> None:
    """The files are in the project. Raises `ConfigError` for one that was changed by hand."""
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic
    from sam_deploy.export import files  # noqa: PLC0415 - costs yaml

    texts = make(pipeline_of(config.load(chosen.project), chosen))
    changed = [
        path
        for path, text in texts.items()
        if (file := chosen.project / path).is_file() and file.read_text(encoding="utf-8") != text
    ]
    if changed and not force:
        raise ConfigError(
            f"`{changed[0]}` is there and is another one",
            why="it may have been changed by hand; nothing was written",
            hint="compare the two, or write over it: `--force`",
        )
    for path, text in texts.items():
        files.write(chosen.project / path, text)
        click.echo(options.relative(chosen.project / path), err=True)
    for each in python_tools.left_out(_text(chosen.project / "pyproject.toml")):
        click.echo(said(f"\n{each}"), err=True)


def pipeline_of(app: App, chosen: Globals) -> Pipeline:
    """Return what of an app and its folder matters to a pipeline."""
    from sam_deploy.export.pipelines import Pipeline, node  # noqa: PLC0415 - only here

    runtimes = [each.runtime or app.runtime for each in app.functions] or [app.runtime]
    pythons = [each.removeprefix("python") for each in runtimes if each.startswith("python")]
    nodes = [each.removeprefix("nodejs")[:-2] for each in runtimes if each.startswith("nodejs")]
    tested = (chosen.project / "package.json").is_file()
    return Pipeline(
        app=app.name,
        environments=tuple(_in_order(app)),
        home_region=app.home_region,
        python=pythons[0] if pythons else "3.12",
        version=__version__,
        python_tools=python_tools.installed(_text(chosen.project / "pyproject.toml")),
        python_locked=(chosen.project / "uv.lock").is_file(),
        node=max(nodes, key=int, default=node.USUAL if tested else ""),
        node_tests=_packages(chosen.project, chosen.project) if tested else None,
        node_bundled=tuple(dict.fromkeys(_bundled(app, chosen.project))),
    )


def _bundled(app: App, project: Path) -> Iterator[Packages]:
    """Yield where the packages of each Node function are installed.

    That is where its nearest lock file lies, as the build has it; else the outermost
    `package.json`, which may be that of a workspace.
    """
    for function in app.functions:
        if not (function.runtime or app.runtime).startswith("nodejs"):
            continue
        source = project / function.source
        folders = [each for each in (source, *source.parents) if each.is_relative_to(project)]
        manifests = [each for each in folders if (each / "package.json").is_file()]
        locked = [each for each in manifests if _lock(each)]
        if manifests:
            yield _packages(project, locked[0] if locked else manifests[-1])


def _packages(project: Path, folder: Path) -> Packages:
    """Return a folder with a `package.json`, as its lock file tells it."""
    from sam_deploy.export.pipelines import Packages, node  # noqa: PLC0415 - only here

    lock = _lock(folder)
    classic = lock == "yarn.lock" and node.CLASSIC_YARN in _text(folder / lock)[:1000]
    relative = folder.relative_to(project).as_posix()
    return Packages("" if relative == "." else relative, lock, classic)


def _lock(folder: Path) -> str:
    from sam_deploy.export.pipelines import node  # noqa: PLC0415 - only here

    return next((each for each in node.LOCK_FILES if (folder / each).is_file()), "")


def _text(file: Path) -> str:
    """Return what a file holds; nothing when it is not there."""
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""


def _in_order(app: App) -> list[str]:
    """Return the environments, each after the one that it is promoted from."""
    found = [each.name for each in app.environments if not each.promote_from]
    for name in found:
        found += [each.name for each in app.environments if each.promote_from == name]
    return found
