from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sam_deploy.aws import Endpoint
from sam_deploy.deploy.preflight import Facts, check
from sam_deploy.errors import RefusedError, SamDeployError, UnreachableError
from sam_deploy.events import Event, Note
from sam_deploy.manifest import Outside

Account = Any
"""The account of the conftest."""
Make = Callable[..., Facts]
OUTSIDE = Outside("noreply@shop.com", "eu-west-1", "shop.com", "Z1D633PJN98FT9")
EVERYTHING = {
    "Api": {
        "Type": "AWS::Lambda::Function",
        "Properties": {"FunctionName": "Api", "ReservedConcurrentExecutions": 5},
    },
    "Orders": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "OrdersDevQ"}},
    "Files": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "shop-files"}},
    "Stage": {
        "Type": "AWS::ApiGateway::Stage",
        "Properties": {"AccessLogSetting": {"DestinationArn": "arn"}},
    },
}


def test_a_deployment_that_changes_nothing_asks_nothing(
    account: Account, make_facts: Make, heard: list[Event]
) -> None:
    """Not one call, whatever the stack holds and the app leans on."""
    facts = make_facts(EVERYTHING, EVERYTHING, outside=OUTSIDE, functions=("Api",))
    check(facts, heard.append)
    assert [] == account.calls
    assert [] == heard


def test_a_text_that_differs_in_nothing_but_letters_asks_for_no_name(
    account: Account, make_facts: Make, heard: list[Event]
) -> None:
    """GetTemplate loses letters beyond ASCII: what counts is what is new, not the text."""
    account.endpoint = Endpoint("embedded")
    changed = EVERYTHING | {"More": {"Type": "AWS::SQS::Queue"}}
    check(make_facts(changed, EVERYTHING, outside=OUTSIDE), heard.append)
    assert [] == account.calls
    assert [] == heard


def test_everything_that_is_in_the_way_is_one_list(
    account: Account, make_facts: Make, heard: list[Event]
) -> None:
    """Taken names, a stuck stack, quotas and a missing zone: told together, exit 5 (R317)."""
    account.answers |= {
        "get_queue_url": {"QueueUrl": "https://sqs/1/OrdersDevQ"},
        "head_bucket": {},
        "get_account_settings": {
            "AccountLimit": {
                "TotalCodeSize": 1,
                "ConcurrentExecutions": 100,
                "UnreservedConcurrentExecutions": 100,
            },
            "AccountUsage": {"TotalCodeSize": 0},
        },
        "get_account": {"ProductionAccessEnabled": True, "cloudwatchRoleArn": ""},
        "list_buckets": {"Buckets": []},
    }
    account.missing = "NoSuchHostedZone"
    account.answers["get_email_identity"] = {"VerifiedForSendingStatus": True}
    account.answers["list_stack_resources"] = {"StackResourceSummaries": []}
    account.answers["describe_stack_resources"] = {"StackResources": []}
    account.answers["get_function_configuration"] = {"Version": "$LATEST"}
    facts = make_facts(EVERYTHING, {}, status="UPDATE_ROLLBACK_FAILED", outside=OUTSIDE)
    with pytest.raises(RefusedError) as raised:
        check(facts, heard.append)
    assert "5 things are in the way of this deployment" == raised.value.what
    text = "\n".join(raised.value.problems)
    for part in (
        "is stuck in UPDATE_ROLLBACK_FAILED",
        "3 names are taken that `shop` needs in `eu-west-1`",
        "queue `OrdersDevQ` (`Orders`)",
        "bucket `shop-files` (`Files`)",
        "function `Api` (`Api`)",
        "Lambda cannot reserve 5 more calls at once",
        "API Gateway may not write logs in `eu-west-1`",
        "Hosted zone `Z1D633PJN98FT9` does not exist",
    ):
        assert part in text


def test_what_may_not_be_asked_stops_nothing(
    account: Account, make_facts: Make, heard: list[Event], refuse: Callable[..., Exception]
) -> None:
    """Every read that the credentials lack is a warning that names the action."""
    for method in ("get_queue_url", "get_account_settings", "get_account", "head_bucket"):
        account.answers[method] = refuse("AccessDenied", "not authorized")
    for method in ("list_buckets", "describe_account_limits", "get_hosted_zone"):
        account.answers[method] = refuse("AccessDenied", "not authorized")
    account.answers["get_email_identity"] = refuse("AccessDeniedException", "not authorized")
    check(make_facts(EVERYTHING, outside=OUTSIDE), heard.append)
    told = [each.message for each in heard if isinstance(each, Note)]
    lacking = {each.split("`")[1] for each in told}
    assert {
        "sqs:GetQueueUrl",
        "s3:ListBucket",
        "lambda:GetAccountSettings",
        "cloudformation:DescribeAccountLimits",
        "s3:ListAllMyBuckets",
        "apigateway:GET",
        "ses:GetEmailIdentity",
        "ses:GetAccount",
        "route53:GetHostedZone",
    } == lacking
    assert {"warning"} == {each.level for each in heard if isinstance(each, Note)}


def test_an_endpoint_that_lacks_an_api_is_nothing_to_tell(
    account: Account, make_facts: Make, heard: list[Event], refuse: Callable[..., Exception]
) -> None:
    """The embedded cloud has no such action; on AWS the same answer is a warning."""
    account.answers["get_queue_url"] = refuse("InvalidAction", "unknown action")
    queue = {"Orders": EVERYTHING["Orders"]}
    account.endpoint = Endpoint("embedded")
    check(make_facts(queue, {}), heard.append)
    assert [] == heard
    account.endpoint = Endpoint("aws")
    check(make_facts(queue, {}), heard.append)
    (told,) = heard
    assert isinstance(told, Note)
    assert told.message.startswith("`sqs:GetQueueUrl` did not work in eu-west-1: InvalidAction")


def test_credentials_that_ended_are_in_the_way(
    account: Account, make_facts: Make, heard: list[Event], refuse: Callable[..., Exception]
) -> None:
    """A warning would let the deployment fail in its middle: exit 8, once."""
    account.answers["get_queue_url"] = refuse("InvalidClientTokenId", "no such key")
    two = dict.fromkeys(("Orders", "Others"), EVERYTHING["Orders"])
    with pytest.raises(SamDeployError) as raised:
        check(make_facts(two, {}), heard.append)
    assert isinstance(raised.value, UnreachableError)


def test_a_region_that_could_not_be_looked_at_is_told_once(
    account: Account, make_facts: Make, heard: list[Event]
) -> None:
    """What the survey has met is its error; no check asks there again."""
    facts = make_facts(EVERYTHING)
    failed = UnreachableError("nobody answers in `eu-west-1`", why="timeout")
    survey = replace(facts.survey, live={}, failed={("shop", "eu-west-1"): failed})
    with pytest.raises(UnreachableError) as raised:
        check(replace(facts, survey=survey), heard.append)
    assert failed is raised.value
    assert [] == account.calls
