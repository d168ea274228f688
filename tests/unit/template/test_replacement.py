"""Which changes make a resource anew, and what that means."""

from __future__ import annotations

from typing import Any

import pytest

from sam_deploy.template.compare.difference import Difference, compare
from sam_deploy.template.compare.replacement import consequence, judge
from sam_deploy.template.document import Resource
from sam_deploy.template.storage import tables


def resource(kind: str, attributes: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": given, **(attributes or {})}


def judged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Difference]:
    before, after = {"Resources": old}, {"Resources": new}
    return {each.name: each for each in judge(compare(before, after, {}), after, {})}


def one(old: dict[str, Any], new: dict[str, Any]) -> Difference:
    return judged({"It": old}, {"It": new})["It"]


def queue(**given: Any) -> dict[str, Any]:
    return resource("AWS::SQS::Queue", **given)


def test_a_property_that_can_only_be_given_at_creation_replaces() -> None:
    """The schema of the resource provider says which; the words say what is lost."""
    found = one(queue(QueueName="a"), queue(QueueName="b"))
    assert ("always", ("QueueName",)) == (found.replacement, found.because)
    assert "replaces the queue: messages in it are lost" == consequence(found)


@pytest.mark.parametrize(("old", "new"), [({}, {"FifoQueue": True}), ({"FifoQueue": True}, {})])
def test_adding_or_removing_it_replaces_too(old: dict[str, Any], new: dict[str, Any]) -> None:
    """As much as changing it."""
    assert "always" == one(queue(**old), queue(**new)).replacement


def test_other_properties_replace_nothing() -> None:
    """And nothing is said of them."""
    found = one(queue(VisibilityTimeout=1), queue(VisibilityTimeout=2))
    assert ("", (), "") == (found.replacement, found.because, consequence(found))


def test_what_only_some_values_replace_is_said_to_be_possible() -> None:
    """`conditionalCreateOnlyProperties`: the change set will tell."""
    key = {"AttributeName": "id", "KeyType": "HASH"}
    found = one(
        resource("AWS::DynamoDB::Table", KeySchema=[key]),
        resource("AWS::DynamoDB::Table", KeySchema=[{**key, "AttributeName": "pk"}]),
    )
    assert "maybe" == found.replacement
    assert "may replace the table: its items are lost" == consequence(found)


def test_a_serverless_resource_is_judged_as_what_it_becomes() -> None:
    """A new function has no promoted versions."""
    kind = "AWS::Serverless::Function"
    found = one(resource(kind, FunctionName="a"), resource(kind, FunctionName="b"))
    assert ("always", ("FunctionName",)) == (found.replacement, found.because)
    assert consequence(found).startswith("replaces the function: its versions are lost")
    kind = "AWS::Serverless::StateMachine"
    found = one(resource(kind, Type="EXPRESS"), resource(kind, Type="STANDARD"))
    assert ("always", "replaces the resource") == (found.replacement, consequence(found))


def test_a_property_deep_inside_replaces_with_what_holds_it() -> None:
    """Adding the whole that holds it is as good as adding itself."""
    kind, holding = "AWS::MSK::Cluster", {"BrokerNodeGroupInfo": {"ClientSubnets": ["a"]}}
    assert "always" == one(resource(kind), resource(kind, **holding)).replacement
    without = {"BrokerNodeGroupInfo": {"InstanceType": "large"}}
    assert "" == one(resource(kind), resource(kind, **without)).replacement


def test_a_kind_that_nobody_knows_replaces_nothing() -> None:
    """Custom resources decide for themselves."""
    assert "" == one(resource("Custom::It", A=1), resource("Custom::It", A=2)).replacement


def test_another_type_is_refused_by_cloudformation() -> None:
    """A logical id keeps its type for life."""
    found = one(queue(), resource("AWS::SNS::Topic"))
    assert ("always", ("Type",)) == (found.replacement, found.because)
    assert "refuses to change the type" in consequence(found)


def test_what_names_a_replaced_resource_is_replaced_with_it() -> None:
    """Through as many steps as it takes; a property that can be changed passes nothing on."""

    def stack(name: str) -> dict[str, Any]:
        return {
            "Function": resource("AWS::Serverless::Function", FunctionName=name),
            "Alias": resource("AWS::Lambda::Alias", Name="prod", FunctionName={"Ref": "Function"}),
            "Permission": resource("AWS::Lambda::Permission", FunctionName={"Ref": "Alias"}),
            "Mapping": resource("AWS::Lambda::EventSourceMapping", FunctionName={"Ref": "Alias"}),
            "Queue": queue(QueueName="q"),
        }

    found = judged(stack("a"), stack("b"))
    assert {
        "Function": ("FunctionName",),
        "Alias": ("Function",),
        "Permission": ("Alias",),
    } == {name: each.because for name, each in found.items() if each.replacement}
    assert () == found["Alias"].properties
    assert {"Function", "Alias", "Permission"} == set(found)


def test_a_change_becomes_a_replacement_by_what_it_names() -> None:
    """A resource that changes anyway is listed once."""

    def stack(name: str, memory: int) -> dict[str, Any]:
        return {
            "Api": resource("AWS::Lambda::Function", FunctionName=name),
            "Alias": resource(
                "AWS::Lambda::Alias", Name="dev", FunctionName={"Ref": "Api"}, Description=memory
            ),
        }

    found = judged(stack("a", 1), stack("b", 2))
    assert ("always", ("Api",)) == (found["Alias"].replacement, found["Alias"].because)
    assert 1 == len(found["Alias"].properties)


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ({}, "removes the bucket: the app loses its objects"),
        (
            {"DeletionPolicy": "Retain"},
            "the app loses the bucket; it stays in the account, outside of the stack",
        ),
        (
            {"DeletionPolicy": "RetainExceptOnCreate"},
            "the app loses the bucket; it stays in the account, outside of the stack",
        ),
        (
            {"DeletionPolicy": "Snapshot"},
            "removes the bucket; a snapshot of it stays in the account",
        ),
    ],
)
def test_a_removal_says_what_is_lost(policy: dict[str, Any], words: str) -> None:
    """Unless the template keeps it."""
    old = {"It": resource("AWS::S3::Bucket", policy)}
    assert words == consequence(judged(old, {})["It"])


def test_a_table_as_apps_have_it_is_not_lost_with_its_declaration() -> None:
    """What we write keeps it, so no items are said to be lost."""
    made = Resource("AWS::DynamoDB::Table", {}, retention=tables.RETENTION).as_json()
    words = consequence(judged({"It": made}, {})["It"])
    assert "the app loses the table; it stays in the account, outside of the stack" == words


def test_a_retained_resource_stays_when_it_is_replaced() -> None:
    """Beside the new one, unused."""
    kept = {"UpdateReplacePolicy": "Retain"}
    found = one(
        resource("AWS::S3::Bucket", kept, BucketName="a"),
        resource("AWS::S3::Bucket", kept, BucketName="b"),
    )
    assert consequence(found).endswith("the old one stays, outside of the stack")


def test_what_holds_nothing_goes_without_words() -> None:
    """A removed policy loses nothing; neither does an output, or what is new."""
    found = judged({"It": resource("AWS::IAM::Policy")}, {"New": queue()})
    assert ("", "") == (consequence(found["It"]), consequence(found["New"]))
    assert "" == consequence(Difference("Outputs", "Url", "remove", {}, None))
