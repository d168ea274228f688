"""CloudFormation: stacks, change sets and events. Source of every call: CloudFormation API."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any, Final, Literal

from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.session import Aws
from sam_deploy.aws.stack_values import (
    Change,
    ChangeSet,
    FailedEvent,
    Stack,
    StackEventRecord,
    StackResource,
    change_of,
    event_of,
    failed_event_of,
    resource_of,
    stack_of,
    time_of,
)

CAPABILITIES: Final = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
TEMPLATE_BODY_MAX_BYTES: Final = 51_200


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
        return stack_of(answer["Stacks"][0])

    def stacks(self) -> tuple[Stack, ...]:
        """Return every stack of the region that is there, whosever it is (DescribeStacks)."""
        found: list[Stack] = []
        token: dict[str, str] = {}
        while True:
            with calling("cloudformation:DescribeStacks", self.region):
                answer = self._client.describe_stacks(**token)
            found += [stack_of(each) for each in answer["Stacks"]]
            if not answer.get("NextToken"):
                return tuple(each for each in found if each.status != "DELETE_COMPLETE")
            token = {"NextToken": answer["NextToken"]}

    def template(self, stack: str) -> str:
        """Return the template of a stack as it was sent, JSON or YAML (GetTemplate, Original).

        Letters beyond ASCII come back as question marks.
        """
        with calling("cloudformation:GetTemplate", self.region):
            answer = self._client.get_template(StackName=stack, TemplateStage="Original")
        body = answer["TemplateBody"]
        # the SDK has already read what is JSON
        return body if isinstance(body, str) else json.dumps(body)

    def processed_template(self, stack: str) -> str:
        """Return the template as CloudFormation carries it out, transforms done, as JSON or YAML.

        Source: GetTemplate, Processed.
        """
        with calling("cloudformation:GetTemplate", self.region):
            answer = self._client.get_template(StackName=stack, TemplateStage="Processed")
        body = answer["TemplateBody"]
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

    def create_change_set(
        self,
        stack: str,
        name: str,
        *,
        kind: Literal["CREATE", "UPDATE"],
        template: Mapping[str, str],
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        previous: tuple[str, ...] = (),
    ) -> str:
        """Create a change set and return its ARN.

        `template` is {"TemplateBody": text} or {"TemplateURL": address}; parameters in `previous`
        keep the value that the stack has. A token of its own makes the SDK's tries one call.
        """
        with calling("cloudformation:CreateChangeSet", self.region):
            answer = self._client.create_change_set(
                StackName=stack,
                ChangeSetName=name,
                ChangeSetType=kind,
                Parameters=[
                    {"ParameterKey": key, "ParameterValue": value}
                    for key, value in sorted(parameters.items())
                ]
                + [{"ParameterKey": name, "UsePreviousValue": True} for name in previous],
                Capabilities=CAPABILITIES,
                Tags=[{"Key": key, "Value": value} for key, value in sorted(tags.items())],
                ClientToken=uuid.uuid4().hex,
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
            changes += [change_of(each["ResourceChange"]) for each in answer.get("Changes", [])]
            if not answer.get("NextToken"):
                break
            token = {"NextToken": answer["NextToken"]}
        return ChangeSet(
            str(answer.get("ChangeSetId") or arn),
            answer["Status"],
            answer.get("StatusReason") or "",
            tuple(changes),
            answer.get("ExecutionStatus") or "",
            answer.get("ChangeSetName") or "",
        )

    def failed_events(self, change_set: str) -> tuple[FailedEvent, ...]:
        """Return what CloudFormation's own checks and hooks object to in a change set, by its ARN.

        Its own reason names such checks, and not what they found. Source: DescribeEvents,
        `FailedEvents`.
        """
        found: list[FailedEvent] = []
        token: dict[str, str] = {}
        while True:
            with calling("cloudformation:DescribeEvents", self.region):
                answer = self._client.describe_events(
                    ChangeSetName=change_set, Filters={"FailedEvents": True}, **token
                )
            found += filter(None, map(failed_event_of, answer.get("OperationEvents", [])))
            if not answer.get("NextToken"):
                return tuple(dict.fromkeys(found))
            token = {"NextToken": answer["NextToken"]}

    def change_sets(self, stack: str) -> tuple[ChangeSet, ...]:
        """Return the change sets of a stack, without their changes (ListChangeSets)."""
        found: list[ChangeSet] = []
        token: dict[str, str] = {}
        while True:
            try:
                with calling("cloudformation:ListChangeSets", self.region):
                    answer = self._client.list_change_sets(StackName=stack, **token)
            except AwsCallError as error:
                if error.code == "ValidationError" and "does not exist" in error.message:
                    return ()
                raise
            found += [
                ChangeSet(
                    str(each["ChangeSetId"]),
                    each["Status"],
                    each.get("StatusReason") or "",
                    (),
                    each.get("ExecutionStatus") or "",
                    each["ChangeSetName"],
                    time_of(each.get("CreationTime")),
                )
                for each in answer.get("Summaries", [])
            ]
            if not answer.get("NextToken"):
                return tuple(found)
            token = {"NextToken": answer["NextToken"]}

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

    def delete_stack(self, stack: str, token: str = "", retain: tuple[str, ...] = ()) -> None:
        """The stack is being deleted; `token` marks its events (DeleteStack).

        `retain` leaves out resources that could not be deleted before (DELETE_FAILED only).
        """
        arguments: dict[str, Any] = {"ClientRequestToken": token} if token else {}
        if retain:
            arguments["RetainResources"] = list(retain)
        with calling("cloudformation:DeleteStack", self.region):
            self._client.delete_stack(StackName=stack, **arguments)

    def continue_update_rollback(self, stack: str, token: str, skip: tuple[str, ...] = ()) -> None:
        """A rollback that got stuck goes on, without the resources to `skip`.

        Source: ContinueUpdateRollback.
        """
        arguments = {"ResourcesToSkip": list(skip)} if skip else {}
        with calling("cloudformation:ContinueUpdateRollback", self.region):
            self._client.continue_update_rollback(
                StackName=stack, ClientRequestToken=token, **arguments
            )

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        """Return what a stack holds, what is deleted or left behind included.

        Empty when it does not exist. Source: ListStackResources.
        """
        found: list[StackResource] = []
        token: dict[str, str] = {}
        while True:
            try:
                with calling("cloudformation:ListStackResources", self.region):
                    answer = self._client.list_stack_resources(StackName=stack, **token)
            except AwsCallError as error:
                if error.code == "ValidationError" and "does not exist" in error.message:
                    return ()
                raise
            found += [resource_of(each) for each in answer.get("StackResourceSummaries", [])]
            if not answer.get("NextToken"):
                return tuple(found)
            token = {"NextToken": answer["NextToken"]}

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
                found.append(event_of(each))
            if not answer.get("NextToken"):
                return tuple(reversed(found))
            token = {"NextToken": answer["NextToken"]}

    def last_event(self, stack: str) -> str:
        """Return the id of the newest event; '' when there is none yet."""
        with calling("cloudformation:DescribeStackEvents", self.region):
            answer = self._client.describe_stack_events(StackName=stack)
        return str(answer["StackEvents"][0]["EventId"]) if answer["StackEvents"] else ""
