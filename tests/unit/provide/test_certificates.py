from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy.errors import RefusedError, UnreachableError
from sam_deploy.events import Event, Listing, Note, Waiting
from sam_deploy.lanes import StoppedError
from sam_deploy.plan.domains import CertificateNeed
from sam_deploy.provide import certificates
from sam_deploy.provide.certificates import Ensured, Wanted, parameters, share_out
from sam_deploy.provide.validation import look, summary, tell

HOME, OTHER, CLOUDFRONT = "ap-south-1", "eu-west-1", "us-east-1"
ZONE = "Z1D633PJN98FT9"
AUTH = CertificateNeed("auth.dev.x.com", "dev", "Auth", CLOUDFRONT, HOME)
API = CertificateNeed("api.dev.x.com", "dev", "Api", parameter="ApiDevCertificateArn")
ZONED = CertificateNeed("api.dev.x.com", "dev", "Api", parameter="A", hosted_zone_id=ZONE)
TAGS = {"Project": "X"}
Ensure = Callable[..., tuple[Ensured, ...]]


@pytest.fixture
def ensure(account: Any, hours: Any, heard: list[Event]) -> Ensure:
    """Sees to needs in Ireland, with the account in memory and the clock that moves by hand."""

    def run(*needs: CertificateNeed, **more: Any) -> tuple[Ensured, ...]:
        return certificates.ensure(
            [Wanted(each, each.region or OTHER) for each in needs],
            account,
            tags=TAGS,
            report=heard.append,
            stop=hours,
            clock=hours.clock,
            **more,
        )

    return run


def with_zone(account: Any, name: str = "x.com.", *, private: bool = False) -> None:
    account.zones[ZONE] = {"Id": ZONE, "Name": name, "Config": {"PrivateZone": private}}


def change(account: Any, **what: str) -> Callable[[], None]:
    """Something that happens to every certificate."""

    def act() -> None:
        for each in account.certificates.values():
            each.update(what)

    return act


def show_record(account: Any) -> None:
    """ACM now knows what it wants to see in DNS."""
    for each in account.certificates.values():
        record = {"Name": "_1.api.dev.x.com.", "Type": "CNAME", "Value": "_2.acm-validations.aws."}
        each["DomainValidationOptions"][0]["ResourceRecord"] = record


def test_what_is_issued_or_pending_is_used_as_it_is(ensure: Ensure, account: Any) -> None:
    """One of exactly that domain, found on whatever page; nothing is requested (R112)."""
    account.certificate("dev.x.com", "ISSUED", OTHER)
    account.certificate("www.api.dev.x.com", "ISSUED", OTHER)
    account.certificate("api.dev.x.com", "PENDING_VALIDATION", OTHER)
    account.certificate("api.dev.x.com", "ISSUED", CLOUDFRONT)
    issued = account.certificate("api.dev.x.com", "ISSUED", OTHER)
    (found,) = ensure(API)
    assert (issued, []) == (found.arn, account.writes())


def test_of_several_always_the_same_is_used(ensure: Ensure, account: Any) -> None:
    """The one in use, or a domain would change its certificate with every run."""
    account.certificate("api.dev.x.com", "ISSUED", OTHER)
    in_use = account.certificate("api.dev.x.com", "ISSUED", OTHER, InUse=True)
    account.certificate("api.dev.x.com", "ISSUED", OTHER)
    assert [in_use, in_use] == [ensure(API)[0].arn for _ in range(2)]


def test_private_certificates_are_none_of_ours(ensure: Ensure, account: Any) -> None:
    """Browsers do not trust them, and API Gateway does not take them for public names."""
    account.certificate("api.dev.x.com", "ISSUED", OTHER, Type="PRIVATE")
    ensure(API)
    assert ["request_certificate"] == account.writes()


def test_a_missing_one_is_requested_once_in_its_region(ensure: Ensure, account: Any) -> None:
    """By DNS, tagged for its environment; a second run finds it (R110, R111, R112, Fault 54)."""
    account.issue_at_once = True
    first, second = ensure(AUTH, API), ensure(AUTH, API)
    assert ["us-east-1", "eu-west-1"] == [each.arn.split(":")[3] for each in first]
    assert [each.arn for each in first] == [each.arn for each in second]
    requests = account.called("request_certificate")
    assert ["auth.dev.x.com", "api.dev.x.com"] == [each["DomainName"] for each in requests]
    assert {"DNS"} == {each["ValidationMethod"] for each in requests}
    tags = {each["Key"]: each["Value"] for each in requests[0]["Tags"]}
    assert {"Project": "X", "Environment": "dev"} == tags


def test_a_pending_one_is_never_requested_again(ensure: Ensure, account: Any) -> None:
    """Run after run looks at the same one until DNS answers (Fault 54, R112)."""
    found = [ensure(API)[0] for _ in range(5)]
    assert 1 == len(account.certificates) == len(account.called("request_certificate"))
    assert {""} == {each.arn for each in found}
    change(account, Status="ISSUED")()
    assert ensure(API)[0].arn in account.certificates


def test_a_lost_answer_makes_no_second_certificate(ensure: Ensure, account: Any) -> None:
    """ACM had done it: it is read back. Had it not, the same token is sent next time (Fault 54)."""
    account.lost = {"request_certificate"}
    (found,) = ensure(API)
    assert found.certificate.arn in account.certificates
    account.lost = set()
    ensure(API)
    assert 1 == len(account.certificates) == len(account.called("request_certificate"))


def test_a_request_that_never_arrived_is_an_error_and_has_the_same_token(
    ensure: Ensure, account: Any
) -> None:
    """Whatever became of it, for an hour ACM gives the same certificate for it (Fault 54)."""
    account.certificates = _Forgetful()
    account.lost = {"request_certificate"}
    with pytest.raises(UnreachableError):
        ensure(API)
    account.lost = set()
    ensure(API)
    first, second = (e["IdempotencyToken"] for e in account.called("request_certificate"))
    assert first == second
    assert (32, True) == (len(first), first.isalnum())


class _Forgetful(dict[str, Any]):
    """A list of certificates that does not know the new one yet."""

    def items(self) -> Any:
        return {}.items()


@pytest.mark.parametrize(
    "status", ["EXPIRED", "REVOKED", "VALIDATION_TIMED_OUT", "INACTIVE", "FAILED"]
)
def test_what_is_of_no_more_use_is_replaced_and_told(
    ensure: Ensure, account: Any, heard: list[Event], status: str
) -> None:
    """Another token, or ACM would give the old one back; the reason is told (R112)."""
    ensure(API)
    change(account, Status=status)()
    ensure(API)
    first, second = (e["IdempotencyToken"] for e in account.called("request_certificate"))
    assert first != second
    told = [each.message for each in heard if isinstance(each, Note)]
    assert told[0].endswith(f"; the one before is {status}")
    assert ensure(API)[0].certificate.status == "PENDING_VALIDATION"
    assert 2 == len(account.certificates)


def test_after_three_failures_no_other_is_requested(ensure: Ensure, account: Any) -> None:
    """It would fail, too, and use up the year's quota; the reason is AWS's."""
    for _ in range(3):
        account.certificate("api.dev.x.com", "FAILED", OTHER, FailureReason="CAA_ERROR")
    with pytest.raises(RefusedError, match="FAILED: CAA_ERROR") as raised:
        ensure(API)
    assert "aws acm delete-certificate --region eu-west-1" in raised.value.hint
    assert [] == account.writes()


def test_one_that_fails_while_it_is_awaited_is_refused(
    ensure: Ensure, account: Any, hours: Any
) -> None:
    """Before any stack is touched; DNS is not to blame for it."""
    hours.after(4, change(account, Status="FAILED", FailureReason="DOMAIN_NOT_ALLOWED"))
    with pytest.raises(RefusedError, match="DOMAIN_NOT_ALLOWED"):
        ensure(API)


def test_records_go_into_our_zone_and_dns_is_awaited(
    ensure: Ensure, account: Any, hours: Any, heard: list[Event]
) -> None:
    """Every 10 seconds, with what is awaited and for how long at most (R113)."""
    with_zone(account)
    hours.after(4, lambda: show_record(account))
    hours.after(34, change(account, Status="ISSUED"))
    (found,) = ensure(ZONED)
    assert found.arn
    assert found.in_zone
    assert [2, 2, 10, 10, 10] == hours.pauses
    (record,) = account.records.values()
    assert [{"Value": "_2.acm-validations.aws."}] == record["ResourceRecords"]
    assert 1 == len(account.called("change_resource_record_sets"))
    waiting = [each for each in heard if isinstance(each, Waiting)]
    assert [30.0, 296.0, 286.0, 276.0] == [each.at_most_seconds for each in waiting]
    assert "`api.dev.x.com` (eu-west-1)" in waiting[0].what
    assert "is issued" in [e.message for e in heard if isinstance(e, Note)][-1]


def test_waiting_has_a_limit_and_fails_nothing(ensure: Ensure, account: Any, hours: Any) -> None:
    """Five minutes; the domain is left out this time, and nothing is raised (R113, Fault 54)."""
    with_zone(account)
    account.certificate("api.dev.x.com", "PENDING_VALIDATION", OTHER)
    (found,) = ensure(ZONED)
    assert ("", 300) == (found.arn, sum(hours.pauses))


@pytest.mark.parametrize("seconds", [0.0, 25.0])
def test_the_limit_can_be_chosen(ensure: Ensure, account: Any, hours: Any, seconds: float) -> None:
    """The last pause is no longer than what is left."""
    with_zone(account)
    account.certificate("api.dev.x.com", "PENDING_VALIDATION", OTHER)
    ensure(ZONED, wait_seconds=seconds)
    assert seconds == sum(hours.pauses)


def test_dns_elsewhere_is_not_waited_for(
    ensure: Ensure, account: Any, hours: Any, heard: list[Event]
) -> None:
    """Only until ACM says which record it wants; that is shown to be copied (R113)."""
    hours.after(6, lambda: show_record(account))
    ensured = ensure(API)
    assert 6 == sum(hours.pauses)
    assert [] == account.called("change_resource_record_sets")
    heard.clear()
    tell(ensured, heard.append)
    listing, note = heard
    assert isinstance(listing, Listing)
    expected = ("_1.api.dev.x.com.", "CNAME", "_2.acm-validations.aws.")
    assert (("name", "type", "value"), (expected,)) == (listing.columns, listing.rows)
    assert isinstance(note, Note)
    assert "warning" == note.level
    assert "`api.dev.x.com`" in note.message
    assert "run the same command again" in note.message


def test_acm_that_says_nothing_is_given_up_on(ensure: Ensure, hours: Any) -> None:
    """After half a minute: the next run asks again."""
    assert "" == ensure(API)[0].arn
    assert 30 == sum(hours.pauses)


def test_mails_are_told_and_not_waited_for(
    ensure: Ensure, account: Any, hours: Any, heard: list[Event]
) -> None:
    """A certificate that somebody requested by mail is theirs to validate."""
    arn = account.certificate("api.dev.x.com", "PENDING_VALIDATION", OTHER, record=False)
    account.certificates[arn]["DomainValidationOptions"][0]["ValidationMethod"] = "EMAIL"
    tell(ensure(API), heard.append)
    assert [] == hours.pauses
    assert ["info", "warning"] == [each.level for each in heard if isinstance(each, Note)]


@pytest.mark.parametrize(
    ("name", "private"), [("other.com.", False), ("x.com.", True), ("", False), ("ex.com.", False)]
)
def test_a_zone_that_does_not_fit_is_not_written_to(
    ensure: Ensure, account: Any, hours: Any, *, name: str, private: bool
) -> None:
    """Then DNS is somebody else's, and the record is told."""
    if name:
        with_zone(account, name, private=private)
    account.certificate("api.dev.x.com", "PENDING_VALIDATION", OTHER)
    (found,) = ensure(ZONED)
    assert (False, False, []) == (found.in_zone, found.zone_fits, hours.pauses)
    assert {} == account.records


def test_a_stack_whose_record_would_fail_is_deployed_without_the_domain(
    ensure: Ensure, account: Any, heard: list[Event]
) -> None:
    """As in the embedded cloud, which has no zone of ours; pools' domains are not affected."""
    issued = account.certificate("api.dev.x.com", "ISSUED", OTHER)
    ensured = ensure(ZONED)
    assert {"A": ""} == parameters([ZONED], OTHER, ensured, {})
    assert {"api.dev.x.com": issued} == certificates.arns(ensured, OTHER)
    tell(ensured, heard.append)
    (note,) = heard
    assert isinstance(note, Note)
    assert f"Hosted zone `{ZONE}` is not here or cannot hold `api.dev.x.com`" in note.message
    with_zone(account)
    assert {"A": issued} == parameters([ZONED], OTHER, ensure(ZONED), {})


def test_the_same_record_is_told_once_for_all_regions(
    ensure: Ensure, account: Any, heard: list[Event]
) -> None:
    """ACM wants one record per domain and account, whatever the region."""
    for region in (HOME, OTHER):
        account.certificate("api.dev.x.com", "PENDING_VALIDATION", region)
    there = CertificateNeed("api.dev.x.com", "dev", "Api", HOME)
    ensured = ensure(API, there)
    tell(ensured, heard.append)
    (listing,) = (each for each in heard if isinstance(each, Listing))
    assert 1 == len(listing.rows)
    assert "2 waiting for DNS" == summary(ensured)


def test_who_is_told_to_stop_stops(ensure: Ensure, account: Any, hours: Any) -> None:
    """Before the next certificate, and in every pause."""
    hours.set()
    with pytest.raises(StoppedError):
        ensure(API)
    assert [] == account.writes()


def test_nothing_needed_is_nothing_done(ensure: Ensure, account: Any, heard: list[Event]) -> None:
    """Not even a look (R114)."""
    assert () == ensure()
    tell((), heard.append)
    assert ([], [], "none") == (account.calls, heard, summary(()))


def test_regions_share_out_what_is_needed() -> None:
    """What is of us-east-1 goes with the home region, once; the rest with each region (R111)."""
    edge = CertificateNeed("api.prod.x.com", "prod", "Api", CLOUDFRONT, parameter="P")
    shared = share_out([((AUTH, API, edge), (HOME, OTHER)), ((API,), (OTHER,))], HOME)
    assert {
        HOME: (Wanted(AUTH, CLOUDFRONT), Wanted(API, HOME), Wanted(edge, CLOUDFRONT)),
        OTHER: (Wanted(API, OTHER),),
    } == shared


def test_what_only_another_region_uses_is_not_asked_for() -> None:
    """`--region eu-west-1` deploys no pool's domain: that one is at home (C06)."""
    assert {OTHER: (Wanted(API, OTHER),)} == share_out([((AUTH, API), (OTHER,))], HOME)


def test_stacks_get_what_is_issued_and_keep_what_stands(ensure: Ensure, account: Any) -> None:
    """An ARN per parameter; a domain that stands is not taken away by an expired certificate."""
    issued = account.certificate("api.dev.x.com", "ISSUED", OTHER)
    ensured = ensure(API)
    name = "ApiDevCertificateArn"
    assert {name: issued} == parameters([AUTH, API], OTHER, ensured, {name: "arn:before"})
    assert {name: ""} == parameters([API], HOME, ensured, {})
    assert {name: "arn:before"} == parameters([API], HOME, ensured, {name: "arn:before"})
    edge = CertificateNeed("api.dev.x.com", "dev", "Api", OTHER, parameter=name)
    assert {name: issued} == parameters([edge], HOME, ensured, {})
    assert {"api.dev.x.com": issued} == certificates.arns(ensured, OTHER)


def test_a_look_tells_every_state_and_writes_nothing(account: Any) -> None:
    """Issued, pending since when, missing, of no more use, failed too often (R113)."""
    names = ("issued", "pending", "missing", "expired", "failed")
    needs = [CertificateNeed(f"{name}.x.com", "dev", "Api") for name in names]
    account.certificate("issued.x.com", "ISSUED", OTHER)
    account.certificate("pending.x.com", "PENDING_VALIDATION", OTHER)
    account.certificate("expired.x.com", "EXPIRED", OTHER)
    for _ in range(3):
        account.certificate("failed.x.com", "FAILED", OTHER, FailureReason="CAA_ERROR")
    looked = look([Wanted(each, OTHER) for each in needs], account)
    here = "in `eu-west-1`"
    since = "2026-01-02 03:04"
    assert (
        f"the certificate of `pending.x.com` {here} has been waiting for DNS since {since}",
        f"the certificate of `missing.x.com` {here} is missing; it will be requested",
        f"the certificate of `expired.x.com` {here} is EXPIRED; another will be requested",
    ) == looked.remarks
    (problem,) = looked.problems
    assert "`failed.x.com`" in problem.what
    assert "CAA_ERROR" in problem.why
    used = [each.wanted.need.domain_name for each in looked.certificates]
    assert ["issued.x.com", "pending.x.com"] == used
    assert [] == account.writes()


@pytest.mark.parametrize(
    ("name", "private", "why"),
    [
        ("", False, "Route 53 knows no zone of that id in this account"),
        ("y.com.", False, "it is the zone of `y.com`, which `api.dev.x.com` cannot be in"),
        ("x.com.", True, "the zone of `x.com` is private"),
        ("x.com.", False, None),
        ("api.dev.x.com.", False, None),
    ],
)
def test_a_look_finds_what_is_wrong_with_a_zone(
    account: Any, *, name: str, private: bool, why: str | None
) -> None:
    """Each zone is asked for once, and named with the domains that it does not cover."""
    if name:
        with_zone(account, name, private=private)
    account.certificate("api.dev.x.com", "ISSUED", OTHER)
    looked = look([Wanted(ZONED, OTHER), Wanted(ZONED, OTHER)], account)
    assert 1 == len(account.called("get_hosted_zone"))
    assert bool(why) == bool(looked.problems)
    for problem in looked.problems:
        assert ZONE in problem.what
        assert problem.why.startswith(why or "-")


def test_a_look_collects_what_may_not_be_read(account: Any, api_error: Any) -> None:
    """A missing permission is a problem among others, not the end of the look."""

    def refuse(call: str) -> None:
        raise api_error("AccessDeniedException", call)

    account.before = refuse
    looked = look([Wanted(ZONED, OTHER), Wanted(AUTH, CLOUDFRONT)], account)
    assert [
        "The credentials may not call `acm:ListCertificates` in `eu-west-1`",
        "The credentials may not call `acm:ListCertificates` in `us-east-1`",
        "The credentials may not call `route53:GetHostedZone` in `us-east-1`",
    ] == [each.what for each in looked.problems]
