"""Calls that botocore signed, which is what SDKs and `requests` adapters do."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.conformance.asking import Answer, Gateway

ROOT = {"accessKey": "test", "accountId": "123456789012"}
HTTP = "/eu-west-1/auth/$default/iam"
REST = "/eu-west-1/restauth/prod/iam"
URL = "/eu-west-1/lambda-url/urlsigned/a"


def signed(
    gateway: Gateway,
    target: str,
    *,
    keys: tuple[str, str] = ("test", "test"),
    region: str = "eu-west-1",
    service: str = "execute-api",
    changed: tuple[str, str] | None = None,
    sent: str = "",
    **given: Any,
) -> Answer:
    """A request with a signature. `changed` is a header that is sent other than it was signed."""
    url = f"http://127.0.0.1:{gateway.connection.port}{target}"
    request = AWSRequest("GET", url, headers={"x-own": "1", **given.get("headers", {})})
    SigV4Auth(Credentials(*keys), service, region).add_auth(request)
    headers = dict(request.headers.items())
    if changed:
        headers[changed[0]] = changed[1]
    return gateway.ask(sent or target, headers=tuple(headers.items()))


def test_a_signed_call_of_an_http_api_tells_its_caller(gateway: Gateway) -> None:
    """Source: http-api-access-control-iam.html; fields as on urls-invocation.html."""
    assert 200 == signed(gateway, f"{HTTP}?b=2&a=1%20x").status
    iam = gateway.cloud.last_event("Echo")["requestContext"]["authorizer"]["iam"]
    assert {
        "accessKey": "test",
        "accountId": "123456789012",
        "callerId": "123456789012",
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": "arn:aws:iam::123456789012:root",
        "userId": "123456789012",
    } == iam


def test_a_signed_call_of_a_rest_api_tells_its_caller(gateway: Gateway) -> None:
    """Source: set-up-lambda-proxy-integrations.html, the context of AWS_IAM."""
    assert 200 == signed(gateway, REST).status
    identity = gateway.cloud.last_event("Echo")["requestContext"]["identity"]
    assert ("test", "123456789012", "arn:aws:iam::123456789012:root") == (
        identity["accessKey"],
        identity["accountId"],
        identity["userArn"],
    )


def test_a_signed_call_of_a_function_url_passes(gateway: Gateway) -> None:
    """Source: urls-auth.html: signed for Lambda, not for API Gateway."""
    assert 403 == signed(gateway, URL).status
    answer = signed(gateway, URL, service="lambda", headers={"authorization-of": "none"})
    assert 200 == answer.status


@pytest.mark.parametrize(
    ("how", "errortype"),
    [
        ({"keys": ("test", "other")}, "InvalidSignatureException"),
        ({"keys": ("other", "test")}, "UnrecognizedClientException"),
        ({"region": "us-east-1"}, "InvalidSignatureException"),
        ({"service": "lambda"}, "InvalidSignatureException"),
        ({"sent": f"{REST}?more=1"}, "InvalidSignatureException"),
        ({"changed": ("X-Amz-Date", time.strftime("%Y%m%dT000000Z"))}, "InvalidSignatureException"),
        ({"changed": ("x-own", "2")}, "InvalidSignatureException"),
        ({"changed": ("Authorization", "Bearer x")}, "MissingAuthenticationTokenException"),
    ],
)
def test_a_signature_is_for_one_request(
    gateway: Gateway, how: dict[str, Any], errortype: str
) -> None:
    """Another key, region, service, query, time or header, and it is refused."""
    answer = signed(gateway, REST, **how)
    assert (403, errortype) == (answer.status, answer.header("x-amzn-errortype"))
    http = {**how, "sent": f"{HTTP}?more=1"} if "sent" in how else how
    answer = signed(gateway, HTTP, **http)
    assert (403, {"message": "Forbidden"}) == (answer.status, answer.json())
