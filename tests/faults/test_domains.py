"""Certificates that nobody validates, and names of sign-in pages that somebody else has."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from tests.faults.place import Place
from tests.faults.rules import Answer, Rewrite, When

pytestmark = pytest.mark.long

WITH_DOMAIN = 'name="tiny",\n    domain="tiny.example",'
API = "http_api=HttpApi(),"
CLIENT = 'UserPoolClient(callback_path="/in", logout_path="/out")'
WITH_POOL = f'{API}\n    user_pools=[UserPool("people", clients=[{CLIENT}])],'
CERTIFICATE = When("acm", "DescribeCertificate")


@pytest.fixture
def with_domain(faulty: Place) -> Iterator[Place]:
    """The project whose API has an address of its own."""
    with (
        faulty.edited("deploy.py", 'name="tiny",', WITH_DOMAIN),
        faulty.edited("deploy.py", API, "http_api=HttpApi(custom_domain=True),"),
    ):
        yield faulty


@pytest.fixture
def with_pool(faulty: Place) -> Iterator[Place]:
    """The project with a user pool, whose sign-in page has an address."""
    with (
        faulty.edited("deploy.py", "Queue, Route", "Queue, Route, UserPool, UserPoolClient"),
        faulty.edited("deploy.py", 'name="tiny",', WITH_DOMAIN),
        faulty.edited("deploy.py", API, WITH_POOL),
    ):
        yield faulty


@pytest.mark.fault(54)
def test_a_certificate_that_is_not_validated_is_requested_once(with_domain: Place) -> None:
    """Fault 54: the record to make is shown, the wait has an end, a second run requests none."""
    with_domain.proxy.add(CERTIFICATE, Rewrite('"ISSUED"', '"PENDING_VALIDATION"'))
    first = with_domain.deploy()
    assert first.code in {0, 7}, first.err
    assert "CNAME" in first.err
    requested = len(with_domain.proxy.made(When("acm", "RequestCertificate")))
    assert requested
    again = with_domain.deploy()
    assert again.code in {0, 7}, again.err
    assert requested == len(with_domain.proxy.made(When("acm", "RequestCertificate")))
    with_domain.proxy.calm()
    assert 0 == with_domain.deploy().code
    assert requested == len(with_domain.proxy.made(When("acm", "RequestCertificate")))


@pytest.mark.fault(55)
def test_a_sign_in_page_of_somebody_else_is_found_before_the_stack(with_pool: Place) -> None:
    """Fault 55: exit 5 with whose it is, and no change set."""
    taken = {"DomainDescription": {"Domain": "auth.tiny.example", "UserPoolId": "eu-west-1_Other"}}
    answer = Answer(json.dumps(taken), content_type="application/x-amz-json-1.1")
    rule = with_pool.proxy.add(When("cognito-idp", "DescribeUserPoolDomain"), answer)
    ran = with_pool.deploy()
    assert (5, True) == (ran.code, rule.hits > 0), ran.err
    assert "eu-west-1_Other" in ran.err
    assert [] == with_pool.proxy.made(When("cloudformation", "CreateChangeSet"))


@pytest.mark.fault(55)
def test_a_certificate_of_another_region_is_refused_before_the_stack(with_pool: Place) -> None:
    """Fault 55: Cognito takes those of us-east-1 alone: exit 5 before anything is changed."""
    first = with_pool.deploy()
    assert 0 == first.code, first.err
    with_pool.proxy.clear()
    astray = Rewrite(":acm:us-east-1:", ":acm:eu-central-1:")
    rule = with_pool.proxy.add(When("acm", "ListCertificates", "us-east-1"), astray)
    with with_pool.edited("deploy.py", "memory_mb=256", "memory_mb=512"):
        ran = with_pool.deploy()
    assert (5, True) == (ran.code, rule.hits > 0), ran.err
    assert "the only region from which Cognito takes certificates" in " ".join(ran.err.split())
    assert [] == with_pool.proxy.made(When("cloudformation", "CreateChangeSet"))
