"""What `init --from-template` does: a project around a template, and a draft of `deploy.py`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import click

from sam_deploy import config, plan
from sam_deploy.cli import options
from sam_deploy.cli.options import Globals
from sam_deploy.cli.sam_options import CONFIGURATIONS
from sam_deploy.cli.starting import projects
from sam_deploy.cli.starting.around_template import Around, around
from sam_deploy.cli.starting.deriving import Derived
from sam_deploy.cli.starting.deriving import derive as derived_from
from sam_deploy.cli.terminal.wrapping import said
from sam_deploy.errors import ConfigError, RefusedError

DRAFT: Final = "deploy.draft.py"
"""Not `deploy.py`: that would be deployed in the template's place."""
BEYOND: Final = """\
`sam-deploy deploy` deploys it as it is, here or on AWS, in one region or several. A `deploy.py`
gives in addition: environments of one stack, promotion of all functions in all regions behind a
one-time code, canaries, rollback, least privilege made from what a function uses. The way there
leaves the data where it is: docs/guides/migrating.md; `init --derive` writes a draft of it."""


def write_around(
    chosen: Globals, folder: Path | None, existing: str, name: str, region: str, *, derive: bool
) -> None:
    """Write a project around a SAM template, and say what is in it and what comes next.

    Raises `ConfigError` and `RefusedError` before anything is written.
    """
    file = _template(chosen, folder, existing)
    configured = any((file.parent / each).is_file() for each in CONFIGURATIONS)
    needless = configured and not (name or derive)
    app = "" if needless else projects.checked_name(name, file.parent)
    made = around(file, app, region, projects.ignored())
    draft = _draft(made, app, made.regions or (region,)) if derive else None
    files: dict[str, str | bytes] = {**made.files, **({DRAFT: draft.text} if draft else {})}
    projects.write(file.parent, files)
    projects.tell_files(f"`{file.name}` has {made.said}", file.parent, files)
    for note in made.notes:
        click.echo(said(f"\n{note}"), err=True)
    click.echo(said(f"\n{BEYOND}"), err=True)
    if draft:
        _tell_draft(draft)
    command = " ".join([options.program(file.parent), "deploy", *made.missing])
    click.echo(said(f"\nnext: {command}"), err=True)


def _template(chosen: Globals, folder: Path | None, existing: str) -> Path:
    file = projects.absolute(chosen.project / existing)
    if not file.is_file():
        raise ConfigError(
            f"`{existing}` does not exist",
            why=f"it was looked for in `{chosen.project}`",
            hint="name the template: `--from-template template.yaml`",
        )
    if folder and projects.absolute(chosen.project / folder) != file.parent:
        raise ConfigError(
            f"A project around `{existing}` is where the template is, not in `{folder}`",
            why="the template names its code by paths that begin there",
            hint="leave the folder out, or copy template and code there first",
        )
    return file


def _draft(made: Around, app: str, regions: tuple[str, ...]) -> Derived:
    """Return a draft that loads and plans. Raises `RefusedError` when none does."""
    file = made.template.file
    draft = derived_from(made.template, app, regions)
    if not draft.carried:
        raise RefusedError(
            f"Nothing of `{file.name}` can be said in a `deploy.py` that is derived",
            why="functions in Python, HTTP API routes, queues, tables and buckets can",
            problems=tuple(map(str, draft.left)),
            hint="without `--derive` the template is deployed as it is",
        )
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "deploy.py").write_text(draft.text, encoding="utf-8")
        try:
            plan.make(config.load(Path(folder)), file.parent, plan.Request())
        except ConfigError as error:
            raise RefusedError(
                f"No `deploy.py` can be derived from `{file.name}` that would be right",
                why=f"{error.what.replace('`deploy.py`', 'the draft')}; nothing was written",
                problems=(*error.problems, *map(str, draft.left)),
                hint="without `--derive` the template is deployed as it is",
            ) from error
    return draft


def _tell_draft(draft: Derived) -> None:
    """Say what the draft has not: everything, by its logical id."""
    if draft.left:
        click.echo(said(f"\nnot in `{DRAFT}`:"), err=True)
    for each in draft.left:
        click.echo(said(f"  - {each}"), err=True)
    click.echo(
        f"\n`{DRAFT}` describes a stack of its own. Go through it, then name it `deploy.py`:\n"
        "from then on that is what `sam-deploy deploy` deploys.",
        err=True,
    )
