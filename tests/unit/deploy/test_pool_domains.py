from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sam_deploy.aws import Endpoint, PoolDomain
from sam_deploy.deploy import pool_domains
from sam_deploy.errors import IncompleteError, RefusedError, UnreachableError
from sam_deploy.events import Event, Listing, Note, Waiting
from sam_deploy.lanes import StoppedError
from sam_deploy.plan.domains import PoolDomainNeed

HOME, STACK, DOMAIN, ZONE = "ap-south-1", "x-sam", "auth.dev.x.com", "Z1D633PJN98FT9"
NEED = PoolDomainNeed("XUserPoolDev", DOMAIN, "dev", HOME)
ZONED = replace(NEED, hosted_zone_id=ZONE)
POOL, OTHER_POOL = "ap-south-1_Ours", "ap-south-1_Other"
ARN = "arn:aws:acm:us-east-1:123456789012:certificate/1"
NEWER = "arn:aws:acm:us-east-1:123456789012:certificate/2"
DISTRIBUTION = f"d-{DOMAIN}.cloudfront.net"
Ensure = Callable[..., tuple[PoolDomain, ...]]


@pytest.fixture(autouse=True)
def _stands(account: Any) -> None:
    """The stack and its pool stand."""
    account.stacks[STACK, NEED.pool] = POOL
    account.pools[POOL] = {"Id": POOL}


@pytest.fixture
def ensure(account: Any, hours: Any, heard: list[Event]) -> Ensure:
    """Sees to needs at home, with the account in memory and the clock that moves by hand."""

    def run(
        *needs: PoolDomainNeed, region: str = HOME, arn: str = ARN, **more: Any
    ) -> tuple[PoolDomain, ...]:
        return pool_domains.ensure(
            needs or (NEED,),
            STACK,
            region,
            {DOMAIN: arn},
            account,
            report=heard.append,
            stop=hours,
            clock=hours.clock,
            **more,
        )

    return run


def there(account: Any, status: str = "ACTIVE", pool: str = POOL, arn: str = ARN) -> None:
    account.domains[DOMAIN] = {
        "Domain": DOMAIN,
        "UserPoolId": pool,
        "Status": status,
        "CloudFrontDistribution": DISTRIBUTION,
        "CustomDomainConfig": {"CertificateArn": arn},
        "ManagedLoginVersion": 2,
    }


def becomes(account: Any, status: str) -> Callable[[], None]:
    return lambda: account.domains[DOMAIN].update(Status=status)


def listings(heard: list[Event]) -> list[Listing]:
    return [each for each in heard if isinstance(each, Listing)]


def test_a_pool_gets_its_domain_and_it_is_awaited(
    ensure: Ensure, account: Any, hours: Any, heard: list[Event]
) -> None:
    """After the stack, by its certificate of us-east-1; asked for every 10 s (R102, R103)."""
    hours.after(25, becomes(account, "ACTIVE"))
    (made,) = ensure()
    assert (POOL, "ACTIVE", DISTRIBUTION) == (made.pool_id, made.status, made.distribution)
    (given,) = account.called("create_user_pool_domain")
    assert {"CertificateArn": ARN} == given["CustomDomainConfig"]
    assert [10, 10, 10] == hours.pauses
    waits = [each.at_most_seconds for each in heard if isinstance(each, Waiting)]
    assert [600, 590, 580] == waits
    (listing,) = listings(heard)
    assert ((DOMAIN, "CNAME", DISTRIBUTION),) == listing.rows


def test_no_record_is_asked_for_where_no_dns_leads(
    ensure: Ensure, account: Any, hours: Any, heard: list[Event]
) -> None:
    """The embedded cloud is on this laptop: its domains are made, and nothing is to be copied."""
    account.endpoint = Endpoint("embedded")
    hours.after(5, becomes(account, "ACTIVE"))
    (made,) = ensure()
    assert ("ACTIVE", []) == (made.status, listings(heard))


def test_one_that_is_there_stays_as_it_is(ensure: Ensure, account: Any, heard: list[Event]) -> None:
    """A second run changes, awaits and tells nothing (R102)."""
    there(account)
    (found,) = ensure()
    assert ("ACTIVE", [], []) == (found.status, account.writes(), heard)


def test_one_on_its_way_is_awaited_by_the_next_run(
    ensure: Ensure, account: Any, hours: Any, heard: list[Event]
) -> None:
    """A run that was ended while Cognito worked is gone on with (R103)."""
    there(account, "CREATING")
    hours.after(15, becomes(account, "ACTIVE"))
    (found,) = ensure()
    assert ("ACTIVE", []) == (found.status, account.writes())
    assert 1 == len(listings(heard))


def test_waiting_has_a_limit_and_fails_nothing(
    ensure: Ensure, hours: Any, heard: list[Event]
) -> None:
    """The stack is deployed; Cognito goes on by itself, and the next run looks again (R103)."""
    (found,) = ensure(wait_seconds=35)
    assert ("CREATING", [10, 10, 10, 5]) == (found.status, hours.pauses)
    assert isinstance(heard[-1], Note)
    assert "`auth.dev.x.com` is not ACTIVE yet" in heard[-1].message


def test_failed_raises(ensure: Ensure, account: Any, hours: Any) -> None:
    """With what is live, and the command that takes it away (R103)."""
    hours.after(15, becomes(account, "FAILED"))
    with pytest.raises(IncompleteError, match="its status is FAILED") as raised:
        ensure()
    assert "`x-sam` is deployed" in raised.value.state
    assert f"--user-pool-id {POOL} --domain {DOMAIN}" in raised.value.hint


@pytest.mark.parametrize("status", ["FAILED", "DELETING"])
def test_one_that_cannot_come_up_is_not_awaited(
    ensure: Ensure, account: Any, hours: Any, status: str
) -> None:
    """It was so before; nothing is written (R103)."""
    there(account, status)
    with pytest.raises(IncompleteError, match=status):
        ensure()
    assert ([], []) == (account.writes(), hours.pauses)


def test_without_its_certificate_there_is_nothing_to_do(ensure: Ensure, account: Any) -> None:
    """It is left out this time; no call is made (R113)."""
    assert () == ensure(arn="")
    assert [] == account.calls


def test_other_regions_have_none(ensure: Ensure, account: Any) -> None:
    """The name is global: home only (C06)."""
    assert () == ensure(region="eu-west-1")
    assert [] == account.calls


def test_another_certificate_replaces_the_one_before(
    ensure: Ensure, account: Any, hours: Any
) -> None:
    """An expired one does not stay; the kind of pages does."""
    there(account)
    hours.after(5, becomes(account, "ACTIVE"))
    (found,) = ensure(arn=NEWER)
    assert (NEWER, "ACTIVE") == (found.certificate_arn, found.status)
    (given,) = account.called("update_user_pool_domain")
    assert 2 == given["ManagedLoginVersion"]


def test_dns_of_ours_leads_to_the_pages(ensure: Ensure, account: Any, heard: list[Event]) -> None:
    """An alias to CloudFront, written again by each run, and nothing to copy (R102)."""
    account.zones[ZONE] = {"Id": ZONE, "Name": "x.com."}
    there(account)
    ensure(ZONED)
    record = account.records[DOMAIN]
    assert ("A", DISTRIBUTION) == (record["Type"], record["AliasTarget"]["DNSName"])
    assert "Z2FDTNDATAQYW2" == record["AliasTarget"]["HostedZoneId"]
    assert [] == listings(heard)


def test_a_zone_that_does_not_fit_leaves_it_to_people(
    ensure: Ensure, account: Any, hours: Any, heard: list[Event]
) -> None:
    """The record is told instead."""
    account.zones[ZONE] = {"Id": ZONE, "Name": "y.com."}
    hours.after(5, becomes(account, "ACTIVE"))
    ensure(ZONED)
    assert ({}, 1) == (account.records, len(listings(heard)))


def test_the_record_waits_for_its_target(
    ensure: Ensure, account: Any, hours: Any, heard: list[Event]
) -> None:
    """Cognito may say only later where it has to lead."""

    def later() -> None:
        account.domains[DOMAIN].update(Status="ACTIVE", CloudFrontDistribution=DISTRIBUTION)

    there(account, "CREATING")
    account.domains[DOMAIN]["CloudFrontDistribution"] = ""
    hours.after(5, later)
    ensure()
    (listing,) = listings(heard)
    assert ((DOMAIN, "CNAME", DISTRIBUTION),) == listing.rows


def test_a_lost_answer_is_read_back(ensure: Ensure, account: Any, hours: Any) -> None:
    """Cognito had done it; a second request would be refused."""
    account.lost = {"create_user_pool_domain"}
    hours.after(5, becomes(account, "ACTIVE"))
    (made,) = ensure()
    assert "ACTIVE" == made.status
    assert ["create_user_pool_domain"] == account.writes()


def test_an_endpoint_out_of_reach_is_said(ensure: Ensure, account: Any) -> None:
    """When the read-back finds nothing, the error is the one of the call."""
    account.lost = {"create_user_pool_domain"}

    def forget(call: str) -> None:
        if call == "describe_user_pool_domain":
            account.domains.clear()

    account.before = forget
    with pytest.raises(UnreachableError):
        ensure()


def test_a_parent_without_an_address_is_told_and_fails_nothing(
    ensure: Ensure, account: Any, heard: list[Event], api_error: Any
) -> None:
    """Cognito wants dev.x.com to resolve first; that is DNS, and the next run tries again."""

    def refuse(call: str) -> None:
        if call == "create_user_pool_domain":
            message = "Custom domain is not a valid subdomain: Was not able to resolve the root"
            raise api_error("InvalidParameterException", message)

    account.before = refuse
    assert () == ensure()
    (note,) = heard
    assert isinstance(note, Note)
    assert "`dev.x.com` to have an A record" in note.message


@pytest.mark.parametrize(
    ("code", "kind"),
    [("InvalidParameterException", IncompleteError), ("AccessDeniedException", RefusedError)],
)
@pytest.mark.fault(55)
def test_what_cognito_refuses_is_said_in_its_words(
    ensure: Ensure, account: Any, api_error: Any, code: str, kind: type[Exception]
) -> None:
    """Such as a name that another account has, which no look can tell (Fault 55)."""

    def refuse(call: str) -> None:
        if call == "create_user_pool_domain":
            raise api_error(code, "Domain already associated with another user pool")

    account.before = refuse
    with pytest.raises(kind, match="already associated"):
        ensure()


@pytest.mark.fault(55)
def test_another_pools_domain_is_not_taken(ensure: Ensure, account: Any) -> None:
    """Although `check` has looked before: it may have come between (Fault 55)."""
    there(account, pool=OTHER_POOL)
    with pytest.raises(IncompleteError, match=OTHER_POOL):
        ensure()
    assert [] == account.writes()


def test_a_stack_without_its_pool_is_told(ensure: Ensure, account: Any, heard: list[Event]) -> None:
    """Taken out by somebody's `resources=`: nothing to give a domain to."""
    account.stacks.clear()
    assert () == ensure()
    assert isinstance(heard[0], Note)


def test_who_is_told_to_stop_stops(ensure: Ensure, account: Any, hours: Any) -> None:
    """Before the next domain."""
    hours.set()
    with pytest.raises(StoppedError):
        ensure()
    assert [] == account.calls


def checked(account: Any, arn: str = ARN, stack: str = STACK) -> tuple[RefusedError, ...]:
    found = pool_domains.check([NEED], stack, {DOMAIN: arn}, account)
    assert [] == account.writes()
    return found


def test_what_can_be_done_has_no_objection(account: Any) -> None:
    """New, there already, without a certificate yet, and before the stack's first deployment."""
    assert () == checked(account)
    assert () == checked(account, stack="not-yet")
    there(account)
    assert () == checked(account)
    assert () == checked(account, arn="")


@pytest.mark.fault(55)
def test_a_certificate_of_another_region_is_refused_before_any_change(account: Any) -> None:
    """Cognito takes those of us-east-1 only; the embedded cloud would take any (Fault 55)."""
    (refused,) = checked(account, arn=ARN.replace("us-east-1", HOME))
    assert 5 == refused.exit_code
    assert "not of us-east-1" in refused.why
    assert "--region us-east-1" in refused.hint


@pytest.mark.parametrize("stack", [STACK, "not-yet"])
@pytest.mark.fault(55)
def test_a_domain_of_another_pool_is_refused_before_any_change(account: Any, stack: str) -> None:
    """Also when the stack does not stand yet: a pool that was kept may have it (Fault 55)."""
    there(account, pool=OTHER_POOL)
    (refused,) = checked(account, stack=stack)
    assert "`ap-south-1_Other` in `ap-south-1` has that domain" in refused.why
    assert f"--user-pool-id {OTHER_POOL}" in refused.hint
    assert "`domain_label`" in refused.hint


@pytest.mark.parametrize(("status", "way_out"), [("FAILED", "delete"), ("DELETING", "wait")])
def test_a_domain_in_no_state_to_be_used_is_refused(
    account: Any, status: str, way_out: str
) -> None:
    """Before any change, with the way out (R103)."""
    there(account, status)
    (refused,) = checked(account)
    assert f"its domain is {status}" == refused.why
    assert way_out in refused.hint


def test_a_pool_with_another_domain_is_refused(account: Any) -> None:
    """Cognito gives a pool one only: a changed `domain` needs the old one taken away."""
    account.pools[POOL]["CustomDomain"] = "auth.old.com"
    (refused,) = checked(account)
    assert "`auth.old.com`" in refused.why
    assert "--domain auth.old.com" in refused.hint


def test_what_may_not_be_read_is_an_objection(account: Any, api_error: Any) -> None:
    """A missing permission is told with the others."""

    def refuse(call: str) -> None:
        raise api_error("AccessDeniedException", call)

    account.before = refuse
    (refused,) = checked(account)
    assert "`cloudformation:DescribeStackResource` in `ap-south-1`" in refused.what
