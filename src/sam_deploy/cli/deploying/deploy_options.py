"""The options that say how a deployment is carried out, folded into one value."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
FILE: Final = click.Path(dir_okay=False, path_type=Path)
FOLDER: Final = click.Path(exists=True, file_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class DeployChoice:
    """What the command line says about how to deploy."""

    sequential: bool = False
    stop_on_failure: bool = False
    wait: bool = False
    recreate: bool = False
    auto_approve: bool = False
    allow_replace: tuple[str, ...] = ()
    plan_only: bool = False
    out: Path | None = None
    plan_file: Path | None = None
    artifacts: Path | None = None
    watch: bool = False
    approval_file: Path | None = None

    def check(self) -> None:
        """Raise a usage error for options that exclude each other."""
        if self.out is not None and not self.plan_only:
            raise click.UsageError("--out goes with --plan-only: it says where the plan is kept")
        if self.plan_file is not None and (self.plan_only or self.artifacts is not None):
            raise click.UsageError("--plan carries out a plan; it goes with no other source")
        if self.watch and (self.plan_only or self.plan_file or self.artifacts):
            raise click.UsageError("--watch deploys what is saved; it goes with no plan or archive")


_OPTIONS: Final = (
    click.option("--sequential", is_flag=True, help="One region at a time."),
    click.option(
        "--stop-on-failure", is_flag=True, help="Begin no further region when one has failed."
    ),
    click.option(
        "--plan-only",
        is_flag=True,
        help="Show what would change in every region; change no stack.",
    ),
    click.option("--out", type=FILE, metavar="FILE", help="Keep the plan of --plan-only here."),
    click.option(
        "--plan",
        "plan_file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Carry out exactly this plan; a stale one is refused.",
    ),
    click.option(
        "--artifacts",
        type=FOLDER,
        metavar="DIR",
        help="Deploy what `build --output DIR` made, without the sources.",
    ),
    click.option(
        "--watch",
        is_flag=True,
        help="Then bring saved code straight to the first environment, until Ctrl-C.",
    ),
    click.option("--auto-approve", is_flag=True, help="Do not ask before writing to AWS."),
    click.option(
        "--approval-file",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="What `approve --plan` made, for changes that reach staging or prod.",
    ),
    click.option("--wait", is_flag=True, help="Wait while somebody else's operation runs."),
    click.option(
        "--allow-replace",
        multiple=True,
        metavar="LOGICAL_ID",
        help="Let this function, bucket, table or pool be replaced or removed; repeatable.",
    ),
    click.option(
        "--recreate",
        is_flag=True,
        help="Make a stack anew that never came up, although it left data behind.",
    ),
)


def deploy_options(function: F) -> F:
    """Accept them all; the command gets them as `choice`."""

    @functools.wraps(function)
    def folded(*args: object, **given: Any) -> object:  # noqa: ANN401 - click's values
        names = DeployChoice.__dataclass_fields__
        choice = DeployChoice(**{name: given.pop(name) for name in names})
        choice.check()
        return function(*args, choice=choice, **given)

    wrapped: Any = folded
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    result: F = wrapped
    return result
