"""CORS as API Gateway answers it by itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sam_deploy.local.gateway import cors
from sam_deploy.local.gateway.model import Cors, Reply, Request

EXAMPLE = "https://app.example.com"


def request(method: str = "GET", **headers: str) -> Request:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    time = datetime(2020, 1, 1, tzinfo=UTC)
    return Request(method, "/", "", named, b"", "127.0.0.1", "HTTP/1.1", "d", "id", time)


@pytest.mark.parametrize("capital", [False, True])
def test_both_spellings_of_the_configuration_are_read(capital: bool) -> None:  # noqa: FBT001
    """The emulator keeps CloudFormation's capital letters; AWS's API has none."""
    values = {
        "allowOrigins": [EXAMPLE],
        "allowMethods": ["GET", "POST"],
        "allowHeaders": ["content-type"],
        "exposeHeaders": ["x-id"],
        "maxAge": "600",
        "allowCredentials": "true",
    }
    given = {k[0].upper() + k[1:] if capital else k: v for k, v in values.items()}
    expected = Cors((EXAMPLE,), ("GET", "POST"), ("content-type",), ("x-id",), 600, True)
    assert expected == cors.read(given)


@pytest.mark.parametrize("nothing", [None, {}])
def test_no_configuration_is_none(nothing: dict[str, object] | None) -> None:
    """An API without CORS is told apart from one that allows nothing."""
    assert cors.read(nothing) is None


@pytest.mark.parametrize(
    ("origins", "origin", "granted"),
    [
        (("*",), EXAMPLE, "*"),
        ((EXAMPLE,), EXAMPLE, EXAMPLE),
        ((EXAMPLE,), "https://APP.example.com", "https://APP.example.com"),
        (("https://*",), EXAMPLE, EXAMPLE),
        (("https://*",), "http://app.example.com", None),
        (("http://*",), "http://localhost:5173", "http://localhost:5173"),
        ((EXAMPLE,), "https://evil.example", None),
        ((EXAMPLE,), EXAMPLE + ".evil.example", None),
        ((), EXAMPLE, None),
    ],
)
def test_an_origin_is_granted_or_not(
    origins: tuple[str, ...], origin: str, granted: str | None
) -> None:
    """Exact origins, everybody, or everybody of a scheme; nothing in between."""
    reply = cors.decorate(Cors(allow_origins=origins), request(origin=origin), Reply(200))
    assert granted == dict(reply.headers).get("access-control-allow-origin")


def test_a_preflight_tells_everything_that_is_configured() -> None:
    """204, without a body, with each configured header."""
    configured = Cors((EXAMPLE,), ("GET", "POST"), ("content-type", "x-a"), ("x-id",), 0, True)
    asked = request("OPTIONS", origin=EXAMPLE, access_control_request_method="POST")
    expected = {
        "access-control-allow-origin": EXAMPLE,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "x-id",
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "content-type,x-a",
        "access-control-max-age": "0",
        "vary": "origin",
    }
    reply = cors.preflight(configured, asked)
    assert (204, expected, b"") == (reply.status, dict(reply.headers), reply.body)


def test_a_preflight_of_another_origin_tells_nothing() -> None:
    """The browser refuses by itself when the headers are missing."""
    asked = request("OPTIONS", origin="https://evil.example", access_control_request_method="GET")
    assert Reply(204) == cors.preflight(Cors((EXAMPLE,), ("GET",)), asked)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (request("OPTIONS", origin=EXAMPLE, access_control_request_method="GET"), True),
        (request("OPTIONS", origin=EXAMPLE), False),
        (request("OPTIONS", access_control_request_method="GET"), False),
        (request("GET", origin=EXAMPLE, access_control_request_method="GET"), False),
    ],
)
def test_a_preflight_is_known_by_both_of_its_headers(asked: Request, expected: bool) -> None:  # noqa: FBT001
    """Any other OPTIONS request is the application's."""
    assert expected == cors.is_preflight(asked)


def test_the_headers_of_the_function_are_replaced() -> None:
    """The API's configuration wins; the function's other headers stay."""
    given = Reply(200, (("access-control-allow-origin", "*"), ("x-a", "1")), b"x")
    found = cors.decorate(Cors((EXAMPLE,)), request(origin=EXAMPLE), given)
    expected = (("x-a", "1"), ("access-control-allow-origin", EXAMPLE), ("vary", "origin"))
    assert Reply(200, expected, b"x") == found


def test_a_call_without_an_origin_gets_no_headers() -> None:
    """Neither the configuration's nor the function's."""
    given = Reply(200, (("access-control-allow-origin", "*"),))
    assert Reply(200) == cors.decorate(Cors(("*",)), request(), given)
