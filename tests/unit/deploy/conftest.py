"""A CloudFormation that plays a script, and a patience that does not wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from sam_deploy.aws import Change, ChangeSet, Stack
from sam_deploy.aws.cloudformation import StackEventRecord
from sam_deploy.deploy.stack import StackDeployment
from sam_deploy.events import Event
from sam_deploy.lanes import Stop
from sam_deploy.template import Template

T = TypeVar("T")
ARN = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/sd-1/1"
READY = ChangeSet(ARN, "CREATE_COMPLETE", "", (Change("Add", "Role", "AWS::IAM::Role"),))


@dataclass
class _ScriptedStacks:
    """Answers like the gateway of `aws/`: plays its lists in order; their last entry stays."""

    statuses: list[str] = field(default_factory=lambda: [""])
    """What `describe_stack` tells, call by call; '' is no stack."""
    change_sets: list[ChangeSet] = field(default_factory=lambda: [READY])
    events: list[tuple[StackEventRecord, ...]] = field(default_factory=list)
    """What each look at the events brings; nothing more at the end."""
    reason: str = ""
    region: str = "eu-west-1"
    calls: list[tuple[object, ...]] = field(default_factory=list)

    def describe_stack(self, name: str) -> Stack | None:
        status = _next(self.statuses)
        return Stack(name, status, self.reason, {"Url": "https://x"}) if status else None

    def create_change_set(
        self,
        stack: str,
        name: str,
        *,
        kind: str,
        template: Mapping[str, str],
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
    ) -> str:
        self.calls.append(("create_change_set", stack, kind, template, parameters, tags))
        assert name.startswith("sd-")
        return ARN

    def describe_change_set(self, stack: str, arn: str) -> ChangeSet:
        assert ("shop-sam", ARN) == (stack, arn)
        return _next(self.change_sets)

    def execute_change_set(self, stack: str, arn: str, token: str) -> None:
        assert token
        self.calls.append(("execute_change_set", stack, arn))

    def delete_change_set(self, stack: str, arn: str) -> None:
        self.calls.append(("delete_change_set", stack, arn))

    def delete_stack(self, stack: str) -> None:
        self.calls.append(("delete_stack", stack))

    def events_since(self, stack: str, last_seen: str) -> tuple[StackEventRecord, ...]:
        self.calls.append(("events_since", stack, last_seen))
        return self.events.pop(0) if self.events else ()

    def last_event(self, stack: str) -> str:
        del stack
        return "before"

    @property
    def acts(self) -> list[object]:
        """The calls that change something, by name."""
        return [call[0] for call in self.calls if call[0] != "events_since"]


def _next(script: list[T]) -> T:
    return script.pop(0) if len(script) > 1 else script[0]


@dataclass
class _ScriptedBucket:
    """A bucket that keeps what was put into it."""

    there: dict[str, str] = field(default_factory=dict)
    url: str = "https://s3.eu-west-1.amazonaws.com/artifacts"
    puts: int = 0

    def has(self, key: str, size_bytes: int) -> bool:
        return key in self.there and len(self.there[key].encode()) == size_bytes

    def put_text(self, key: str, text: str) -> None:
        self.puts += 1
        self.there[key] = text


class _Patience(Stop):
    """Notes how long it was asked to wait, and goes on at once."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def pause(self, seconds: float) -> None:
        """Raise when stopped, as the real one does."""
        self.waited.append(seconds)
        super().pause(0)


Deploy = Callable[..., StackDeployment]


@pytest.fixture
def stacks() -> _ScriptedStacks:
    """A CloudFormation in which the stack does not exist; change its script in the test."""
    return _ScriptedStacks()


@pytest.fixture
def bucket() -> _ScriptedBucket:
    """An empty artifact bucket."""
    return _ScriptedBucket()


@pytest.fixture
def patience() -> _Patience:
    """Pauses that take no time."""
    return _Patience()


@pytest.fixture
def deployment(
    stacks: _ScriptedStacks, bucket: _ScriptedBucket, patience: _Patience, heard: list[Event]
) -> Deploy:
    """Makes the deployment of `shop-sam`; keywords replace the template's body and options."""

    def make(body: str = "Resources: {}\n", allow_replace: tuple[str, ...] = ()) -> StackDeployment:
        return StackDeployment(
            cloudformation=stacks,  # type: ignore[arg-type] # the calls that are used, played
            bucket=bucket,  # type: ignore[arg-type] # the same
            template=Template("shop-sam", body, ("ArtifactBucket",), {}, 1, ()),
            parameters={"ArtifactBucket": "artifacts"},
            tags={"Project": "Shop"},
            report=heard.append,
            stop=patience,
            allow_replace=frozenset(allow_replace),
        )

    return make
