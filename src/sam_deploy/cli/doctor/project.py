"""The project: its configuration, its variables, and what its functions need to be built."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sam_deploy import config, plan
from sam_deploy import sam as templates
from sam_deploy.amounts import plural
from sam_deploy.build import Store
from sam_deploy.build.interpreters import Interpreters
from sam_deploy.build.node import esbuild, install
from sam_deploy.cli import sam_options
from sam_deploy.cli.doctor.finding import Finding, ok, problem, warning
from sam_deploy.cli.doctor.machine import existing, unwritable
from sam_deploy.cli.options import Globals
from sam_deploy.cli.sam_options import SamChoice
from sam_deploy.config.model import Promotion
from sam_deploy.config.settings import Settings
from sam_deploy.errors import BuildError
from sam_deploy.plan import BuildUnit, NodeUnit, Plan

CHOSEN_REGION: Final = sam_options.ANY_REGION


@dataclass(frozen=True, slots=True)
class Project:
    """What there is to deploy: an app's plan, or a template's."""

    planned: Plan
    runtime: str
    said: str
    promotion: Promotion | None = None
    """Who receives one-time codes, and from whom; a template has none."""

    @property
    def regions(self) -> tuple[str, ...]:
        """Every region, the one that is asked first in front."""
        return tuple(dict.fromkeys([self.planned.home_region, *self.planned.regions]))


def read(chosen: Globals) -> Project:
    """Return what the project is. Raises `ConfigError` when it has none, or a wrong one."""
    if sam_options.is_template(chosen, SamChoice()):
        found = sam_options.prepared(chosen, SamChoice(), (), deploying=False)
        planned = templates.plan(found.template, found.request)
        said = f"template `{found.template.file.name}`, {_units(planned)}"
        return Project(planned, found.runtime, said)
    app = config.load(chosen.project)
    planned = plan.make(app, chosen.project, plan.Request())
    environments = ", ".join(each.name for each in app.environments)
    said = f"app `{app.name}`: {_units(planned)}; {environments}; {', '.join(planned.regions)}"
    return Project(planned, app.runtime, said, app.promotion)


def _units(planned: Plan) -> str:
    functions = sum(unit.kind == "function" for unit in planned.builds)
    layers = sum(unit.kind == "layer" for unit in planned.builds)
    return f"{plural(functions, 'function')}, {plural(layers, 'layer')}"


def configuration(project: Project) -> Iterator[Finding]:
    """Find what the configuration declares, and what may be regretted in it."""
    yield ok("project", project.said)
    for each in project.planned.warnings:
        yield warning(
            "project", f"{each.path} {each.message}", f"`sam-deploy explain {each.rule}` tells why"
        )


def variables(folder: Path, found: Settings, *, aws: bool) -> Iterator[Finding]:
    """Find what `.env` and the shell say of the account; secrets are not looked at."""
    file = folder / ".env"
    where = "`.env`" if file.is_file() else "no `.env`"
    if found.account_id:
        yield ok(".env", f"{where}, AWS_ACCOUNT_ID {found.account_id}")
    elif aws:
        yield warning(
            ".env",
            f"{where}, AWS_ACCOUNT_ID is not set: any account that credentials lead to is written",
            "set it in `.env`; a deployment to another account is then refused",
        )
    else:
        yield ok(".env", f"{where}, AWS_ACCOUNT_ID is not set (only AWS needs it)")


def folder(path: Path) -> Iterator[Finding]:
    """Find whether the project's `.sam-deploy` can be written."""
    ours = path / ".sam-deploy"
    if why := unwritable(existing(ours)):
        yield problem(
            "folder", f"`{ours}` cannot be written: {why}", "give yourself the right to write there"
        )
    else:
        yield ok("folder", f"`{ours}` can be written")


def interpreters(units: Sequence[object], path: Path) -> Iterator[Finding]:
    """Find the Pythons that compile for the functions' runtimes, and run them on the laptop."""
    python = [unit for unit in units if isinstance(unit, BuildUnit)]
    for minor in sorted({unit.target.python_minor for unit in python}):
        version = ".".join(map(str, minor))
        # a store of its own: the usual one believes for an hour that a version is absent
        with tempfile.TemporaryDirectory() as fresh:
            found = Interpreters(Store(Path(fresh)), path).find(minor)
        if found:
            yield ok(f"python{version}", f"{found.version} ({found.path})")
            continue
        its = [unit for unit in python if unit.target.python_minor == minor]
        said = f"there is no Python {version} here"
        advice = f"`uv python install {version}`"
        if any(unit.bytecode == "on" for unit in its):
            names = ", ".join(unit.name for unit in its if unit.bytecode == "on")
            said = f'{said}, and `bytecode="on"` asks for it: {names}'
            yield problem(f"python{version}", said, advice, BuildError.exit_code)
        else:
            what = "archives hold no compiled files, functions run locally on another version"
            yield warning(f"python{version}", f"{said}: {what}", advice)


def node(units: Sequence[object], store: Store, *, aws: bool) -> Iterator[Finding]:
    """Find esbuild and Node; nothing where no function needs them."""
    bundled = [unit for unit in units if isinstance(unit, NodeUnit)]
    for unit in bundled:
        own = esbuild.of_project(unit.source)
        if own:
            yield ok("esbuild", f"{own.version}, that of `{unit.name}`")
    if any(esbuild.of_project(unit.source) is None for unit in bundled):
        yield _pinned_esbuild(store)
    if bundled and not aws:
        program = shutil.which("node")
        if program:
            yield ok("node", program)
        else:
            yield warning(
                "node",
                "there is no `node` on the PATH: Node functions do not run on the embedded cloud",
                "install Node.js",
            )


def _pinned_esbuild(store: Store) -> Finding:
    if install.pinned(store):
        return ok("esbuild", f"{esbuild.PINNED}, in the store")
    if shutil.which("npm"):
        return ok("esbuild", f"{esbuild.PINNED}, which the first build gets through npm")
    return problem(
        "esbuild",
        "the project has none in `node_modules`, and there is no `npm` to get it with",
        "install Node.js, or esbuild in the project",
        BuildError.exit_code,
    )
