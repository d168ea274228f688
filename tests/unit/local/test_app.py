"""The ASGI application, without an emulator behind it."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.requests import Request as StarletteRequest

from sam_deploy.local.gateway import app, incoming
from sam_deploy.local.gateway.address import Address
from sam_deploy.local.gateway.model import Reply

NOBODY = "http://127.0.0.1:9"
"""The discard port, on which nothing answers."""


def ask(method: str, path: str, **headers: str) -> tuple[httpx.Response, list[str]]:
    """The answer of a gateway whose emulator is gone, and its access log."""
    lines: list[str] = []

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app.make(NOBODY, lines.append))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(call()), lines


def test_without_an_emulator_an_api_is_unavailable() -> None:
    """503 as API Gateway has it, and the reason in the log."""
    answer, lines = ask("GET", "/eu-west-1/abc/dev/x")
    assert (503, {"message": "Service Unavailable"}) == (answer.status_code, answer.json())
    assert "the emulator does not answer" in lines[0]


def test_the_health_page_needs_no_emulator() -> None:
    """It says that the gateway runs, and nothing else."""
    answer, _ = ask("GET", "/_gateway/health")
    assert (200, {"status": "ok"}) == (answer.status_code, answer.json())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 503), ("GET", "/favicon.ico", 404), ("POST", "/", 404), ("PUT", "/a/b/c", 404)],
)
def test_other_pages_are_not_there(method: str, path: str, status: int) -> None:
    """Only the start page asks the emulator."""
    assert status == ask(method, path)[0].status_code


def test_headers_beyond_the_limit_are_refused() -> None:
    """API Gateway takes 10,240 bytes of request line and header values."""
    answer, _ = ask("GET", "/eu-west-1/abc/dev/x", x="a" * 10_240)
    assert 431 == answer.status_code


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(200, (("set-cookie", "a=1"), ("set-cookie", "b=2")), b"xy"), (2, b"xy", b"2")),
        (Reply(204, (), b"ignored"), (0, b"", None)),
        (Reply(304, (), b"ignored"), (0, b"", None)),
        (Reply(200), (0, b"", b"0")),
    ],
)
def test_an_answer_has_the_headers_of_the_reply_and_its_length(
    reply: Reply, expected: tuple[int, bytes, bytes | None]
) -> None:
    """Repeated headers stay apart; an answer without a body has no length."""
    answer = incoming.answer(reply, ("apigw-requestid", "id"))
    cookies = [value for name, value in answer.raw_headers if name == b"set-cookie"]
    length = dict(answer.raw_headers).get(b"content-length")
    assert expected == (len(cookies), answer.body, length)


def test_a_function_sees_the_apis_own_host_and_no_forged_one() -> None:
    """What a proxy adds is ours; what a client claims about it is not believed."""
    scope = {
        "type": "http",
        "method": "GET",
        "http_version": "1.1",
        "query_string": b"a=1",
        "client": ("127.0.0.1", 5),
        "headers": [
            (b"host", b"127.0.0.1:3000"),
            (b"x-forwarded-proto", b"https"),
            (b"x-forwarded-for", b"10.0.0.1"),
            (b"x-name", "ä".encode()),
        ],
    }
    found = Address("eu-west-1", "abc", "/dev/a%20b", "abc.execute-api.localhost")
    request = incoming.request(StarletteRequest(scope), found, b"", "id")
    assert "/dev/a b" == request.path
    assert {
        "host": ["abc.execute-api.localhost:3000"],
        "x-forwarded-proto": ["http"],
        "x-forwarded-for": ["10.0.0.1, 127.0.0.1"],
        "x-forwarded-port": ["3000"],
        "x-name": ["ä"],
    } == {
        name: [value for key, value in request.headers if key == name]
        for name, _ in request.headers
        if name != "x-amzn-trace-id"
    }
