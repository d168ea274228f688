"""What CloudFormation answers, as frozen values. Source: CloudFormation API data types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

NO_CHANGES: Final = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack as it stands. `outputs` maps output keys to values."""

    name: str
    status: str
    reason: str
    outputs: Mapping[str, str]
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Name -> value; that of a NoEcho parameter is asterisks, whatever it is."""
    tags: Mapping[str, str] = field(default_factory=dict)
    arn: str = ""
    """Differs from that of an earlier stack of the same name."""
    updated: str = ""
    """When its last operation began (UTC, ISO 8601); changes with each of them."""
    protected: bool = False
    """Termination protection."""


@dataclass(frozen=True, slots=True)
class StackResource:
    """A resource of a stack as it is. Source: ListStackResources."""

    logical_id: str
    physical_id: str
    resource_type: str
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One resource that a change set would touch. `replacement` is True, False or Conditional."""

    action: str
    logical_id: str
    resource_type: str
    replacement: str = ""
    properties: tuple[str, ...] = ()
    """Properties that CloudFormation thinks may make it anew (RequiresRecreation)."""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """A change set as it stands; `empty` when there is nothing to change."""

    arn: str
    status: str
    reason: str
    changes: tuple[Change, ...] = ()
    execution: str = ""
    """AVAILABLE, EXECUTE_IN_PROGRESS, EXECUTE_COMPLETE, OBSOLETE, ...: `ExecutionStatus`."""
    name: str = ""
    created: str = ""
    """UTC, ISO 8601."""

    @property
    def empty(self) -> bool:
        """AWS says "no changes" by a failure with a certain text."""
        return self.status == "FAILED" and any(text in self.reason for text in NO_CHANGES)


@dataclass(frozen=True, slots=True)
class StackEventRecord:
    """One event of a stack. Source: DescribeStackEvents."""

    event_id: str
    logical_id: str
    resource_type: str
    status: str
    reason: str
    token: str
    time: str = ""
    """UTC, ISO 8601."""


@dataclass(frozen=True, slots=True)
class FailedEvent:
    """What a check before any change objects to. Source: DescribeEvents, `OperationEvent`."""

    logical_id: str
    path: str
    """Where in the template, such as /Resources/Queue/Properties/QueueName; '' when not said."""
    reason: str


def stack_of(found: Any) -> Stack:  # noqa: ANN401 - the SDK has no types
    """Return a stack as DescribeStacks tells it."""
    return Stack(
        name=found["StackName"],
        status=found["StackStatus"],
        reason=found.get("StackStatusReason", ""),
        outputs={each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])},
        parameters={
            each["ParameterKey"]: each.get("ParameterValue", "")
            for each in found.get("Parameters", [])
        },
        tags={each["Key"]: each["Value"] for each in found.get("Tags", [])},
        arn=str(found.get("StackId", "")),
        updated=time_of(found.get("LastUpdatedTime") or found.get("CreationTime")),
        protected=bool(found.get("EnableTerminationProtection")),
    )


def resource_of(answer: Any) -> StackResource:  # noqa: ANN401 - the SDK has no types
    """Return a resource as ListStackResources tells it."""
    return StackResource(
        logical_id=answer["LogicalResourceId"],
        physical_id=answer.get("PhysicalResourceId") or "",
        resource_type=answer["ResourceType"],
        status=answer["ResourceStatus"],
        reason=answer.get("ResourceStatusReason") or "",
    )


def time_of(found: datetime | None) -> str:
    """Return a time as text, UTC; empty for none."""
    return found.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if found else ""


def change_of(answer: Any) -> Change:  # noqa: ANN401 - the SDK has no types
    """Return a change as DescribeChangeSet tells it."""
    return Change(
        action=answer["Action"],
        logical_id=answer["LogicalResourceId"],
        resource_type=answer["ResourceType"],
        replacement=answer.get("Replacement") or "",
        properties=tuple(
            dict.fromkeys(
                each["Target"].get("Name", "")
                for each in answer.get("Details") or ()
                if each.get("Target", {}).get("RequiresRecreation", "Never") != "Never"
            )
        ),
    )


def failed_event_of(answer: Any) -> FailedEvent | None:  # noqa: ANN401 - the SDK has no types
    """Return what a check or hook objects to, as DescribeEvents tells it; nothing of a warning."""
    reason = answer.get("ValidationStatusReason") or answer.get("HookStatusReason") or ""
    modes = {answer.get("ValidationFailureMode"), answer.get("HookFailureMode")}
    if not reason or "WARN" in modes:
        return None
    path = answer.get("ValidationPath") or ""
    return FailedEvent(answer.get("LogicalResourceId") or "", path, reason)


def event_of(answer: Any) -> StackEventRecord:  # noqa: ANN401 - the SDK has no types
    """Return an event as DescribeStackEvents tells it."""
    return StackEventRecord(
        event_id=answer["EventId"],
        logical_id=answer["LogicalResourceId"],
        resource_type=answer["ResourceType"],
        status=answer["ResourceStatus"],
        reason=answer.get("ResourceStatusReason") or "",
        token=answer.get("ClientRequestToken") or "",
        time=time_of(answer.get("Timestamp")),
    )
