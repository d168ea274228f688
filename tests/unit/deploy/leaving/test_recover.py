"""Recovery against a CloudFormation that plays a script, for what the embedded cloud never does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

import pytest
from botocore.exceptions import ClientError

from sam_deploy.deploy import recover
from sam_deploy.deploy.cases import Wish
from sam_deploy.deploy.ground import Ground
from sam_deploy.errors import IncompleteError, UnreachableError
from sam_deploy.events import Event, RegionFinished
from sam_deploy.lanes import Stop

PLACE = ("shop-sam", "eu-west-1")
ARN = "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop-sam/1"
DAY = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
Json: TypeAlias = dict[str, Any]


@dataclass
class _Stacks:
    """One stack as botocore's client tells it. `then` says what each operation leads to."""

    status: str
    resources: dict[str, Json]
    then: list[Callable[[_Stacks], object]] = field(default_factory=list)
    calls: list[tuple[str, Json]] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)
    fault: Exception | None = None
    """Raised by the next operation, before it is begun."""

    def client(self, service: str, region: str) -> _Stacks:
        assert region == PLACE[1]
        assert service in {"cloudformation", "s3"}
        return self

    def become(self, status: str) -> None:
        """Come to an end."""
        self.status = status
        self.event("shop-sam", "AWS::CloudFormation::Stack", status, "")

    def event(self, logical_id: str, kind: str, status: str, reason: str) -> None:
        """Tell an event."""
        self.events.insert(
            0,
            {
                "EventId": str(len(self.events)),
                "LogicalResourceId": logical_id,
                "ResourceType": kind,
                "ResourceStatus": status,
                "ResourceStatusReason": reason,
            },
        )

    def fail(self, logical_id: str, status: str, reason: str) -> None:
        """Let a resource get stuck."""
        self.resources[logical_id]["ResourceStatus"] = status
        self.event(logical_id, self.resources[logical_id]["ResourceType"], status, reason)

    def describe_stacks(self, StackName: str) -> Json:  # noqa: N803 - boto3's name
        if not self.status:
            message = f"Stack with id {StackName} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "D")
        stack = {"StackName": "shop-sam", "StackStatus": self.status, "StackId": ARN}
        return {"Stacks": [{**stack, "CreationTime": DAY}]}

    def list_stack_resources(self, StackName: str) -> Json:  # noqa: N803 - the same
        assert StackName in {"shop-sam", ARN}
        found = [{"LogicalResourceId": name, **each} for name, each in self.resources.items()]
        return {"StackResourceSummaries": found}

    def get_template(self, StackName: str, TemplateStage: str) -> Json:  # noqa: N803 - the same
        assert (ARN, "Processed") == (StackName, TemplateStage)
        return {"TemplateBody": {"Resources": {}}}

    def list_change_sets(self, StackName: str) -> Json:  # noqa: N803 - the same
        del StackName
        return {"Summaries": []}

    def describe_stack_events(self, StackName: str) -> Json:  # noqa: N803 - the same
        del StackName
        return {"StackEvents": list(self.events)}

    def delete_stack(self, **given: Any) -> None:
        self._begin("delete_stack", given)

    def continue_update_rollback(self, **given: Any) -> None:
        self._begin("continue_update_rollback", given)

    def _begin(self, call: str, given: Json) -> None:
        assert given.pop("ClientRequestToken").startswith("sam-deploy-")
        self.calls.append((call, given))
        fault, self.fault = self.fault, None
        if fault is not None:
            raise fault
        self.then.pop(0)(self)


class _NoTime(Stop):
    """Pauses that take none."""

    def pause(self, seconds: float) -> None:
        del seconds
        super().pause(0)


def role(status: str = "CREATE_COMPLETE", kind: str = "AWS::IAM::Role") -> Json:
    return {"PhysicalResourceId": "shop-role", "ResourceType": kind, "ResourceStatus": status}


def ground(stacks: _Stacks, heard: list[Event] | None = None) -> Ground:
    listen = (heard if heard is not None else []).append
    aws: Any = stacks
    return Ground(aws, "shop", "eu-west-1", "123456789012", listen, _NoTime(), "recover")


def done(stacks: _Stacks, wish: Wish, heard: list[Event] | None = None) -> recover.Recovered:
    where = ground(stacks, heard)
    cases = recover.look(where, (PLACE,), wish)
    recover.guard(cases, wish)
    return recover.carry_out(where, cases, wish)


def stuck(status: str, resource: str, kind: str = "AWS::IAM::Role") -> _Stacks:
    stacks = _Stacks(status, {"Role": role(kind=kind), "Topic": role(kind="AWS::SNS::Topic")})
    stacks.fail("Role", resource, "in use by somebody")
    return stacks


@pytest.mark.fault(35)
def test_a_rollback_is_continued_without_what_is_skipped() -> None:
    """Fault 35: by the ids that were named, and no others; nothing is deleted."""
    stacks, heard = stuck("UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"), list[Event]()
    stacks.then = [lambda s: s.become("UPDATE_ROLLBACK_COMPLETE")]
    result = done(stacks, Wish(skip=frozenset({"Role"})), heard)
    assert {PLACE: "rolled back"} == result.done
    assert [
        ("continue_update_rollback", {"StackName": "shop-sam", "ResourcesToSkip": ["Role"]})
    ] == stacks.calls
    assert ["rolled back"] == [e.outcome for e in heard if isinstance(e, RegionFinished)]


@pytest.mark.fault(35)
def test_a_rollback_that_gets_stuck_again_deletes_nothing() -> None:
    """Fault 35: exit 7 with the new reason and the way on, however often it is tried."""
    stacks = stuck("UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED")

    def again(now: _Stacks) -> None:
        now.fail("Role", "UPDATE_FAILED", "still in use")
        now.become("UPDATE_ROLLBACK_FAILED")

    stacks.then = [again, again]
    for _ in range(2):
        error = done(stacks, Wish()).failed[PLACE]
        assert isinstance(error, IncompleteError)
        assert "`Role` failed: still in use" == error.why
        assert "`--skip Role`" in error.hint
        assert "nothing of it was deleted" in error.state
    assert {"continue_update_rollback"} == {call for call, _ in stacks.calls}


def test_a_refusal_of_aws_is_told_in_its_words() -> None:
    """Only what failed because of a rollback can be skipped; the stack stands as before."""
    stacks = stuck("UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED")
    refusal = {"Error": {"Code": "ValidationError", "Message": "cannot be skipped"}}
    stacks.fault = ClientError(refusal, "ContinueUpdateRollback")
    error = done(stacks, Wish(skip=frozenset({"Role"}))).failed[PLACE]
    assert isinstance(error, IncompleteError)
    assert "cannot be skipped" in error.why


def test_what_is_retained_is_left_out_once_it_could_not_be_deleted() -> None:
    """ROLLBACK_FAILED: CloudFormation takes `RetainResources` in DELETE_FAILED alone."""
    stacks = stuck("ROLLBACK_FAILED", "DELETE_FAILED")

    def once(now: _Stacks) -> None:
        now.fail("Role", "DELETE_FAILED", "in use by somebody")
        now.become("DELETE_FAILED")

    stacks.then = [once, lambda s: s.become("DELETE_COMPLETE")]
    assert {PLACE: "deleted"} == done(stacks, Wish(retain=frozenset({"Role"}))).done
    assert [
        ("delete_stack", {"StackName": ARN}),
        ("delete_stack", {"StackName": ARN, "RetainResources": ["Role"]}),
    ] == stacks.calls


def test_what_could_not_be_deleted_is_retained_at_once() -> None:
    """DELETE_FAILED: one call."""
    stacks = stuck("DELETE_FAILED", "DELETE_FAILED")
    stacks.then = [lambda s: s.become("DELETE_COMPLETE")]
    assert {PLACE: "deleted"} == done(stacks, Wish(retain=frozenset({"Role"}))).done
    assert [
        ("delete_stack", {"StackName": ARN, "RetainResources": ["Role"]}),
    ] == stacks.calls


def test_a_deletion_that_gets_stuck_again_says_why() -> None:
    """Exit 7: what could be deleted is gone; what is in the way is named."""
    stacks = stuck("DELETE_FAILED", "DELETE_FAILED")

    def again(now: _Stacks) -> None:
        now.fail("Role", "DELETE_FAILED", "still in use")
        now.become("DELETE_FAILED")

    stacks.then = [again]
    error = done(stacks, Wish()).failed[PLACE]
    assert isinstance(error, IncompleteError)
    assert "Stack `shop-sam` in `eu-west-1` was not deleted" == error.what
    assert "`Role` failed: still in use" == error.why
    assert "sam-deploy recover --stack shop-sam --region eu-west-1" in error.hint


@pytest.mark.parametrize(
    ("status", "resource"),
    [("UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"), ("DELETE_FAILED", "DELETE_FAILED")],
)
@pytest.mark.fault(28)
def test_credentials_that_end_do_not_end_the_operation(status: str, resource: str) -> None:
    """Fault 28: exit 8, never taken for finished."""
    stacks = stuck(status, resource)
    expired = {"Error": {"Code": "ExpiredToken", "Message": "the token has expired"}}
    stacks.fault = ClientError(expired, "Call")
    error = done(stacks, Wish()).failed[PLACE]
    assert isinstance(error, UnreachableError)
    assert 8 == error.exit_code
