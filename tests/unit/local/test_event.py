"""Payload format 2.0, as a function receives it."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sam_deploy.local.gateway import event
from sam_deploy.local.gateway.model import Request, Route, Stage
from sam_deploy.local.gateway.routing import Match

REQUEST = Request(
    method="GET",
    path="/dev/pets/6",
    query="",
    headers=(("host", "abc.execute-api.eu-west-1.localhost:3000"), ("user-agent", "curl/8")),
    body=b"",
    source_ip="127.0.0.1",
    protocol="HTTP/1.1",
    domain="abc.execute-api.eu-west-1.localhost",
    request_id="JKJaXmPLvHcESHA=",
    time=datetime(2020, 3, 12, 19, 3, 58, 390_000, tzinfo=UTC),
)
FOUND = Match(Route("GET /pets/{id}", "i"), {"id": "6"})


def build(request: Request, found: Match = FOUND, **variables: str) -> dict[str, object]:
    return event.build(request, found, Stage("dev", variables), "abc", "123456789012")


def test_a_whole_event_has_the_documented_shape() -> None:
    """Every field of AWS's page that such a request has, and no other."""
    request = replace(
        REQUEST,
        method="POST",
        query="a=1&a=2&b=3",
        headers=(*REQUEST.headers, ("cookie", "c1=v1; c2=v2"), ("content-type", "text/plain")),
        body=b"Hello",
    )
    expected = {
        "version": "2.0",
        "routeKey": "GET /pets/{id}",
        "rawPath": "/dev/pets/6",
        "rawQueryString": "a=1&a=2&b=3",
        "cookies": ["c1=v1", "c2=v2"],
        "headers": {
            "content-length": "5",
            "content-type": "text/plain",
            "host": "abc.execute-api.eu-west-1.localhost:3000",
            "user-agent": "curl/8",
        },
        "queryStringParameters": {"a": "1,2", "b": "3"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc",
            "domainName": "abc.execute-api.eu-west-1.localhost",
            "domainPrefix": "abc",
            "http": {
                "method": "POST",
                "path": "/dev/pets/6",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "curl/8",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "GET /pets/{id}",
            "stage": "dev",
            "time": "12/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1584039838390,
        },
        "pathParameters": {"id": "6"},
        "stageVariables": {"LambdaAlias": "dev"},
        "body": "Hello",
        "isBase64Encoded": False,
    }
    assert expected == build(request, LambdaAlias="dev")


def test_what_a_request_does_not_have_is_absent() -> None:
    """No null and no empty map: strict validators of events refuse both."""
    found = build(REQUEST, Match(Route("$default", "i"), {}))
    assert {
        *("version", "routeKey", "rawPath", "rawQueryString", "headers"),
        *("requestContext", "isBase64Encoded"),
    } == set(found)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a=1&a=2&b=", {"a": "1,2", "b": ""}),
        ("a=x%2Cy&a=z", {"a": "x,y,z"}),
        ("s=a+b%20c", {"s": "a b c"}),
        ("flag", {"flag": ""}),
        ("%C3%A4=%C3%B6", {"ä": "ö"}),
    ],
)
def test_query_values_are_decoded_and_joined(query: str, expected: dict[str, str]) -> None:
    """`queryStringParameters` is decoded; `rawQueryString` stays as it was sent."""
    found = build(replace(REQUEST, query=query))
    assert (expected, query) == (found["queryStringParameters"], found["rawQueryString"])


def test_repeated_headers_are_joined_by_commas() -> None:
    """Cookies and the headers of one connection are not among them."""
    headers = (
        *(("x-a", "1"), ("x-a", "2"), ("cookie", "a=1"), ("cookie", "b=2; c=3")),
        *(("connection", "keep-alive"), ("transfer-encoding", "chunked")),
    )
    found = build(replace(REQUEST, headers=headers))
    assert {"content-length": "0", "x-a": "1,2"} == found["headers"]
    assert ["a=1", "b=2", "c=3"] == found["cookies"]


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("Text/HTML", True),
        ("application/xml", True),
        ("application/javascript", True),
        ("application/x-www-form-urlencoded", False),
        ("multipart/form-data; boundary=x", False),
        ("application/octet-stream", False),
        ("image/svg+xml", False),
        ("", False),
    ],
)
def test_only_some_types_are_passed_on_as_text(content_type: str, text: bool) -> None:  # noqa: FBT001
    """All other bodies are base64, forms and those without a type included."""
    request = replace(REQUEST, body=b"a=1", headers=(("content-type", content_type),))
    found = build(request)
    expected = ("a=1", False) if text else (base64.b64encode(b"a=1").decode(), True)
    assert expected == (found["body"], found["isBase64Encoded"])


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"\xff\xfe", (("content-type", "text/plain"),)),
        (b"{}", (("content-type", "application/json"), ("content-encoding", "gzip"))),
    ],
)
def test_bytes_that_are_no_text_are_base64(
    body: bytes, headers: tuple[tuple[str, str], ...]
) -> None:
    """Compressed bodies and bytes that are not UTF-8 arrive unharmed."""
    found = build(replace(REQUEST, body=body, headers=headers))
    assert (base64.b64encode(body).decode(), True) == (found["body"], found["isBase64Encoded"])
