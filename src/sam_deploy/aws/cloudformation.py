"""CloudFormation: stacks, change sets and events. Source of every call: CloudFormation API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.session import Aws

CAPABILITIES: Final = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
TEMPLATE_BODY_MAX_BYTES: Final = 51_200
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


@dataclass(frozen=True, slots=True)
class StackResource:
    """A resource of a stack; `physical_id` is what AWS calls it, empty until it is made."""

    logical_id: str
    physical_id: str
    resource_type: str


class CloudFormation:
    """CloudFormation in one region."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._client = aws.client("cloudformation", region)

    def describe_stack(self, name: str) -> Stack | None:
        """Return a stack by name or ARN; nothing when it does not exist (DescribeStacks)."""
        try:
            with calling("cloudformation:DescribeStacks", self.region):
                answer = self._client.describe_stacks(StackName=name)
        except AwsCallError as error:
            if error.code == "ValidationError" and "does not exist" in error.message:
                return None
            raise
        found = answer["Stacks"][0]
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
        )

    def template(self, stack: str) -> str:
        """Return the template of a stack as it was sent, JSON or YAML (GetTemplate, Original).

        Letters beyond ASCII come back as question marks.
        """
        with calling("cloudformation:GetTemplate", self.region):
            answer = self._client.get_template(StackName=stack, TemplateStage="Original")
        body = answer["TemplateBody"]
        # the SDK has already read what is JSON
        return body if isinstance(body, str) else json.dumps(body)

    def physical_id(self, stack: str, logical_id: str) -> str | None:
        """Return what AWS calls a resource of a stack; nothing when the stack has not made it.

        Source: DescribeStackResource.
        """
        try:
            with calling("cloudformation:DescribeStackResource", self.region):
                answer = self._client.describe_stack_resource(
                    StackName=stack, LogicalResourceId=logical_id
                )
        except AwsCallError as error:
            if error.code == "ValidationError" and "does not exist" in error.message:
                return None
            raise
        return str(answer["StackResourceDetail"].get("PhysicalResourceId", "")) or None

    def resources(self, stack: str) -> tuple[StackResource, ...] | None:
        """Return what a stack has made; nothing when it does not exist (ListStackResources)."""
        found: list[StackResource] = []
        token: dict[str, str] = {}
        while True:
            try:
                with calling("cloudformation:ListStackResources", self.region):
                    answer = self._client.list_stack_resources(StackName=stack, **token)
            except AwsCallError as error:
                if error.code == "ValidationError" and "does not exist" in error.message:
                    return None
                raise
            found += [
                StackResource(
                    each["LogicalResourceId"],
                    each.get("PhysicalResourceId", ""),
                    each["ResourceType"],
                )
                for each in answer["StackResourceSummaries"]
            ]
            if not answer.get("NextToken"):
                return tuple(found)
            token = {"NextToken": answer["NextToken"]}

    def create_change_set(
        self,
        stack: str,
        name: str,
        *,
        kind: Literal["CREATE", "UPDATE"],
        template: Mapping[str, str],
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
    ) -> str:
        """Create a change set and return its ARN.

        `template` is {"TemplateBody": text} or {"TemplateURL": address}. The name doubles as
        the client token, so that a repeated call after a lost answer makes no second one.
        """
        with calling("cloudformation:CreateChangeSet", self.region):
            answer = self._client.create_change_set(
                StackName=stack,
                ChangeSetName=name,
                ChangeSetType=kind,
                Parameters=[
                    {"ParameterKey": key, "ParameterValue": value}
                    for key, value in sorted(parameters.items())
                ],
                Capabilities=CAPABILITIES,
                Tags=[{"Key": key, "Value": value} for key, value in sorted(tags.items())],
                ClientToken=name,
                **template,
            )
        return str(answer["Id"])

    def describe_change_set(self, stack: str, arn: str) -> ChangeSet:
        """Return a change set with all its changes, page by page (DescribeChangeSet)."""
        changes: list[Change] = []
        token: dict[str, str] = {}
        while True:
            with calling("cloudformation:DescribeChangeSet", self.region):
                answer = self._client.describe_change_set(
                    StackName=stack, ChangeSetName=arn, **token
                )
            changes += [_change(each["ResourceChange"]) for each in answer.get("Changes", [])]
            if not answer.get("NextToken"):
                break
            token = {"NextToken": answer["NextToken"]}
        return ChangeSet(arn, answer["Status"], answer.get("StatusReason") or "", tuple(changes))

    def execute_change_set(self, stack: str, arn: str, token: str) -> None:
        """The change set is being executed; `token` marks its events (ExecuteChangeSet)."""
        with calling("cloudformation:ExecuteChangeSet", self.region):
            self._client.execute_change_set(
                StackName=stack, ChangeSetName=arn, ClientRequestToken=token
            )

    def delete_change_set(self, stack: str, arn: str) -> None:
        """The change set is gone (DeleteChangeSet)."""
        with calling("cloudformation:DeleteChangeSet", self.region):
            self._client.delete_change_set(StackName=stack, ChangeSetName=arn)

    def delete_stack(self, stack: str) -> None:
        """The stack is being deleted (DeleteStack)."""
        with calling("cloudformation:DeleteStack", self.region):
            self._client.delete_stack(StackName=stack)

    def events_since(self, stack: str, last_seen: str) -> tuple[StackEventRecord, ...]:
        """Return the events after `last_seen` (an event id), oldest first.

        Source: DescribeStackEvents, which answers newest first in pages of 100.
        """
        found: list[StackEventRecord] = []
        token: dict[str, str] = {}
        while True:
            with calling("cloudformation:DescribeStackEvents", self.region):
                answer = self._client.describe_stack_events(StackName=stack, **token)
            for each in answer["StackEvents"]:
                if each["EventId"] == last_seen:
                    return tuple(reversed(found))
                found.append(_event(each))
            if not answer.get("NextToken"):
                return tuple(reversed(found))
            token = {"NextToken": answer["NextToken"]}

    def last_event(self, stack: str) -> str:
        """Return the id of the newest event; '' when there is none yet."""
        with calling("cloudformation:DescribeStackEvents", self.region):
            answer = self._client.describe_stack_events(StackName=stack)
        return str(answer["StackEvents"][0]["EventId"]) if answer["StackEvents"] else ""


def _change(answer: Any) -> Change:  # noqa: ANN401 - the SDK has no types
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


def _event(answer: Any) -> StackEventRecord:  # noqa: ANN401 - the SDK has no types
    return StackEventRecord(
        event_id=answer["EventId"],
        logical_id=answer["LogicalResourceId"],
        resource_type=answer["ResourceType"],
        status=answer["ResourceStatus"],
        reason=answer.get("ResourceStatusReason") or "",
        token=answer.get("ClientRequestToken") or "",
    )
