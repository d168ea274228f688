"""ACM, Route 53 and Cognito domains: the gateways and the steps against the embedded cloud.

There a certificate is ISSUED and a domain ACTIVE at once; waiting is in the unit tests.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from sam_deploy.aws import Aws, Certificates, CloudFormation, DnsRecord, Endpoint, Pools, Zones
from sam_deploy.deploy import pool_domains
from sam_deploy.events import Event, Listing
from sam_deploy.lanes import Stop
from sam_deploy.plan.domains import CertificateNeed, PoolDomainNeed
from sam_deploy.provide import certificates
from sam_deploy.provide.certificates import Ensured, share_out
from sam_deploy.provide.validation import look, summary

HOME, OTHER, CLOUDFRONT = "ap-south-1", "eu-west-1", "us-east-1"
_numbers = itertools.count()


@pytest.fixture
def aws(cloud: Any) -> Aws:
    return Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))


@pytest.fixture
def domain() -> str:
    """A domain of its own, since the cloud is shared."""
    return f"domains{next(_numbers)}.com"


@pytest.fixture
def zone(aws: Aws, domain: str) -> str:
    made = aws.client("route53", CLOUDFRONT).create_hosted_zone(Name=domain, CallerReference=domain)
    return str(made["HostedZone"]["Id"]).removeprefix("/hostedzone/")


def ensured(needs: tuple[CertificateNeed, ...], aws: Aws) -> tuple[Ensured, ...]:
    return tuple(
        each
        for wanted in share_out([(needs, (HOME, OTHER))], HOME).values()
        for each in certificates.ensure(
            wanted, aws, tags={"Project": "X"}, report=[].append, stop=Stop()
        )
    )


def records(aws: Aws, zone: str) -> dict[str, dict[str, Any]]:
    answer = aws.client("route53", CLOUDFRONT).list_resource_record_sets(HostedZoneId=zone)
    return {each["Name"].rstrip("."): each for each in answer["ResourceRecordSets"]}


def test_certificates_are_requested_in_their_regions_and_found_again(aws: Aws, domain: str) -> None:
    """Auth in us-east-1 once, Api in both; a second run has the same ones (R110, R111, R112)."""
    auth = CertificateNeed(f"auth.{domain}", "dev", "Auth", CLOUDFRONT, HOME)
    api = CertificateNeed(f"api.{domain}", "dev", "Api", parameter="ApiDevCertificateArn")
    first, second = ensured((auth, api), aws), ensured((auth, api), aws)
    regions = [each.arn.split(":")[3] for each in first]
    assert [CLOUDFRONT, HOME, OTHER] == regions
    assert [each.arn for each in first] == [each.arn for each in second]
    assert "3 issued" == summary(first)
    tags = aws.client("acm", HOME).list_tags_for_certificate(CertificateArn=first[1].arn)["Tags"]
    assert {"Project": "X", "Environment": "dev"} == {e["Key"]: e["Value"] for e in tags}
    looked = look(share_out([((auth, api), (HOME,))], HOME)[HOME], aws)
    assert ((), ()) == (looked.problems, looked.remarks)


def test_a_certificate_tells_its_record(aws: Aws, domain: str) -> None:
    """What has to be in DNS; absence is a result."""
    acm = Certificates(aws, OTHER)
    arn = acm.request(domain, "a" * 32, {"Project": "X"})
    found = acm.describe(arn)
    assert found is not None
    assert (domain, "ISSUED") == (found.domain_name, found.status)
    assert found.record is not None
    assert "CNAME" == found.record.kind
    assert arn in {each.arn for each in acm.listed()}
    assert acm.describe(arn[:-4] + "0000") is None


def test_records_can_be_put_twice(aws: Aws, domain: str, zone: str) -> None:
    """The zone covers its domain; the last record stands; a missing zone is a result."""
    zones = Zones(aws)
    found = zones.zone(zone)
    assert found is not None
    covered = [found.covers(name) for name in (domain, f"a.{domain}", f"a{domain}")]
    assert [True, True, False] == covered
    assert zones.zone("Z0NOTTHERE0000") is None
    for value in ("one.example.com.", "two.example.com."):
        zones.put(zone, [DnsRecord(f"_1.api.{domain}.", "CNAME", value)])
    record = records(aws, zone)[f"_1.api.{domain}"]
    assert [{"Value": "two.example.com."}] == record["ResourceRecords"]


def test_a_pool_of_a_stack_gets_its_domain_once(aws: Aws, domain: str, zone: str) -> None:
    """Found by its logical id, led to by the zone, the same after a second run (R102, R103)."""
    stack = domain.partition(".")[0]
    formation = aws.client("cloudformation", HOME)
    pool = {"Type": "AWS::Cognito::UserPool", "Properties": {"UserPoolName": stack}}
    body = {"Resources": {"XUserPoolDev": pool, "YUserPoolDev": pool}}
    formation.create_stack(StackName=stack, TemplateBody=json.dumps(body))
    formation.get_waiter("stack_create_complete").wait(
        StackName=stack, WaiterConfig={"Delay": 0.2, "MaxAttempts": 100}
    )
    need = PoolDomainNeed("XUserPoolDev", f"auth.{domain}", "dev", HOME, zone)
    auth = CertificateNeed(need.domain_name, "dev", "Auth", CLOUDFRONT, HOME)
    arns = certificates.arns(ensured((auth,), aws), CLOUDFRONT)
    heard: list[Event] = []

    def run() -> tuple[Any, ...]:
        assert () == pool_domains.check([need], stack, arns, aws)
        return pool_domains.ensure([need], stack, HOME, arns, aws, report=heard.append, stop=Stop())

    (made,) = run()
    assert (made,) == run()
    pool_id = CloudFormation(aws, HOME).physical_id(stack, "XUserPoolDev")
    assert (pool_id, "ACTIVE") == (made.pool_id, made.status)
    assert made.domain_name == Pools(aws, HOME).custom_domain_of(made.pool_id)
    target = records(aws, zone)[need.domain_name]["AliasTarget"]
    assert made.distribution == target["DNSName"].rstrip(".")
    assert [] == [each for each in heard if isinstance(each, Listing)]

    another = PoolDomainNeed("YUserPoolDev", need.domain_name, "dev", HOME)
    (refused,) = pool_domains.check([another], stack, arns, aws)
    assert made.pool_id in refused.why
    abroad = {need.domain_name: arns[need.domain_name].replace(CLOUDFRONT, OTHER)}
    (refused,) = pool_domains.check([need], stack, abroad, aws)
    assert "not of us-east-1" in refused.why


def test_a_domains_certificate_can_be_changed(aws: Aws, domain: str) -> None:
    """Absence of a domain, of a pool and of its domain are results."""
    pools = Pools(aws, HOME)
    pool_id = aws.client("cognito-idp", HOME).create_user_pool(PoolName=domain)["UserPool"]["Id"]
    assert pools.domain(f"auth.{domain}") is None
    assert ["", ""] == [pools.custom_domain_of(each) for each in (pool_id, "ap-south-1_Nobody00")]
    one, two = (f"arn:aws:acm:us-east-1:123456789012:certificate/{n}" for n in (1, 2))
    pools.create_domain(f"auth.{domain}", pool_id, one)
    made = pools.domain(f"auth.{domain}")
    assert made is not None
    assert (one, 1) == (made.certificate_arn, made.managed_login_version)
    pools.change_certificate(made, two)
    changed = pools.domain(f"auth.{domain}")
    assert changed is not None
    assert two == changed.certificate_arn
