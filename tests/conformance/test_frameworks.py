"""A plain handler, FastAPI behind Mangum, and the resolvers of Powertools see the same request."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import fastapi
import pytest
from aws_lambda_powertools.event_handler import (
    APIGatewayHttpResolver,
    APIGatewayRestResolver,
    Response,
)
from mangum import Mangum
from tests.conformance.asking import Answer, Gateway
from tests.conformance.cloud import Json, http_api, rest_api

KINDS = ("http2", "http1", "rest")
FRAMEWORKS = ("plain", "mangum", "powertools")
PICTURE = bytes(range(256))


def plain(event: Json, _: object = None) -> Json:
    """The view of a function that reads the event itself, of either format."""
    context = event["requestContext"]
    body = event.get("body") or ""
    data = base64.b64decode(body) if event["isBase64Encoded"] else body.encode()
    if event.get("version") == "2.0":
        path = event["rawPath"].removeprefix(f"/{context['stage']}")
        query = dict(event.get("queryStringParameters") or {})
        cookies = "; ".join(event.get("cookies") or [])
        method = context["http"]["method"]
    else:
        path = event["path"].removeprefix(f"/{context['stage']}")
        lists = event["multiValueQueryStringParameters"] or {}
        query = {name: ",".join(values) for name, values in lists.items()}
        cookies = event["headers"].get("cookie", "")
        method = event["httpMethod"]
    if path.endswith("/picture"):
        return {
            "statusCode": 200,
            "headers": {"content-type": "image/png"},
            "body": base64.b64encode(PICTURE).decode(),
            "isBase64Encoded": True,
        }
    seen = view(method, path, query, cookies, data, event["headers"]["x-own"])
    return {"statusCode": 200, "body": json.dumps(seen)}


def view(
    method: str, path: str, query: dict[str, str], cookies: str, body: bytes, own: str
) -> Json:
    """What an application knows of a request, whatever brought it."""
    return {
        "method": method,
        "path": path.partition("/seen")[2],
        "query": query,
        "cookies": cookies,
        "body": base64.b64encode(body).decode(),
        "own": own,
    }


def mangum() -> Callable[[Json], Any]:
    """FastAPI, below the paths of any stage."""
    application = fastapi.FastAPI(openapi_url=None)

    @application.api_route("/{path:path}", methods=["GET", "POST", "PUT"])
    async def seen(request: fastapi.Request, path: str) -> fastapi.Response:
        if path.endswith("/picture"):
            return fastapi.Response(PICTURE, media_type="image/png")
        query: dict[str, str] = {}
        for name, value in request.query_params.multi_items():
            query[name] = f"{query[name]},{value}" if name in query else value
        known = view(
            request.method,
            request.url.path,
            query,
            request.headers.get("cookie", ""),
            await request.body(),
            request.headers["x-own"],
        )
        return fastapi.responses.JSONResponse(known)

    adapter = Mangum(application, lifespan="off")

    def handler(event: Json) -> Any:
        # Lambda calls handlers in the main thread, where Mangum finds a loop.
        asyncio.set_event_loop(asyncio.new_event_loop())
        return adapter(event, None)  # type: ignore[arg-type]

    return handler


def powertools(resolver: Any) -> Callable[[Json], Any]:
    """A resolver of Powertools, with a route for the rest of the path."""

    def seen() -> Any:
        event = resolver.current_event
        if event.path.endswith("/picture"):
            return Response(200, "image/png", PICTURE)
        lists = event.resolved_query_string_parameters
        query = {name: ",".join(values) for name, values in lists.items()}
        cookies = event.get("cookies") or [event.headers.get("cookie", "")]
        body = event.body or ""
        data = base64.b64decode(body) if event.is_base64_encoded else body.encode()
        own = event.headers["x-own"]
        return view(event.http_method, event.path, query, "; ".join(cookies), data, own)

    for method in ("GET", "POST", "PUT"):
        resolver.route(".+", method=method)(seen)
    return lambda event: resolver.resolve(event, None)


@pytest.fixture(scope="module", autouse=True)
def deployed(gateway: Gateway) -> None:
    """Each framework behind each kind of API."""
    cloud = gateway.cloud
    cloud.functions |= {
        "plain": plain,
        "mangum": mangum(),
        "powertools": powertools(APIGatewayHttpResolver()),
        "powertools1": powertools(APIGatewayRestResolver()),
    }
    cloud.adapters.add("mangum")
    stages = ({"stageName": "$default"}, {"stageName": "dev"})
    by_name = {name: name for name in FRAMEWORKS} | {"powertools": "powertools"}
    old = {**by_name, "powertools": "powertools1"}
    http_api(cloud, "http2", {f"ANY /{n}/{{proxy+}}": f for n, f in by_name.items()}, stages=stages)
    http_api(
        cloud,
        "http1",
        {
            f"ANY /{name}/{{proxy+}}": {"function": called, "payloadFormatVersion": "1.0"}
            for name, called in old.items()
        },
        stages=stages,
    )
    rest_api(
        cloud,
        "rest1",
        {f"ANY /{name}/{{proxy+}}": called for name, called in old.items()},
        stages=({"stageName": "dev"},),
        binaryMediaTypes=["image/png", "application/octet-stream"],
    )


def ask(gateway: Gateway, kind: str, framework: str, rest: str, **given: Any) -> Answer:
    """A request to one framework behind one kind of API."""
    base = {"http2": "http2/dev", "http1": "http1/$default", "rest": "rest1/dev"}[kind]
    headers = (("x-own", "1"), *given.pop("headers", ()))
    return gateway.ask(f"/eu-west-1/{base}/{framework}{rest}", headers=headers, **given)


REQUESTS = {
    "a query with everything": ("/seen/a/b?x=1&x=2&y=%20z&e=", {}),
    "an encoded path": ("/seen/%C3%A4%20b", {}),
    "cookies": ("/seen", {"headers": (("Cookie", "a=1; b=2"),)}),
    "a JSON body": (
        "/seen/1",
        {
            "method": "POST",
            "body": '{"a":"ä"}'.encode(),
            "headers": (("content-type", "application/json"),),
        },
    ),
    "a binary body": (
        "/seen/1",
        {
            "method": "PUT",
            "body": PICTURE,
            "headers": (("content-type", "application/octet-stream"),),
        },
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", REQUESTS)
def test_every_framework_sees_the_same_request(gateway: Gateway, kind: str, name: str) -> None:
    """Method, path below the stage, query, cookies, body and headers are those that were sent."""
    rest, given = REQUESTS[name]
    seen = {
        framework: ask(gateway, kind, framework, rest, **given).json() for framework in FRAMEWORKS
    }
    if name == "an encoded path" and kind == "rest":
        # A REST API passes a path on as it was sent; frameworks that decode it do so themselves.
        seen = {each: {**told, "path": unquote(told["path"])} for each, told in seen.items()}
    if name == "a query with everything":
        # Format 2.0 joins values with commas, and so the frameworks do, or show them apart.
        assert {"1,2"} == {told["query"]["x"] for told in seen.values()}
    assert seen["plain"] == seen["mangum"] == seen["powertools"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_framework_answers_with_bytes(gateway: Gateway, kind: str, framework: str) -> None:
    """A picture reaches a client that accepts pictures, whoever encoded it."""
    answer = ask(gateway, kind, framework, "/picture", headers=(("Accept", "image/png"),))
    assert (200, "image/png", PICTURE) == (
        answer.status,
        answer.header("content-type"),
        answer.body,
    )
