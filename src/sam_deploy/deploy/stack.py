"""One stack in one region: change set, guard, execution, events, outputs."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from sam_deploy.aws import Change, ChangeSet, CloudFormation, Objects, Stack
from sam_deploy.aws.cloudformation import TEMPLATE_BODY_MAX_BYTES, StackEventRecord
from sam_deploy.deploy import guard, status
from sam_deploy.errors import IncompleteError, RefusedError, RolledBackError, SamDeployError
from sam_deploy.events import Note, Report, StackEvent, Waiting
from sam_deploy.lanes import Stop
from sam_deploy.steps import step
from sam_deploy.template import Template

CHANGE_SET_SECONDS: Final = 300.0
STACK_SECONDS: Final = 3600.0
FIRST_POLL_SECONDS: Final = 0.1
SLOWEST_POLL_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class StackOutcome:
    """What came of one stack in one region. `outcome`: created, updated or no changes."""

    stack: str
    region: str
    outcome: Literal["created", "updated", "no changes"]
    changes: tuple[Change, ...]
    outputs: Mapping[str, str]
    seconds: float


@dataclass(slots=True)
class StackDeployment:
    """Deploys one stack; `stop` ends its pauses."""

    cloudformation: CloudFormation
    bucket: Objects
    template: Template
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    report: Report
    stop: Stop
    allow_replace: frozenset[str] = frozenset()
    moved: str = ""
    """The environment that this deployment moves; what else changes is told apart."""

    @property
    def name(self) -> str:
        """Return the stack's name."""
        return self.template.stack_name

    @property
    def region(self) -> str:
        """Return where the stack is."""
        return self.cloudformation.region

    def run(self) -> StackOutcome:
        """The stack is as the template says, or as it was before.

        Raises `RefusedError` before a change, `RolledBackError` after one that was taken back.
        """
        started = time.monotonic()
        with step(self.report, "change set", self.region, self.name) as under_way:
            way = self._prepare()
            arn, change_set = self._change_set("UPDATE" if way == "update" else "CREATE")
            under_way.detail = _summary(change_set.changes)
        with step(self.report, "execute", self.region, self.name) as under_way:
            if change_set.empty:
                self.cloudformation.delete_change_set(self.name, arn)
                under_way.detail = "no changes"
            else:
                self._execute(arn)
                under_way.detail = "created" if way != "update" else "updated"
        with step(self.report, "domains", self.region, self.name) as under_way:
            under_way.detail = "none"
        live = self.cloudformation.describe_stack(self.name)
        return StackOutcome(
            stack=self.name,
            region=self.region,
            outcome=_outcome(way, empty=change_set.empty),
            changes=change_set.changes,
            outputs=live.outputs if live else {},
            seconds=time.monotonic() - started,
        )

    def _prepare(self) -> status.Way:
        """Return how to go on; a stack that never came up is deleted first."""
        live = self.cloudformation.describe_stack(self.name)
        way = status.way_forward(self.name, self.region, live.status if live else "")
        guard.same_first_region(self.name, self.region, live, self.parameters)
        if way == "recreate":
            message = f"`{self.name}` never came up (ROLLBACK_COMPLETE); deleting what is left"
            self.report(Note(message, region=self.region))
            self.cloudformation.delete_stack(self.name)
            self._wait_deleted()
        return way

    def _wait_deleted(self) -> None:
        for _ in self._pauses(STACK_SECONDS, f"`{self.name}` being deleted"):
            live = self.cloudformation.describe_stack(self.name)
            if live is None or live.status == "DELETE_COMPLETE":
                return
            if live.status == "DELETE_FAILED":
                status.way_forward(self.name, self.region, live.status)

    def _change_set(self, kind: Literal["CREATE", "UPDATE"]) -> tuple[str, ChangeSet]:
        digest = hashlib.sha256(
            repr((self.template.body, sorted(self.parameters.items()), time.time_ns())).encode()
        )
        arn = self.cloudformation.create_change_set(
            self.name,
            f"sd-{digest.hexdigest()[:24]}",
            kind=kind,
            template=self._template_argument(),
            parameters=self.parameters,
            tags=self.tags,
        )
        for _ in self._pauses(CHANGE_SET_SECONDS, f"the change set of `{self.name}`"):
            found = self.cloudformation.describe_change_set(self.name, arn)
            if found.status == "CREATE_COMPLETE":
                self._guard(arn, found.changes)
                return arn, found
            if found.empty:
                return arn, found
            if found.status == "FAILED":
                raise self._refused(arn, found.reason)
        raise AssertionError  # pragma: no cover - `_pauses` raises at its end

    def _refused(self, arn: str, reason: str) -> RefusedError:
        self.cloudformation.delete_change_set(self.name, arn)
        return RefusedError(
            f"CloudFormation refused the template of `{self.name}` in `{self.region}`",
            why=reason,
            hint="`sam-deploy template` shows it; correct `deploy.py` and run it again",
        )

    def _template_argument(self) -> dict[str, str]:
        """Send small templates along; put large ones into the bucket first."""
        if len(self.template.body.encode()) <= TEMPLATE_BODY_MAX_BYTES:
            return {"TemplateBody": self.template.body}
        digest = hashlib.sha256(self.template.body.encode()).hexdigest()
        key = f"templates/{self.name}-{digest}.yaml"
        if not self.bucket.has(key, len(self.template.body.encode())):
            self.bucket.put_text(key, self.template.body)
        return {"TemplateURL": f"{self.bucket.url}/{key}"}

    def _guard(self, arn: str, changes: tuple[Change, ...]) -> None:
        lost = [
            change
            for change in guard.losses(changes, self.region)
            if change.logical_id not in self.allow_replace
        ]
        if lost:
            self.cloudformation.delete_change_set(self.name, arn)
            raise guard.refusal(self.name, self.region, lost)
        for words in guard.reaching_others(changes, self.template.origins, self.moved):
            self.report(Note(words, region=self.region))

    def _execute(self, arn: str) -> None:
        token = f"sam-deploy-{time.time_ns():x}"
        before = self.cloudformation.last_event(self.name)
        # the last moment at which stopping leaves the stack as it was
        self.stop.check()
        self.cloudformation.execute_change_set(self.name, arn, token)
        failures: list[StackEventRecord] = []
        last = before
        for _ in self._pauses(STACK_SECONDS, f"`{self.name}` (CloudFormation)"):
            live = self.cloudformation.describe_stack(self.name)
            for event in self.cloudformation.events_since(self.name, last):
                last = event.event_id
                if event.status.endswith("_FAILED"):
                    failures.append(event)
                self.report(_event(self.region, self.name, event))
            if live is not None and not status.in_progress(live.status):
                if live.status == "REVIEW_IN_PROGRESS":
                    continue  # executed, but not yet begun
                if status.succeeded(live.status):
                    return
                raise self._went_wrong(live, failures)

    def _went_wrong(self, live: Stack, failures: list[StackEventRecord]) -> SamDeployError:
        """The first failing event is the cause; what follows are its consequences."""
        cause = next((each for each in failures if "cancelled" not in each.reason.lower()), None)
        why = f"`{cause.logical_id}` failed: {cause.reason}" if cause else live.reason
        why = why or live.status
        what = f"Stack `{self.name}` in `{self.region}`"
        if live.status in {"ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "DELETE_COMPLETE"}:
            made = "created" if live.status != "UPDATE_ROLLBACK_COMPLETE" else "updated"
            return RolledBackError(
                f"{what} was not {made}",
                why=why,
                state="CloudFormation took the change back; every alias is where it was",
                hint="correct the cause, then run the same command again",
            )
        return IncompleteError(
            f"{what} ended as {live.status}",
            why=why,
            state="the aliases were not moved",
            hint=f"`aws cloudformation describe-stack-events --stack-name {self.name} "
            f"--region {self.region}` shows all events",
        )

    def _pauses(self, at_most_seconds: float, what: str) -> Iterator[None]:
        """Yield before each look, waiting longer each time, until the limit.

        Raises `IncompleteError` at the limit, and `StoppedError` when asked to stop.
        """
        deadline, wait = time.monotonic() + at_most_seconds, FIRST_POLL_SECONDS
        told = False
        while time.monotonic() < deadline:
            yield
            # jitter, so that regions and colleagues do not ask in step
            self.stop.pause(wait * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
            wait = min(wait * 1.5, SLOWEST_POLL_SECONDS)
            if wait >= SLOWEST_POLL_SECONDS and not told:
                self.report(Waiting(what, deadline - time.monotonic(), self.region))
                told = True
        raise IncompleteError(
            f"Waited {at_most_seconds:.0f} s for {what} in `{self.region}`",
            why="it has neither succeeded nor failed",
            state="CloudFormation goes on by itself",
            hint="run the same command again; it goes on from there",
        )


def _summary(changes: tuple[Change, ...]) -> str:
    if not changes:
        return "no changes"
    counts = [
        (sum(1 for each in changes if each.action == action), word)
        for action, word in (("Add", "to add"), ("Modify", "to change"), ("Remove", "to remove"))
    ]
    return ", ".join(f"{count} {word}" for count, word in counts if count)


def _outcome(way: str, *, empty: bool) -> Literal["created", "updated", "no changes"]:
    if empty:
        return "no changes"
    return "updated" if way == "update" else "created"


def _event(region: str, stack: str, event: StackEventRecord) -> StackEvent:
    return StackEvent(
        region, stack, event.logical_id, event.resource_type, event.status, event.reason
    )
