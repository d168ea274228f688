from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy.aws import Endpoint
from sam_deploy.aws.prerequisites import LambdaAccount
from sam_deploy.deploy.preflight import Facts
from sam_deploy.deploy.preflight.limits import (
    buckets_fit,
    code_size,
    concurrency,
    limits,
    stacks_fit,
)

Account = Any
"""The account of the conftest."""
Make = Callable[..., Facts]
GIGABYTE = 1_000_000_000


def function(reserved: int | None = None, key: str = "one.zip") -> dict[str, Any]:
    properties: dict[str, Any] = {"Code": {"S3Key": key}}
    if reserved is not None:
        properties["ReservedConcurrentExecutions"] = reserved
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


def lambda_account(unreserved: int = 1000, *, most: int = 1000, code: int = 0) -> LambdaAccount:
    return LambdaAccount(most, unreserved, code, 75 * GIGABYTE)


@pytest.mark.parametrize(
    ("unreserved", "most", "more", "fits"),
    [
        (1000, 1000, 900, True),
        (1000, 1000, 901, False),
        (150, 1000, 50, True),
        (150, 1000, 51, False),
        (10, 10, 1, False),
        (50, 1000, 0, True),
        (50, 1000, -5, True),
    ],
)
def test_a_hundred_calls_at_once_stay_free(
    unreserved: int, most: int, more: int, *, fits: bool
) -> None:
    """All there is in small accounts. What this deployment does not change is not its business."""
    found = list(concurrency("eu-west-1", lambda_account(unreserved, most=most), more))
    assert fits == (not found)


def test_too_much_reserved_concurrency_is_told_with_its_figures() -> None:
    """The exact words."""
    (found,) = concurrency("eu-west-1", lambda_account(150), 60)
    assert found.error
    assert "Lambda cannot reserve 60 more calls at once in `eu-west-1`" == found.error.what
    assert "150 of 1000 are not reserved, and 100 must stay so" == found.error.why


def test_code_that_does_not_fit_is_an_error_and_a_narrow_place_a_warning() -> None:
    """75 GB for all versions of all functions and layers of a region."""
    assert [] == list(code_size("eu-west-1", lambda_account(code=GIGABYTE), 1000))
    (warned,) = code_size("eu-west-1", lambda_account(code=70 * GIGABYTE), 1000)
    assert "code of Lambda takes 70000.0 MB of 75000.0 MB in `eu-west-1`" == warned.warning
    (refused,) = code_size("eu-west-1", lambda_account(code=75 * GIGABYTE), 1)
    assert refused.error
    assert "Lambda has no room for 1 B more code in `eu-west-1`" == refused.error.what
    assert [] == list(code_size("eu-west-1", lambda_account(code=76 * GIGABYTE), 0))


def test_stacks_and_buckets_have_their_quotas() -> None:
    """One stack too many is refused; buckets only warn, as the account's own quota is not asked."""
    assert [] == list(stacks_fit("eu-west-1", 1999, 1, 2000))
    (refused,) = stacks_fit("eu-west-1", 1999, 2, 2000)
    assert refused.error
    assert "CloudFormation takes no 2 more stacks in `eu-west-1`" == refused.error.what
    assert [] == list(buckets_fit(9_999, 1))
    (warned,) = buckets_fit(9_999, 2)
    assert "has 9,999 buckets and gets 2 more" in warned.warning


def test_a_first_deployment_asks_once_a_region(account: Account, make_facts: Make) -> None:
    """Lambda, stacks (limit, then a page), buckets: and everything is told together."""
    account.answers |= {
        "get_account_settings": {
            "AccountLimit": {
                "TotalCodeSize": 100,
                "ConcurrentExecutions": 1000,
                "UnreservedConcurrentExecutions": 120,
            },
            "AccountUsage": {"TotalCodeSize": 95},
        },
        "describe_account_limits": {"AccountLimits": [{"Name": "StackLimit", "Value": 1}]},
        "list_stacks": {"StackSummaries": [{}]},
        "list_buckets": {"Buckets": [{}]},
    }
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "shop-files"}}
    facts = make_facts({"Api": function(30), "B": bucket}, archives=(("one.zip", 10),))
    errors = [found.error.what for found in limits(facts) if found.error]
    assert [
        "Lambda cannot reserve 30 more calls at once in `eu-west-1`",
        "Lambda has no room for 10 B more code in `eu-west-1`",
        "CloudFormation takes no 1 more stack in `eu-west-1`",
    ] == errors
    assert {
        "get_account_settings": 1,
        "describe_account_limits": 1,
        "list_stacks": 1,
        "list_buckets": 1,
    } == account.counts


def test_an_update_asks_only_for_what_it_takes_more_of(account: Account, make_facts: Make) -> None:
    """Less concurrency and the same archives cost no call, although the text differs."""
    facts = make_facts({"Api": function(5)}, {"Api": function(30)}, archives=(("one.zip", 10),))
    assert [] == list(limits(facts))
    assert [] == account.calls


def test_without_permission_quotas_are_a_warning(
    account: Account, make_facts: Make, refuse: Callable[..., Exception]
) -> None:
    """One for all regions, naming the action; the deployment goes on."""
    account.answers["get_account_settings"] = refuse("AccessDeniedException")
    facts = make_facts(
        {"Api": function(5)}, {"Api": function()}, regions=("eu-west-1", "us-east-1")
    )
    (found,) = limits(facts)
    assert None is found.error
    expected = (
        "the credentials may not call `lambda:GetAccountSettings` in eu-west-1, us-east-1; "
        "whether there is room below AWS's quotas is not known"
    )
    assert expected == found.warning


def test_quotas_of_another_endpoint_are_not_asked_for(account: Account, make_facts: Make) -> None:
    """They say nothing about AWS."""
    account.endpoint = Endpoint("embedded", "http://127.0.0.1:1")
    assert [] == list(limits(make_facts({"Api": function(5000)})))
    assert [] == account.calls
