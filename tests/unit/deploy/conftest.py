"""A CloudFormation that plays a script, a journal, and pauses without time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

import pytest

from sam_deploy.aws import (
    Change,
    ChangeSet,
    FailedEvent,
    Stack,
    StackEventRecord,
    StackResource,
)
from sam_deploy.deploy import StackOutcome, StackWork
from sam_deploy.deploy.execute import execute
from sam_deploy.deploy.journal import PlaceEntry
from sam_deploy.deploy.review import review
from sam_deploy.deploy.survey import Place, look_at
from sam_deploy.events import Event
from sam_deploy.lanes import Stop
from sam_deploy.template import Template

T = TypeVar("T")
ARN = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/sd-1/1"
READY = ChangeSet(ARN, "CREATE_COMPLETE", "", (Change("Add", "Role", "AWS::IAM::Role"),))
READS = {"describe_stack", "describe_change_set", "events_since", "last_event", "change_sets"}
READS |= {"resources", "template", "failed_events"}


@dataclass
class _ScriptedStacks:
    """Answers like the gateway of `aws/`; the last entry of each list stays."""

    before: str = ""
    """The status before anything is done; '' is no stack."""
    after: list[str | Stack] = field(default_factory=lambda: ["CREATE_COMPLETE"])
    """The statuses once a change set is executed, look by look."""
    deletion: list[str] = field(default_factory=lambda: ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"])
    """The statuses once the stack is deleted."""
    described: list[ChangeSet] = field(default_factory=lambda: [READY])
    listed: tuple[ChangeSet, ...] = ()
    later: list[tuple[ChangeSet, ...]] = field(default_factory=list)
    """What is listed after each look at it."""
    objections: tuple[FailedEvent, ...] = ()
    """What its checks found wrong with a change set, for as long as that is there."""
    left: tuple[StackResource, ...] = ()
    events: list[tuple[StackEventRecord, ...]] = field(default_factory=list)
    """What each look at the events brings; nothing more at the end."""
    history: tuple[StackEventRecord, ...] = ()
    """All events, for who asks for all."""
    reason: str = ""
    body: str = "something else"
    parameters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    faults: dict[str, list[Exception | None]] = field(default_factory=dict)
    """By call: raised before it is carried out, call by call; None lets one pass."""
    lost: dict[str, list[Exception | None]] = field(default_factory=dict)
    """The same, after it was carried out: its answer is lost."""
    region: str = "eu-west-1"
    calls: list[tuple[object, ...]] = field(default_factory=list)
    previous: list[tuple[str, ...]] = field(default_factory=list)
    """Of each change set: the parameters that keep their values."""
    begun: int = 0
    script: list[str | Stack] | None = None
    """What is played now."""

    def _called(self, name: str, *given: object) -> None:
        self.calls.append((name, *given))
        _raise_next(self.faults.get(name))

    def describe_stack(self, name: str) -> Stack | None:
        self._called("describe_stack", name)
        now = self.before if self.script is None else _next(self.script)
        if isinstance(now, Stack) or not now:
            return now or None
        outputs = {"Url": "https://x"}
        updated = f"2026-01-01T00:00:{self.begun:02}Z"
        return Stack(
            "shop-sam", now, self.reason, outputs, self.parameters, self.tags, "arn:stack", updated
        )

    def template(self, stack: str) -> str:
        self._called("template", stack)
        return self.body

    def create_change_set(
        self,
        stack: str,
        name: str,
        *,
        kind: str,
        template: Mapping[str, str],
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        previous: tuple[str, ...] = (),
    ) -> str:
        self._called("create_change_set", stack, name, kind, template, parameters, tags)
        self.previous.append(previous)
        if kind == "CREATE":
            self.script = ["REVIEW_IN_PROGRESS"]
        _raise_next(self.lost.get("create_change_set"))
        return ARN

    def describe_change_set(self, stack: str, arn: str) -> ChangeSet:
        self._called("describe_change_set", stack, arn)
        return _next(self.described)

    def change_sets(self, stack: str) -> tuple[ChangeSet, ...]:
        self._called("change_sets", stack)
        found = self.listed
        self.listed = self.later.pop(0) if self.later else found
        return found

    def failed_events(self, change_set: str) -> tuple[FailedEvent, ...]:
        self._called("failed_events", change_set)
        gone = any(call[0] == "delete_change_set" for call in self.calls)
        return () if gone else self.objections

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        self._called("resources", stack)
        return self.left

    def execute_change_set(self, stack: str, arn: str, token: str) -> None:
        self._called("execute_change_set", stack, arn, token)
        self.begun += 1
        self.script = list(self.after)
        _raise_next(self.lost.get("execute_change_set"))

    def delete_change_set(self, stack: str, arn: str) -> None:
        self._called("delete_change_set", stack, arn)
        self.listed = tuple(each for each in self.listed if each.arn != arn)

    def delete_stack(self, stack: str, token: str = "", retain: tuple[str, ...] = ()) -> None:
        self._called("delete_stack", stack, token, retain)
        self.begun += 1
        self.script = list(self.deletion)

    def events_since(self, stack: str, last_seen: str) -> tuple[StackEventRecord, ...]:
        self._called("events_since", stack, last_seen)
        if not last_seen:
            return self.history
        return self.events.pop(0) if self.events else ()

    def last_event(self, stack: str) -> str:
        self._called("last_event", stack)
        return "before"

    @property
    def acts(self) -> list[object]:
        """The calls that change something, by name."""
        return [call[0] for call in self.calls if call[0] not in READS]


def _next(script: list[T]) -> T:
    return script.pop(0) if len(script) > 1 else script[0]


def _raise_next(script: list[Exception | None] | None) -> None:
    error = script.pop(0) if script else None
    if error is not None:
        raise error


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


class _Book:
    """Keeps what is put on record."""

    def __init__(self) -> None:
        self.entries: list[PlaceEntry] = []

    def place(self, place: Place, entry: PlaceEntry) -> None:
        """Note how far the only stack has come."""
        assert ("shop-sam", "eu-west-1") == place
        self.entries.append(entry)

    @property
    def states(self) -> list[str]:
        """How far it came, step by step."""
        return [each.state for each in self.entries]


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
def book() -> _Book:
    """An empty journal."""
    return _Book()


@pytest.fixture
def work(
    stacks: _ScriptedStacks,
    bucket: _ScriptedBucket,
    patience: _Patience,
    book: _Book,
    heard: list[Event],
) -> StackWork:
    """What `shop-sam` shall be."""
    return StackWork(
        cloudformation=stacks,  # type: ignore[arg-type] # the calls that are used, played
        bucket=bucket,  # type: ignore[arg-type] # the same
        template=Template("shop-sam", "Resources: {}\n", ("ArtifactBucket",), {}, 1, ()),
        parameters={"ArtifactBucket": "artifacts"},
        tags={"Project": "Shop"},
        report=heard.append,
        stop=patience,
        book=book,
    )


@pytest.fixture
def deployed(work: StackWork) -> Callable[..., StackOutcome]:
    """Looks, reviews and executes as a deployment does; keywords replace what the work says."""

    def deploy(body: str = "", **options: bool) -> StackOutcome:
        wanted = replace(work, **options)  # type: ignore[arg-type] # switches
        if body:
            wanted = replace(wanted, template=replace(work.template, body=body))
        found = review(wanted, look_at(wanted.cloudformation, wanted.name))
        return execute(wanted, found, "token-1")

    return deploy
