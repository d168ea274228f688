"""What `sam-deploy export terraform` does: build for AWS, render every environment, write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sam_deploy.errors import ConfigError

if TYPE_CHECKING:
    from sam_deploy.build import Artifacts
    from sam_deploy.cli.options import Globals
    from sam_deploy.cli.terminal.console import Console
    from sam_deploy.config.model import App
    from sam_deploy.export.terraform import Archive, Environment
    from sam_deploy.plan import Plan


def write(chosen: Globals, out: Path, console: Console) -> int:
    """The folder holds the app as Terraform. Returns how many files there are.

    Raises `ConfigError` when the folder is not empty, for it may be somebody's work, and for what
    has no counterpart.
    """
    from sam_deploy import build, config, plan  # noqa: PLC0415 - costs pydantic
    from sam_deploy.config.declare import changed  # noqa: PLC0415 - the same
    from sam_deploy.export import files  # noqa: PLC0415 - costs yaml
    from sam_deploy.export import terraform as exporting  # noqa: PLC0415 - the same

    if out.exists() and any(out.iterdir()):
        raise ConfigError(
            f"`{out}` is not empty",
            why="what was exported before may have been changed by hand",
            hint="name another folder with `--out`, and compare the two",
        )
    # a state for each environment can only be where each has resources of its own
    app = changed(config.load(chosen.project), topology="isolated")
    names = [each.name for each in app.environments]
    plans = {name: plan.make(app, chosen.project, plan.Request((), (), name)) for name in names}
    first = plans[names[0]]
    artifacts = build.run(
        first.builds,
        chosen.project,
        build.Store.default(),
        console.report,
        layers=first.layers,
    )
    archives = {key: _archive(first, artifacts, key) for key in artifacts}
    environments = [_environment(app, name, plans[name], artifacts) for name in names]
    texts = exporting.export(app.name, environments, archives)
    for path, text in texts.items():
        files.write(out / path, text)
    for key, archive in archives.items():
        files.write(out / "artifacts" / archive.file, artifacts[key].path.read_bytes())
    return len(texts) + len(archives)


def _archive(planned: Plan, artifacts: Artifacts, key: str) -> Archive:
    from sam_deploy.export.terraform import Archive  # noqa: PLC0415 - costs yaml
    from sam_deploy.plan import BuildUnit  # noqa: PLC0415 - the same

    built = artifacts[key]
    unit = next(each for each in planned.builds if each.key == key)
    target = unit.target if isinstance(unit, BuildUnit) else None
    return Archive(
        built.name,
        built.kind,
        built.sha256,
        built.code_sha256,
        built.size_bytes,
        target.runtime if target else "",
        target.architecture if target else "",
    )


def _environment(app: App, name: str, planned: Plan, artifacts: Artifacts) -> Environment:
    from sam_deploy import provide, template  # noqa: PLC0415 - costs pydantic
    from sam_deploy.export.source import source_of  # noqa: PLC0415 - costs yaml
    from sam_deploy.export.terraform import Environment  # noqa: PLC0415 - the same

    keys = {key: provide.artifact_key(artifacts[key]) for key in artifacts}
    stacks = tuple(
        source_of(template.render(app, stack, keys), stack.feature_set, stack.regions)
        for stack in planned.stacks
    )
    return Environment(name, app.home_region, stacks)
