"""How a command runs the workflow: what its options say, put together with the place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sam_deploy.cli import console as consoles
from sam_deploy.cli.console import Console
from sam_deploy.cli.options import Globals, Making
from sam_deploy.lanes import Stop

if TYPE_CHECKING:
    from sam_deploy.cli.wiring import Place
    from sam_deploy.workflow import Context

REGIONS_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class How:
    """What the options of a deployment say about how to do it."""

    approved: bool = False
    regions_at_once: int = REGIONS_AT_ONCE
    allow_replace: frozenset[str] = frozenset()
    making: Making = field(default_factory=Making)
    console: Callable[[], Console] = field(default=lambda: consoles.make("auto"))


def make(chosen: Globals, place: Place, console: Console, stop: Stop, how: How) -> Context:
    """Return what every phase of the workflow is given."""
    from sam_deploy import workflow  # noqa: PLC0415 - boto3 and pydantic

    return workflow.Context(
        project=chosen.project,
        aws=place.aws,
        report=console.report,
        stop=stop,
        expected_account=place.expected_account,
        regions_at_once=how.regions_at_once,
        allow_replace=how.allow_replace,
        upgrade=how.making.upgrade,
        locked=how.making.locked,
        unsupported=place.unsupported,
        after_deploy=place.after_deploy or workflow.nothing_more,
        containers=how.making.containers,
    )
