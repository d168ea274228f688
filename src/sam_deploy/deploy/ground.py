"""What commands work with that touch standing stacks without building or rendering anything."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from sam_deploy import provide
from sam_deploy.aws import Aws, CloudFormation, Objects, Records, Stack
from sam_deploy.deploy import promotions
from sam_deploy.deploy.execute import delete
from sam_deploy.deploy.lock import locked
from sam_deploy.deploy.owner import Owner, this_process
from sam_deploy.deploy.patience import Patience
from sam_deploy.deploy.survey import Place
from sam_deploy.deploy.work import StackWork
from sam_deploy.errors import IncompleteError
from sam_deploy.events import Report
from sam_deploy.lanes import Stop
from sam_deploy.template import Template

REGIONS_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Ground:
    """Whose stacks, where, and who listens. `name` is the app's, as artifact buckets have it."""

    aws: Aws
    name: str
    home_region: str
    account: str
    report: Report
    stop: Stop
    command: str
    """As others are told who meet the lock."""
    at_once: int = REGIONS_AT_ONCE

    @property
    def documents(self) -> Records:
        """Where lock and journal are."""
        bucket = self.bucket(self.home_region).bucket
        return Records(self.aws, self.home_region, bucket, self.account)

    def bucket(self, region: str) -> Objects:
        """Return the artifact bucket of a region, whether it exists or not."""
        return provide.artifact_bucket(self.name, self.account, region, self.aws)

    def patience(self, region: str) -> Patience:
        """Return how to wait in a region."""
        return Patience(region, self.report, self.stop)

    def work(self, place: Place) -> StackWork:
        """Return what follows the operations of a stack, whatever its template is."""
        name, region = place
        return StackWork(
            cloudformation=CloudFormation(self.aws, region),
            bucket=self.bucket(region),
            template=Template(name, "", (), {}, 0, ()),
            parameters={},
            tags={},
            report=self.report,
            stop=self.stop,
        )

    @contextlib.contextmanager
    def held(self) -> Iterator[Owner]:
        """Nobody else changes this app while the block runs. Raises `RefusedError` as `locked`."""
        caller = self.aws.caller(self.home_region)
        owner = this_process(self.command, caller.arn or caller.account)
        self.bucket(self.home_region).ensure_bucket()
        with locked(self.documents, self.name, owner, self.stop):
            promotions.refuse_open(self.documents, self.name)
            yield owner


def new_token() -> str:
    """Return what marks the stack events of one operation as ours."""
    return f"sam-deploy-{uuid.uuid4().hex[:20]}"


def take_down(work: StackWork, live: Stack, token: str, retain: tuple[str, ...] = ()) -> None:
    """The stack is gone, but for what is to be retained. Raises `IncompleteError` when it stands.

    Then what CloudFormation could delete is gone, and the rest of the stack is there.
    """
    try:
        delete(work, live, token, retain)
    except IncompleteError as error:
        raise IncompleteError(
            f"Stack `{work.name}` in `{work.region}` was not deleted",
            why=error.why,
            state="what CloudFormation could delete of it is gone; the rest stands",
            hint=error.hint,
        ) from error
