from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy.cli.terminal.errors import show_error
from sam_deploy.deploy.preflight import Facts, Finding, one_error
from sam_deploy.deploy.preflight.changing import changing
from sam_deploy.deploy.preflight.collisions import collisions
from sam_deploy.deploy.preflight.named import new_names
from sam_deploy.errors import SamDeployError
from sam_deploy.template import Origin

Account = Any
"""The account of the conftest."""
Make = Callable[..., Facts]
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "OrdersDevQ"}}
BUCKET = {
    "Type": "AWS::S3::Bucket",
    "Properties": {"BucketName": {"Fn::Sub": "shop-files-${AWS::AccountId}${RegionSuffix}"}},
}
PARAMETERS = {"RegionSuffix": {"Type": "String", "Default": ""}}
ORIGINS = {
    "Orders": Origin('queues["Orders"]', 12, "dev"),
    "Files": Origin('buckets["shop-files"]', 15, "dev"),
}


def errors(found: list[Finding]) -> list[SamDeployError]:
    return [each.error for each in found if each.error is not None]


def screen(error: SamDeployError) -> str:
    shown = io.StringIO()
    show_error(error, shown)
    return shown.getvalue()


def test_names_that_are_taken_are_one_error_with_the_ways_out(
    account: Account, make_facts: Make
) -> None:
    """Each with its kind, logical id, place in `deploy.py` and holder (R317)."""
    account.answers |= {
        "get_queue_url": {"QueueUrl": "https://sqs/1/OrdersDevQ"},
        "head_bucket": {},
        "describe_stack_resources": lambda **_: {"StackResources": [{"StackName": "old-shop"}]},
    }
    facts = make_facts(
        {"Orders": QUEUE, "Files": BUCKET},
        origins=ORIGINS,
        Parameters=PARAMETERS,
        parameters=("RegionSuffix",),
    )
    (error,) = errors(list(collisions(facts)))
    assert 5 == error.exit_code
    expected = """\
error: 2 names are taken that `shop` needs in `eu-west-1`
  why: CloudFormation would fail halfway with AlreadyExists, and take everything back
  - queue `OrdersDevQ` (`Orders`, queues["Orders"], deploy.py:12): made by stack `old-shop`
  - bucket `shop-files-123456789012` (`Files`, buckets["shop-files"], deploy.py:15): \
made by stack `old-shop`

hint: use what is there by `existing=True`, choose another name, delete what nobody needs any \
more, or take it into the stack by a CloudFormation import
"""
    assert expected == screen(error)


REST = (
    "choose another name, delete what nobody needs any more (`sam-deploy destroy --delete-data "
    "NAME` for what an earlier one left), or take it into the stack by a CloudFormation import"
)
SOME = f"use what is there by `existing=True` (but `shop-files-123456789012`: `on_upload`), {REST}"


@pytest.mark.parametrize(("listened_to", "hint"), [(("Files", "More"), REST), (("Files",), SOME)])
def test_a_bucket_with_a_trigger_is_not_taken_over(
    account: Account,
    make_facts: Make,
    refuse: Callable[..., Exception],
    listened_to: tuple[str, ...],
    hint: str,
) -> None:
    """What an earlier `destroy` left has no stack; `existing=True` would be the next refusal."""
    account.answers |= {
        "head_bucket": {},
        "describe_stack_resources": refuse("ValidationError"),
    }
    calls = {"LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": {"Ref": "X"}}]}
    more = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "shop-more"}}
    buckets: dict[str, Any] = {"Files": BUCKET, "More": more}
    for name in listened_to:
        notified = {**buckets[name]["Properties"], "NotificationConfiguration": calls}
        buckets[name] = buckets[name] | {"Properties": notified}
    facts = make_facts(
        buckets, origins=ORIGINS, Parameters=PARAMETERS, parameters=("RegionSuffix",)
    )
    (error,) = errors(list(collisions(facts)))
    assert hint == error.hint


def test_a_bucket_of_somebody_else_is_told_from_one_that_may_not_be_looked_at(
    account: Account, make_facts: Make, refuse: Callable[..., Exception]
) -> None:
    """403 alone is no proof: only where a name that nobody has is answered by 404 is it one."""
    facts = make_facts({"Files": BUCKET}, Parameters=PARAMETERS, parameters=("RegionSuffix",))
    account.answers["head_bucket", "shop-files-123456789012"] = refuse("403")
    account.missing = "404"
    (error,) = errors(list(collisions(facts)))
    (line,) = error.problems
    assert line.endswith("(`Files`): in another AWS account")
    account.answers["head_bucket"] = refuse("403")
    (found,) = collisions(facts)
    assert None is found.error
    expected = (
        "the credentials may not call `s3:ListBucket` in eu-west-1; "
        "nobody has looked whether names are taken"
    )
    assert expected == found.warning


def test_names_are_those_of_each_region(account: Account, make_facts: Make) -> None:
    """The suffix of buckets outside of the home region is a parameter (C06)."""
    facts = make_facts(
        {"Files": BUCKET},
        regions=("eu-west-1", "us-east-1"),
        Parameters=PARAMETERS,
        parameters=("RegionSuffix",),
    )
    assert [] == list(collisions(facts))
    asked = {(region, given["Bucket"]) for region, _, given in account.calls}
    expected = {
        ("eu-west-1", "shop-files-123456789012"),
        ("us-east-1", "shop-files-123456789012-us-east-1"),
    }
    assert expected == asked


def test_what_the_stack_has_already_is_not_asked_for(account: Account, make_facts: Make) -> None:
    """Only a new queue costs a call, and only a free name is no finding."""
    new = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "PaymentsDevQ"}}
    facts = make_facts({"Orders": QUEUE, "Payments": new}, {"Orders": QUEUE})
    assert [] == list(collisions(facts))
    assert [("eu-west-1", "get_queue_url", {"QueueName": "PaymentsDevQ"})] == account.calls


def test_what_a_failed_update_has_left_in_the_stack_is_its_own(
    account: Account, make_facts: Make
) -> None:
    """ListStackResources is asked only when something was found; the deployed text lacks it."""
    account.answers["get_queue_url"] = {"QueueUrl": "https://sqs/1/OrdersDevQ"}
    held = {
        "LogicalResourceId": "Orders",
        "PhysicalResourceId": "https://sqs/1/OrdersDevQ",
        "ResourceType": "AWS::SQS::Queue",
        "ResourceStatus": "CREATE_COMPLETE",
    }
    account.answers["list_stack_resources"] = {"StackResourceSummaries": [held]}
    facts = make_facts({"Orders": QUEUE}, {}, status="UPDATE_FAILED")
    assert [] == list(collisions(facts))
    account.answers["list_stack_resources"] = {
        "StackResourceSummaries": [held | {"ResourceStatus": "DELETE_COMPLETE"}]
    }
    assert 1 == len(errors(list(collisions(facts))))


def test_a_name_that_moves_to_another_logical_id_is_taken_by_its_own_stack(
    make_facts: Make,
) -> None:
    """CloudFormation makes the new one before it removes the old: no call is needed to know."""
    facts = make_facts({"Renamed": QUEUE}, {"Orders": QUEUE})
    (error,) = errors(list(collisions(facts)))
    expected = (
        "queue `OrdersDevQ` (`Renamed`): `Orders` of this stack has it, and goes only afterwards"
    )
    assert (expected,) == error.problems
    assert "existing=True" not in error.hint


def test_one_role_of_two_regions_cannot_be_made_twice(account: Account, make_facts: Make) -> None:
    """Role names are global in an account, whether one is there or not."""
    account.missing = "NoSuchEntity"
    role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "shop"}}
    facts = make_facts({"Role": role}, regions=("eu-west-1", "us-east-1"))
    (error,) = errors(list(collisions(facts)))
    assert "Role `shop` would be made 2 times" == error.what
    assert "by `shop` in `eu-west-1`, `shop` in `us-east-1`" in error.why


def test_resources_of_other_regions_and_unknown_names_are_left_out(make_facts: Make) -> None:
    """Conditions count; what only AWS knows (an attribute, a new bus) is no name to ask for."""
    resources = {
        "Elsewhere": QUEUE | {"Condition": "Never"},
        "Here": QUEUE | {"Condition": "Always"},
        "Perhaps": {
            "Type": "AWS::ApiGatewayV2::DomainName",
            "Condition": "Later",
            "Properties": {"DomainName": "api.example.com"},
        },
        "Attribute": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"TopicName": {"Fn::GetAtt": ["Here", "QueueName"]}},
        },
        "OnNewBus": {
            "Type": "AWS::Events::Rule",
            "Properties": {"Name": "rule", "EventBusName": {"Ref": "Bus"}},
        },
        "OnDefault": {"Type": "AWS::Events::Rule", "Properties": {"Name": "rule"}},
        "Fn::ForEach::Loop": ["Name", ["a"], {}],
        "Unnamed": {"Type": "AWS::SQS::Queue"},
    }
    conditions = {
        "Never": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]},
        "Always": {"Fn::Not": [{"Condition": "Never"}]},
        "Later": {"Fn::Not": [{"Fn::Equals": [{"Ref": "ApiDevCertificateArn"}, ""]}]},
    }
    certificates = {"ApiDevCertificateArn": {"Type": "String", "Default": ""}}
    facts = make_facts(resources, Conditions=conditions, Parameters=certificates)
    (change,) = changing(facts)
    assert [
        ("queue", "OrdersDevQ", "", True),
        ("custom domain", "api.example.com", "", False),
        ("rule", "rule", "default", True),
    ] == [(each.thing, each.name, each.group, each.certain) for each in new_names(change)]


def test_a_domain_that_waits_for_its_certificate_is_a_warning(
    account: Account, make_facts: Make
) -> None:
    """It is not made by this deployment, so that nothing is in the way yet."""
    account.answers["get_domain_name"] = {}
    domain = {
        "Type": "AWS::ApiGatewayV2::DomainName",
        "Condition": "Later",
        "Properties": {"DomainName": "api.example.com"},
    }
    facts = make_facts(
        {"Domain": domain},
        Conditions={"Later": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Certificate"}, ""]}]}},
        Parameters={"Certificate": {"Type": "String", "Default": ""}},
    )
    (found,) = collisions(facts)
    expected = "custom domain `api.example.com` (`Domain`) exists already; `shop` could not make it"
    assert expected == found.warning


def test_log_groups_and_parameters_are_asked_for_together(
    account: Account, make_facts: Make
) -> None:
    """Twenty-five of each cost one call and three: DescribeLogGroups takes ten a second."""
    names = [f"{number:02}" for number in range(25)]
    account.answers["describe_log_groups"] = {
        "logGroups": [{"logGroupName": "/aws/lambda/07"}, {"logGroupName": "/aws/lambda/99"}]
    }
    account.answers["get_parameters"] = lambda Names, **_: {  # noqa: N803 - AWS's name
        "Parameters": [{"Name": each} for each in Names if each == "/shop/03"]
    }
    groups = {
        f"Log{name}": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": f"/aws/lambda/{name}"},
        }
        for name in names
    }
    settings = {
        f"Setting{name}": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": f"/shop/{name}"}}
        for name in names
    }
    (error,) = errors(list(collisions(make_facts({**groups, **settings}))))
    assert (
        "log group `/aws/lambda/07` (`Log07`)",
        "parameter `/shop/03` (`Setting03`)",
    ) == error.problems
    counts = account.counts
    assert (1, 3) == (counts["describe_log_groups"], counts["get_parameters"])


def test_log_groups_beyond_the_first_page_are_asked_for_one_by_one(
    account: Account, make_facts: Make
) -> None:
    """A page answers for the names up to its last one."""
    account.answers["describe_log_groups", "/"] = {
        "logGroups": [{"logGroupName": "/a"}, {"logGroupName": "/m"}],
        "nextToken": "more",
    }
    account.answers["describe_log_groups"] = {"logGroups": [{"logGroupName": "/z"}]}
    groups = {
        name: {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": f"/{name}"}}
        for name in ("b", "m", "z")
    }
    (error,) = errors(list(collisions(make_facts(groups))))
    assert ("log group `/m` (`m`)", "log group `/z` (`z`)") == error.problems
    asked = [given["logGroupNamePrefix"] for _, name, given in account.calls if "log" in name]
    assert ["/", "/z"] == asked


@pytest.mark.parametrize(
    ("kind", "properties", "method", "answer", "given"),
    [
        ("Lambda::Function", {"FunctionName": "f"}, "get_function_configuration", {}, "f"),
        ("DynamoDB::Table", {"TableName": "t"}, "describe_table", {}, "t"),
        ("SNS::Topic", {"TopicName": "n"}, "get_topic_attributes", {}, "n"),
        ("Events::EventBus", {"Name": "b"}, "describe_event_bus", {}, "b"),
        ("Events::Rule", {"Name": "r", "EventBusName": "b"}, "describe_rule", {}, "r"),
        ("Scheduler::Schedule", {"Name": "s"}, "get_schedule", {}, "s"),
        ("SecretsManager::Secret", {"Name": "/s"}, "describe_secret", {"ARN": "arn"}, "/s"),
        (
            "Cognito::UserPoolDomain",
            {"Domain": "d"},
            "describe_user_pool_domain",
            {"DomainDescription": {"Domain": "d"}},
            "d",
        ),
        ("ApiGateway::DomainName", {"DomainName": "api.x"}, "get_domain_name", {}, "api.x"),
        ("IAM::Role", {"RoleName": "role"}, "get_role", {}, "role"),
    ],
)
def test_every_kind_of_name_is_asked_for_in_its_own_way(
    account: Account,
    make_facts: Make,
    kind: str,
    properties: dict[str, str],
    method: str,
    answer: dict[str, Any],
    given: str,
) -> None:
    """One call each, and what it finds is told."""
    account.answers[method] = answer
    resource = {"Type": f"AWS::{kind}", "Properties": properties}
    (error,) = errors(list(collisions(make_facts({"It": resource}))))
    assert f"`{given}` (`It`)" in error.problems[0]
    assert 1 == account.counts[method]


def test_errors_of_two_regions_come_in_one_list(account: Account, make_facts: Make) -> None:
    """All of it at once: what the preflight says is said once (R317)."""
    account.answers["get_queue_url"] = {"QueueUrl": "https://sqs/1/OrdersDevQ"}
    facts = make_facts({"Orders": QUEUE}, regions=("eu-west-1", "us-east-1"))
    error = one_error(errors(list(collisions(facts))))
    assert "2 things are in the way of this deployment" == error.what
    text = screen(error)
    for region in ("eu-west-1", "us-east-1"):
        assert f"1 name is taken that `shop` needs in `{region}`" in text
    assert 2 == text.count("queue `OrdersDevQ` (`Orders`)")


def test_many_queues_are_one_list(account: Account, make_facts: Make) -> None:
    """One call a region; by name where they may not be listed, or where a page is not enough."""
    queues = {
        name: {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}} for name in ("A", "B")
    }
    account.answers["list_queues"] = {"QueueUrls": ["https://sqs/1/B", "https://sqs/1/C"]}
    (error,) = errors(list(collisions(make_facts(queues))))
    assert ("queue `B` (`B`)",) == error.problems
    assert {"list_queues": 1, "describe_stack_resources": 1} == account.counts


@pytest.mark.parametrize("why", ["denied", "more"])
def test_queues_that_cannot_be_listed_are_asked_for_by_name(
    account: Account, make_facts: Make, refuse: Callable[..., Exception], why: str
) -> None:
    """The answer is the same."""
    more = {"QueueUrls": ["https://sqs/1/X"], "NextToken": "more"}
    account.answers["list_queues"] = refuse("AccessDenied") if why == "denied" else more
    account.answers["get_queue_url", "B"] = {"QueueUrl": "https://sqs/1/B"}
    queues = {
        name: {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}} for name in ("A", "B")
    }
    (error,) = errors(list(collisions(make_facts(queues))))
    assert ("queue `B` (`B`)",) == error.problems
    assert 2 == account.counts["get_queue_url"]
