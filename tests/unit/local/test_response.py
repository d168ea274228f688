"""What a function's result becomes for the client."""

from __future__ import annotations

import json

import pytest

from sam_deploy.local.gateway import response
from sam_deploy.local.gateway.model import Reply

JSON = (("content-type", "application/json"),)
TEXT = (("content-type", "text/plain; charset=utf-8"),)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("Hello from Lambda!", b"Hello from Lambda!"),
        ({"message": "hi"}, b'{"message": "hi"}'),
        ([1, 2], b"[1, 2]"),
        (None, b"null"),
        (7, b"7"),
    ],
)
def test_a_result_without_a_status_is_a_json_body(result: object, expected: bytes) -> None:
    """Format 2.0 infers 200 and JSON, and the whole result is the body."""
    assert Reply(200, JSON, expected) == response.from_payload(json.dumps(result).encode())


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"statusCode": 204}, Reply(204, TEXT)),
        ({"statusCode": "201", "body": "x"}, Reply(201, TEXT, b"x")),
        ({"statusCode": 200, "body": "ä"}, Reply(200, TEXT, "ä".encode())),
        (
            {"statusCode": 200, "headers": {"Content-Type": "text/html", "X-N": 1, "X-B": True}},
            Reply(200, (("content-type", "text/html"), ("x-n", "1"), ("x-b", "true"))),
        ),
        (
            {"statusCode": 302, "headers": {"Location": "/a", "Content-Length": "9"}},
            Reply(302, (("location", "/a"), *TEXT)),
        ),
        (
            {"statusCode": 200, "cookies": ["a=1", "b=2; Path=/"]},
            Reply(200, (*TEXT, ("set-cookie", "a=1"), ("set-cookie", "b=2; Path=/"))),
        ),
        (
            {"statusCode": 200, "body": "AAEC", "isBase64Encoded": True},
            Reply(200, TEXT, b"\x00\x01\x02"),
        ),
        ({"statusCode": 200, "headers": None, "cookies": None, "body": None}, Reply(200, TEXT)),
    ],
)
def test_a_result_with_a_status_is_taken_by_its_parts(result: object, expected: Reply) -> None:
    """Status, headers, cookies and body; the type is plain text where none is given."""
    assert expected == response.from_payload(json.dumps(result).encode())


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "abc"},
        {"statusCode": None},
        {"statusCode": True},
        {"statusCode": 99},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "headers": []},
        {"statusCode": 200, "headers": {"x": ["a"]}},
        {"statusCode": 200, "headers": {"x": "a\r\nset-cookie: b"}},
        {"statusCode": 200, "headers": {"x": "a\x00"}},
        {"statusCode": 200, "headers": {"a b": "c"}},
        {"statusCode": 200, "headers": {"": "c"}},
        {"statusCode": 200, "cookies": "a=1"},
        {"statusCode": 200, "body": "*", "isBase64Encoded": True},
    ],
)
def test_a_result_that_cannot_be_understood_is_a_server_error(result: object) -> None:
    """A malformed result is a 500 in the words of API Gateway, never half an answer."""
    expected = Reply(500, JSON, b'{"message":"Internal Server Error"}')
    assert expected == response.from_payload(json.dumps(result).encode())


def test_a_payload_that_is_no_json_is_a_server_error() -> None:
    """Nothing of it reaches the client."""
    assert response.INTERNAL_SERVER_ERROR == response.from_payload(b"<html>")
