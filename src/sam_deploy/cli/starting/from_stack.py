"""What `init --from-stack` does: a project of a stack that is deployed."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sam_deploy import config, plan
from sam_deploy.amounts import plural
from sam_deploy.cli import options, wiring
from sam_deploy.cli.options import Globals
from sam_deploy.cli.starting import projects
from sam_deploy.cli.starting.deriving import Derived, Standing, derive
from sam_deploy.cli.starting.deriving.written import Call, Written
from sam_deploy.cli.starting.stacks.deployed import LAYER, Deployed, read
from sam_deploy.cli.starting.stacks.lifted import lifted
from sam_deploy.cli.starting.stacks.own import first_environment
from sam_deploy.cli.terminal.wrapping import said
from sam_deploy.errors import ConfigError, RefusedError
from sam_deploy.sam import SamTemplate

if TYPE_CHECKING:
    from sam_deploy.aws import Aws

Files = dict[str, "str | bytes"]
REQUIREMENTS: Final = "requirements.txt"
ELSEWHERE: Final = """\
The cloud on this laptop has none of that data. To try the app there, give it tables, buckets and
queues of its own: take `existing=True` and `physical_name` away, and give tables their keys."""
ORIGINAL: Final = "requirements.original.txt"
"""What the archive had under that name: the packages that were in it are more exact."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says about a stack."""

    stack: str
    region: str
    name: str = ""
    target: str | None = None
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A project that loads and plans, and what of the stack it has not."""

    files: Files
    draft: Derived


def write_project(chosen: Globals, folder: Path, asked: Asked) -> None:
    """Write a project of a deployed stack, and say what is not in it and what comes next.

    Only reads the stack. Raises `ConfigError` and `RefusedError` before anything is written.
    """
    app = projects.checked_name(asked.name, folder)
    projects.refuse_long(app, asked.region)
    projects.refuse_present(folder, ["deploy.py", "functions", "layers"])
    aws = _reach(chosen, asked)
    deployed = read(aws, asked.region, asked.stack)
    made = project_of(deployed, app)
    projects.write(folder, made.files)
    count = list(made.draft.kinds.values()).count("Function")
    what = f"Created `{app}` of stack `{deployed.name}`, with {plural(count, 'function')}"
    projects.tell_files(what, folder, made.files)
    if made.draft.left:
        click.echo(said("\nnot taken over:"), err=True)
    for each in made.draft.left:
        click.echo(said(f"  - {each}"), err=True)
    click.echo(
        f"\nStack `{deployed.name}` was only read. `deploy.py` describes another one, beside it,\n"
        "on the same tables, buckets and queues. docs/guides/migrating.md says how to move over.",
        err=True,
    )
    if aws.endpoint.target == "aws" and set(made.draft.kinds.values()) - {"Function", "HttpApi"}:
        click.echo(said(f"\n{ELSEWHERE}"), err=True)
    click.echo(said(f"\nnext: {options.program(folder)} deploy"), err=True)


def _reach(chosen: Globals, asked: Asked) -> Aws:
    """Return where the stack is. A profile is about AWS."""
    from sam_deploy.aws import Aws, Endpoint  # noqa: PLC0415 - half a second

    if asked.profile:
        if asked.target == "embedded":
            raise click.UsageError("--profile is about AWS, not about the cloud on this laptop")
        return Aws(Endpoint("aws", profile=asked.profile))
    place = wiring.look(chosen, asked.target, "python3.12")
    if place is None:
        raise RefusedError(
            f"The stack `{asked.stack}` cannot be read: the cloud on this laptop does not run",
            why="without `--target aws` that is where it was looked for",
            hint="add `--target aws` or `--profile NAME`; or deploy the stack to the cloud here",
        )
    return place.aws


def project_of(deployed: Deployed, app: str) -> Made:
    """Return the project of a stack. Raises `RefusedError` where none would be right."""
    found = lifted(deployed)
    named = _layer_names(deployed)
    files = _sources(deployed, named)
    standing = Standing(
        name=deployed.name,
        existing=found.existing,
        functions=frozenset(each.function.name for each in deployed.functions.values()),
        layers={k: tuple(named[arn] for arn in arns) for k, arns in found.layers.items()},
        declared=_declared(deployed, named),
        environment=first_environment(deployed),
        left=tuple(found.left),
    )
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder).resolve()
        projects.write(stage, files)
        template = SamTemplate(stage / "template.yaml", "", found.document, {})
        draft = derive(template, app, (deployed.region,), standing)
        if "Function" not in draft.kinds.values():
            raise RefusedError(
                f"Nothing of stack `{deployed.name}` can be made a project of",
                why="it has no function in Python, from an archive, that can be read",
                problems=tuple(map(str, draft.left)),
                hint="`sam-deploy init --template api` begins from nothing",
            )
        (stage / "deploy.py").write_text(draft.text, encoding="utf-8")
        _plan(stage, deployed, draft)
    carried = {f"functions/{each}/" for each in draft.carried} | {"layers/"}
    kept = {k: v for k, v in files.items() if any(k.startswith(each) for each in carried)}
    return Made({"deploy.py": draft.text, ".gitignore": projects.ignored(), **kept}, draft)


def _plan(stage: Path, deployed: Deployed, draft: Derived) -> None:
    try:
        planned = plan.make(config.load(stage), stage, plan.Request())
    except ConfigError as error:
        raise RefusedError(
            f"No `deploy.py` can be made of stack `{deployed.name}` that would be right",
            why=f"{error.what}; nothing was written",
            problems=(*error.problems, *map(str, draft.left)),
            hint="please report this: it should say what it cannot take over instead",
        ) from error
    if deployed.name in {each.name for each in planned.stacks}:
        raise RefusedError(
            f"The app would be deployed in the place of stack `{deployed.name}`",
            why="its stack would have that very name",
            hint="give the app another name: `--name NAME`",
        )


def _layer_names(deployed: Deployed) -> dict[str, str]:
    """Return ARN -> name of the layer in the project, each once."""
    found: dict[str, str] = {}
    for arn in deployed.layers:
        match = LAYER.match(arn)
        short = re.sub(r"[^a-z0-9-]+", "-", match["name"].lower()).strip("-") if match else "layer"
        name, number = short, 2
        while name in found.values():
            name, number = f"{short}-{number}", number + 1
        found[arn] = name
    return found


def _declared(deployed: Deployed, named: Mapping[str, str]) -> tuple[Call, ...]:
    calls = []
    for arn, contents in deployed.layers.items():
        given: dict[str, Written] = {}
        if contents.requirements:
            given["requirements"] = list(contents.requirements)
        if contents.files:
            given["source"] = f"layers/{named[arn]}"
        calls.append(Call("Layer", (named[arn],), given))
    return tuple(calls)


def _sources(deployed: Deployed, named: Mapping[str, str]) -> Files:
    found: Files = {}
    for logical_id, code in deployed.functions.items():
        folder = f"functions/{logical_id}"
        for path, content in code.contents.files.items():
            replaced = path == REQUIREMENTS and code.contents.requirements
            found[f"{folder}/{ORIGINAL if replaced else path}"] = content
        if code.contents.requirements:
            found[f"{folder}/{REQUIREMENTS}"] = "\n".join([*code.contents.requirements, ""])
    for arn, contents in deployed.layers.items():
        for path, content in contents.files.items():
            found[f"layers/{named[arn]}/{path}"] = content
    return found
