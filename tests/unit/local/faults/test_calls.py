"""Which call a request is; what the SDK really sends is tested in tests/faults/test_proxy.py."""

from __future__ import annotations

import pytest

from sam_deploy.local.faults.answers import error
from sam_deploy.local.faults.calls import Known, Request, known
from sam_deploy.local.faults.rules import Fail, When


def signed(service: str, region: str = "eu-west-1") -> dict[str, str]:
    scope = f"AKID/20261129/{region}/{service}/aws4_request"
    return {"authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host"}


def test_a_presigned_address_is_known_by_its_query() -> None:
    """A browser that uploads to a bucket signs nothing itself."""
    scope = "AKID%2F20261129%2Fus-east-1%2Fs3%2Faws4_request"
    target = f"/files/a.csv?X-Amz-Credential={scope}&X-Amz-Signature=1"
    found = known(Request("PUT", target, {}, b""))
    assert Known("s3", "PutObject", "us-east-1", "rest-xml", "/files/a.csv") == found


def test_smithy_calls_are_known_by_their_path() -> None:
    """As the newer SDKs call CloudWatch; and they read errors in CBOR."""
    path = "/service/GraniteServiceVersion20100801/operation/PutMetricData"
    headers = {**signed("monitoring"), "smithy-protocol": "rpc-v2-cbor"}
    found = known(Request("POST", path, headers, b""))
    assert ("monitoring", "PutMetricData", "cbor") == (
        found.service,
        found.operation,
        found.protocol,
    )
    body = error(found, Fail("Boom", "hi")).body
    assert b"\xa2\x79\x00\x06__type\x79\x00\x04Boom\x79\x00\x07message\x79\x00\x02hi" == body


def test_a_rest_service_is_known_by_its_own_description() -> None:
    """Also one that no list of ours names; what the SDK does not know keeps its path."""
    found = known(Request("GET", "/clusters/blue", signed("eks"), b""))
    assert "DescribeCluster" == found.operation
    found = known(Request("GET", "/clusters/blue", signed("nosuchservice"), b""))
    assert "GET /clusters/blue" == found.operation


def test_an_unsigned_request_is_of_no_service_and_no_region() -> None:
    """So only a fault for everything meets it."""
    found = known(Request("GET", "/somewhere", {}, b""))
    assert ("", "") == (found.service, found.region)
    assert When().fits(found)
    assert not When("lambda").fits(found)


@pytest.mark.parametrize(
    ("operation", "fits"),
    [("UpdateAlias", True), ("Update*", True), ("Get*", False), ("Update", False)],
)
def test_a_star_stands_for_any_rest(operation: str, *, fits: bool) -> None:
    """And without one the name is meant whole."""
    call = Known("lambda", "UpdateAlias", "eu-west-1", "rest-json")
    assert fits == When("lambda", operation).fits(call)
