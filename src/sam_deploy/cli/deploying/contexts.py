"""How a command runs the workflow: what its options say, put together with the place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sam_deploy.cli import options
from sam_deploy.cli.options import Globals, Making
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.console import Console
from sam_deploy.errors import RefusedError
from sam_deploy.lanes import Stop

if TYPE_CHECKING:
    from sam_deploy.cli.wiring import Place
    from sam_deploy.delivery import Approve, Delivering
    from sam_deploy.deploy.engine import Executor
    from sam_deploy.workflow import Context

REGIONS_AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True)
class How:
    """What the options of a deployment say about how to do it."""

    approved: bool = False
    regions_at_once: int = REGIONS_AT_ONCE
    allow_replace: frozenset[str] = frozenset()
    making: Making = field(default_factory=Making)
    console: Callable[[], Console] = field(default=lambda: consoles.make("auto"))
    stop_on_failure: bool = False
    wait: bool = False
    recreate: bool = False
    command: str = "deploy"
    """As others are told who meet the lock."""
    take_expired_lock: bool = False
    goes_on_with: tuple[str, int] | None = None
    executor: str = "own"
    approval_file: Path | None = None
    """What `approve --plan` made: instead of a code, for what reaches staging and prod."""


def make(
    chosen: Globals,
    place: Place,
    console: Console,
    stop: Stop,
    how: How,
    approve: Approve | None = None,
) -> Context:
    """Return what every phase of the workflow is given."""
    from sam_deploy import workflow  # noqa: PLC0415 - boto3 and pydantic

    return workflow.Context(
        project=chosen.project,
        to=replace(
            delivering(place, console, stop, how, approve),
            executor=_executor(chosen.project, place, how.executor),
        ),
        upgrade=how.making.upgrade,
        locked=how.making.locked,
        unsupported=place.unsupported,
        containers=how.making.containers,
    )


def _executor(project: Path, place: Place, name: str) -> Executor:
    """Return who deploys the stacks. Raises `ConfigError` when that one is not there."""
    if name != "sam":
        from sam_deploy.deploy.execute import execute  # noqa: PLC0415 - boto3

        return execute
    from sam_deploy.executor import SamCli, by_sam_cli  # noqa: PLC0415 - seldom used

    return by_sam_cli(SamCli.at(project, place.aws))


def delivering(
    place: Place, console: Console, stop: Stop, how: How, approve: Approve | None = None
) -> Delivering:
    """Return where a manifest goes, and how."""
    from sam_deploy import delivery  # noqa: PLC0415 - boto3
    from sam_deploy.deploy import Options  # noqa: PLC0415 - the same

    return delivery.Delivering(
        aws=place.aws,
        report=console.report,
        stop=stop,
        command=how.command,
        expected_account=place.expected_account,
        options=Options(
            at_once=how.regions_at_once,
            allow_replace=how.allow_replace,
            stop_on_failure=how.stop_on_failure,
            wait=how.wait,
            recreate=how.recreate,
        ),
        approve=approve or delivery.approved,
        take_expired_lock=how.take_expired_lock,
        goes_on_with=how.goes_on_with,
        address=place.address or delivery.as_told,
        after_stack=place.after_stack or delivery.nothing_more,
    )


def refuse_other_environments(chosen: Globals, given: str | None) -> None:
    """Raise `RefusedError` unless it is the first environment that would be deployed to."""
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic
    from sam_deploy.config.tree import first_environment  # noqa: PLC0415 - the same

    app = config.load(chosen.project)
    where = options.chosen_environment(chosen, app, given)
    first = first_environment(app)
    if where not in {"", first}:
        raise RefusedError(
            f"Saved files are not brought to {where}",
            why="watching goes past the stacks, and such drift is for the first environment, "
            f"{first}, alone",
            hint=f"`{options.program()} deploy --watch` watches for {first}",
        )
