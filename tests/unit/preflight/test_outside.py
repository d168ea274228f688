from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy.aws import Endpoint
from sam_deploy.aws import Zone
from sam_deploy.deploy.preflight import Facts
from sam_deploy.deploy.preflight.access_logs import access_logs
from sam_deploy.deploy.preflight.outside import sender, zone, zone_trouble
from sam_deploy.deploy.preflight.target import target
from sam_deploy.manifest import Outside

Account = Any
"""The account of the conftest."""
Make = Callable[..., Facts]
OUTSIDE = Outside("noreply@shop.com", "eu-west-1", "shop.com", "Z1D633PJN98FT9")
QUEUE = {"Q": {"Type": "AWS::SQS::Queue"}}
EMBEDDED = Endpoint("embedded", "http://127.0.0.1:1")


def stage(**properties: Any) -> dict[str, Any]:
    return {"S": {"Type": "AWS::ApiGateway::Stage", "Properties": properties}}


LOGGING = stage(AccessLogSetting={"DestinationArn": "arn"})


def test_a_sender_that_ses_does_not_know_is_a_warning(account: Account, make_facts: Make) -> None:
    """With the command that verifies it; the sandbox is told, too. No deployment needs either."""
    account.missing = "NotFoundException"
    account.answers["get_account"] = {"ProductionAccessEnabled": False}
    unknown, sandbox = sender(make_facts(QUEUE, outside=OUTSIDE))
    assert None is unknown.error
    assert "SES does not know `noreply@shop.com` in `eu-west-1`" in unknown.warning
    assert "--email-identity noreply@shop.com`" in unknown.warning
    assert "SES is in its sandbox in `eu-west-1`" in sandbox.warning


def test_a_verified_domain_will_do_for_its_addresses(account: Account, make_facts: Make) -> None:
    """The address itself need not be an identity."""
    account.missing = "NotFoundException"
    account.answers["get_account"] = {"ProductionAccessEnabled": True}
    account.answers["get_email_identity", "shop.com"] = {"VerifiedForSendingStatus": True}
    assert [] == list(sender(make_facts(QUEUE, outside=OUTSIDE)))


def test_a_zone_that_is_not_there_is_an_error(account: Account, make_facts: Make) -> None:
    """CloudFormation would refuse the record of the first address."""
    account.missing = "NoSuchHostedZone"
    (found,) = zone(make_facts(QUEUE, outside=OUTSIDE))
    assert found.error
    assert "Hosted zone `Z1D633PJN98FT9` does not exist" == found.error.what


@pytest.mark.parametrize("name", ["shop.com", "com"])
def test_a_zone_covers_its_domain(name: str) -> None:
    """Its own name, or one above."""
    assert [] == list(zone_trouble(OUTSIDE, Zone("Z1D633PJN98FT9", name)))


@pytest.mark.parametrize("name", ["other.com", "dev.shop.com", "op.com"])
def test_a_zone_of_another_domain_is_an_error(name: str) -> None:
    """A shorter text that the domain ends with is no zone above it."""
    (found,) = zone_trouble(OUTSIDE, Zone("Z1D633PJN98FT9", name))
    assert found.error
    assert f"it is that of `{name}`" == found.error.why


def test_a_private_zone_is_a_warning() -> None:
    """It may be meant."""
    (found,) = zone_trouble(OUTSIDE, Zone("Z1D633PJN98FT9", "shop.com", private=True))
    assert "is private" in found.warning


def test_stages_that_begin_to_write_logs_need_a_role(account: Account, make_facts: Make) -> None:
    """One error a region; an account with a role passes."""
    account.answers["get_account"] = {"throttleSettings": {}}
    facts = make_facts(LOGGING, stage(), regions=("eu-west-1", "us-east-1"))
    here, there = access_logs(facts)
    assert here.error
    assert there.error
    assert "API Gateway may not write logs in `eu-west-1`" == here.error.what
    assert "--region us-east-1" in there.error.hint
    account.answers["get_account"] = {"cloudwatchRoleArn": "arn:aws:iam::1:role/logs"}
    assert [] == list(access_logs(facts))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (stage(), stage(Variables={"a": "b"})),
        (LOGGING, stage(AccessLogSetting={"DestinationArn": "another"})),
        (stage(), LOGGING | {"A": {"Type": "AWS::ApiGateway::Account"}}),
        (stage(), stage(MethodSettings=[{"LoggingLevel": "OFF"}])),
    ],
    ids=["no logs", "logs already", "its own role", "logs off"],
)
def test_stages_that_need_no_role_cost_no_call(
    account: Account, make_facts: Make, before: Any, after: Any
) -> None:
    """Only the beginning of logs is looked at."""
    assert [] == list(access_logs(make_facts(after, before)))
    assert [] == account.calls


def test_elsewhere_nothing_of_it_is_asked(account: Account, make_facts: Make) -> None:
    """Mail, zones and roles of another endpoint than AWS say nothing."""
    account.endpoint = EMBEDDED
    facts = make_facts(LOGGING, outside=OUTSIDE, targets=("host-python3.12-x86_64",))
    assert [] == [*sender(facts), *zone(facts), *access_logs(facts), *target(facts)]
    assert [] == account.calls


def test_archives_for_this_computer_never_go_to_aws(make_facts: Make) -> None:
    """Their compiled parts would not even import there."""
    targets = ("host-python3.12-x86_64", "python3.12-x86_64")
    (found,) = target(make_facts(QUEUE, QUEUE, targets=targets))
    assert found.error
    assert "These archives were not built for AWS" == found.error.what
    assert "host-python3.12-x86_64:" in found.error.why
    assert 5 == found.error.exit_code
    assert [] == list(target(make_facts(QUEUE, targets=targets[1:])))
