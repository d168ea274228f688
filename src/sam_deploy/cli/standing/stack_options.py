"""Options that name a stack which is deployed, for commands that read; and where to read it.

Named as the SAM CLI names them. A template is read for its name, its regions and its profile only.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from sam_deploy.cli import sam_options, wiring
from sam_deploy.cli.options import Globals
from sam_deploy.cli.sam_options import SamChoice
from sam_deploy.errors import ConfigError

if TYPE_CHECKING:
    from sam_deploy.cli.wiring import Place

F = TypeVar("F", bound=Callable[..., Any])
ANY_RUNTIME: Final = "python3.12"
"""Reading builds nothing, so that any will do."""


@dataclass(frozen=True, slots=True)
class StackPlace:
    """A template's stack, the regions to look in, and the place that holds it."""

    name: str
    regions: tuple[str, ...]
    place: Place


def stack_options(function: F) -> F:
    """Accept `--template`, `--stack-name` and the like; the command gets them as `sam`."""

    @functools.wraps(function)
    def folded(*args: object, **given: Any) -> object:  # noqa: ANN401 - click's values
        sam = SamChoice(
            template=given.pop("template") or "",
            stack_name=given.pop("stack_name") or "",
            config_env=given.pop("config_env") or "",
            config_file=given.pop("config_file") or "",
            profile=given.pop("profile") or "",
        )
        return function(*args, sam=sam, **given)

    wrapped: Any = folded
    text = functools.partial(click.option, metavar="TEXT")
    for option in (
        text("--profile", help="Profile of ~/.aws/config, for a template's stack."),
        click.option("--config-file", metavar="FILE", help="Instead of samconfig.toml."),
        text("--config-env", help="Environment in samconfig.toml."),
        text("--stack-name", help="Name of the template's stack."),
        click.option(
            "-t",
            "--template",
            "--template-file",
            "template",
            metavar="FILE",
            help="A SAM template's stack instead of the app of `deploy.py`.",
        ),
    ):
        wrapped = option(wrapped)
    result: F = wrapped
    return result


def is_stack(chosen: Globals, sam: SamChoice) -> bool:
    """Whether a stack of its own is meant, not an app: by a template, or by its name alone."""
    if sam_options.is_template(chosen, sam):
        return True
    return bool(sam.stack_name) and not (chosen.project / "deploy.py").exists()


def find(
    chosen: Globals, sam: SamChoice, regions: tuple[str, ...], target: str | None
) -> StackPlace:
    """Return the stack that is meant, and where to look for it.

    Raises `ConfigError` when its name or its region is not said anywhere, and `RefusedError` when
    the embedded cloud does not run.
    """
    name, where, profile = sam.stack_name, regions or own_region(), sam.profile
    if sam_options.is_template(chosen, sam):
        found = sam_options.prepared(chosen, sam, regions, deploying=True)
        name, where = found.request.stack_name, found.request.regions
        profile = found.profile
    missing = [what for what, said in (("--stack-name", name), ("--region", where)) if not said]
    if missing:
        raise ConfigError(
            f"It is not said which stack to look at: {', '.join(missing)}",
            why="neither the command line nor samconfig.toml has it",
            hint=f"add {' and '.join(f'`{each} ...`' for each in missing)}",
        )
    if profile:
        os.environ["AWS_PROFILE"] = profile
    place = wiring.look_or_refuse(chosen, target, ANY_RUNTIME, "deploy")
    return StackPlace(name, tuple(dict.fromkeys(where)), place)


def own_region() -> tuple[str, ...]:
    """Return the region of the shell, if it has one."""
    said = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    return (said,) if said else ()
