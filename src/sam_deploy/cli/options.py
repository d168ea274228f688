"""Options that several commands share."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from sam_deploy.errors import ConfigError

if TYPE_CHECKING:
    from sam_deploy.build import Store
    from sam_deploy.build.container import Containers
    from sam_deploy.config.model import App

ACCOUNT_DIGITS: Final = 12
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Globals:
    """What stands before the command: the project and, maybe, the target."""

    project: Path
    target: str | None


def program(project: Path | None = None) -> str:
    """Return how this program is called here, for commands that are shown to be typed.

    It ends in `-C DIR` when the project, by default that of the running command, is elsewhere.
    """
    # uv sets this for what `uv run` runs; there `sam-deploy` alone is not on the PATH
    name = "uv run sam-deploy" if "UV_RUN_RECURSION_DEPTH" in os.environ else "sam-deploy"
    context = click.get_current_context(silent=True)
    chosen = context.find_object(Globals) if context else None
    folder = project or (chosen.project if chosen else None)
    here = folder is None or folder.resolve() == Path.cwd().resolve()
    return name if here else f"{name} -C {quoted(relative(folder))}"


def quoted(text: str) -> str:
    """Return a word as it is typed in a shell, in quotes where it needs them."""
    import shlex  # noqa: PLC0415 - only when a command is shown

    return shlex.quote(text) if os.name == "posix" else text


def relative(project: object) -> str:
    """Return a folder as it is typed: relative to the current one when it is below it."""
    shown = os.path.relpath(str(project))
    return str(project) if shown.startswith("..") else shown


def target_option(function: F) -> F:
    """Accept `--target` after the command as well as before it."""
    return click.option(
        "--target",
        type=click.Choice(["embedded", "aws"]),
        help="Where it goes: the cloud on this laptop (default at a terminal), or AWS.",
    )(function)


def json_option(function: F) -> F:
    """Accept `--json`: one JSON document on standard output."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Write the result as JSON to standard output."
    )(function)


def progress_option(function: F) -> F:
    """Accept `--progress`."""
    return click.option(
        "--progress",
        type=click.Choice(["auto", "live", "plain", "json", "quiet"]),
        default="auto",
        show_default=True,
        help="How to show what happens, on standard error.",
    )(function)


def progress_options(function: F) -> F:
    """Accept `--progress` and `-v`."""
    function = progress_option(function)
    return click.option("-v", "--verbose", is_flag=True, help="Show every stack event.")(function)


def region_option(function: F) -> F:
    """Accept `--region`, several times."""
    return click.option(
        "--region", "regions", multiple=True, metavar="REGION", help="Only here; repeatable."
    )(function)


def limit_option(most: int = 1000) -> Callable[[F], F]:
    """Accept `--limit`: how many of the newest are shown, 20 unless told, `most` at the most."""
    return click.option(
        "--limit",
        type=click.IntRange(1, most),
        default=20,
        show_default=True,
        metavar="N",
        help="No more than the newest N.",
    )


def environment_option(function: F) -> F:
    """Accept `--environment`: whose stack, where each environment has its own."""
    return click.option(
        "--environment",
        metavar="NAME",
        help="Whose stack (isolated topology), or local: only buckets and queues.",
    )(function)


def account_id(chosen: Globals, given: str, subject: str) -> str:
    """Return the account that something is for: as given, else as the settings say.

    `subject` is what is for it, with its verb: `the policy is`. Raises `ConfigError` without one.
    """
    from sam_deploy.config import settings  # noqa: PLC0415 - reads `.env`

    found = given or settings.read(chosen.project).account_id
    if not (found.isascii() and found.isdigit() and len(found) == ACCOUNT_DIGITS):
        raise ConfigError(
            f"It is not known which account {subject} for",
            why=f"`{found}` is no account id" if found else "the settings name none",
            hint="add `--account 123456789012`, or set AWS_ACCOUNT_ID",
        )
    return found


def chosen_environment(chosen: Globals, app: App, given: str | None) -> str:
    """Return the environment of a command: what was given, else what `ENV` preselects."""
    from sam_deploy.config import settings  # noqa: PLC0415 - reads `.env`

    if given:
        return given
    preselected = settings.read(chosen.project).environment
    own_stacks = {each.name for each in app.environments} if app.topology == "isolated" else set()
    return preselected if preselected in {"local", *own_stacks} else ""


@dataclass(frozen=True, slots=True)
class Making:
    """How archives may be made: what may happen to the locks, and whether containers may help."""

    upgrade: bool = False
    locked: bool = False
    use_container: bool = False

    def containers(self, store: Store) -> Containers | None:
        """Return the containers that build what has no wheel; nothing when they may not."""
        if not self.use_container:
            return None
        from sam_deploy.build.container import Containers  # noqa: PLC0415 - seldom used

        return Containers(store, confirm)


def confirm(question: str) -> bool:
    """Ask a person at a terminal; nobody there means no."""
    return sys.stdin.isatty() and click.confirm(question, err=True)


def build_options(function: F) -> F:
    """Accept `--upgrade`, `--locked` and `--use-container`; the command gets them as `making`."""

    @functools.wraps(function)
    def folded(*args: object, **given: object) -> object:
        values = {name: bool(given.pop(name)) for name in ("upgrade", "locked", "use_container")}
        if values["upgrade"] and values["locked"]:
            raise click.UsageError("--upgrade makes locks anew, and --locked forbids that")
        return function(*args, making=Making(**values), **given)

    wrapped: Any = folded
    for name, words in (
        ("--use-container", "Build packages without a wheel in AWS's build image (Docker)."),
        ("--locked", "Fail when a lock is missing or would change, as in CI."),
        ("--upgrade", "Resolve dependencies anew, ignoring the locks."),
    ):
        wrapped = click.option(name, is_flag=True, help=words)(wrapped)
    result: F = wrapped
    return result
