"""Where a manifest goes, and how: what the command line has decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sam_deploy import broker
from sam_deploy.aws import Aws
from sam_deploy.deploy import Options, Review, StackOutcome
from sam_deploy.deploy.engine import Executor
from sam_deploy.deploy.execute import execute
from sam_deploy.events import Report
from sam_deploy.lanes import Stop
from sam_deploy.manifest import Manifest
from sam_deploy.template import Template

AfterStack = Callable[[Template, StackOutcome, Report], None]
"""Is given a template and what came of it in one region."""
Approve = Callable[[Manifest, Sequence[Review]], None]
"""Is shown what would change; raises `RefusedError` unless it may."""


def nothing_more(template: Template, outcome: StackOutcome, report: Report) -> None:
    """Do nothing: on AWS a stack that stands is all there is to do."""
    del template, outcome, report


def approved(manifest: Manifest, reviews: Sequence[Review]) -> None:
    """Agree to everything."""
    del manifest, reviews


def as_told(region: str, url: str) -> str:
    """Reach an API where its stack says it is."""
    del region
    return url


@dataclass(frozen=True, slots=True)
class Delivering:
    """Where a manifest goes, and how."""

    aws: Aws
    report: Report
    stop: Stop
    command: str = "deploy"
    """As others are told who meet the lock."""
    expected_account: str = ""
    options: Options = field(default_factory=Options)
    approve: Approve = approved
    after_stack: AfterStack = nothing_more
    """What the place needs done when a stack stands, before anything is released."""
    executor: Executor = execute
    take_expired_lock: bool = False
    goes_on_with: tuple[str, int] | None = None
    """Id and epoch of the journal that is meant; another one is refused."""
    address: Callable[[str, str], str] = as_told
    """(region, address of a stage as the stack tells it) -> where it is reached from here."""

    def through_broker(self, manifest: Manifest) -> Delivering:
        """Return the same, but the app's broker moves aliases, when it has one."""
        where = manifest.outside.broker
        return replace(self, aws=broker.through(self.aws, where, manifest.home_region))
