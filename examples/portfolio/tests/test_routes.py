"""The application without AWS: which routes there are, who may call them, what errors look like."""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from src import main
from src.config import Settings
from src.dependencies import BlogRepository, get_blogs, get_pool, get_table, get_verifier
from src.utils.auth import Pool, User
from src.utils.errors import UnauthorizedError

EXAMPLE = Path(__file__).parents[1]
ORIGINS = ("https://patrickcmd.dev", "https://www.patrickcmd.dev")
PUBLIC = {
    "GET /",
    "GET /health",
    "POST /auth/login",
    "POST /auth/refresh",
    "GET /blogs",
    "GET /blogs/{blog_id}",
    "GET /blogs/categories/list",
    "GET /projects",
    "GET /projects/{project_id}",
    "GET /certifications",
    "GET /certifications/{certification_id}",
    "POST /visitors/track",
    "GET /visitors/count",
    "POST /analytics/track/{content_type}/{content_id}",
    "GET /analytics/views/total",
    "GET /analytics/views/{content_type}/{content_id}",
}
ANY_USER = {"GET /auth/me", "POST /auth/logout"}


class Tokens:
    """Takes `owner` and `reader` as tokens."""

    def user(self, token: str) -> User:
        """Return somebody whose role is the token."""
        if token not in ("owner", "reader"):
            raise UnauthorizedError("no")
        return User(user_id=token, email=f"{token}@example.com", role=token)


def untouched() -> Any:
    pytest.fail("the table was asked although the call is refused")


def application(environment: str) -> Any:
    settings = Settings(environment=environment, cors_origins=ORIGINS)
    app = main.make(settings)
    app.dependency_overrides = {
        get_verifier: Tokens,
        get_table: untouched,
        get_pool: lambda: Pool("us-east-1", "us-east-1_abc", "client"),
    }
    return app


APP = application("production")
ROUTES = sorted(
    f"{method.upper()} {path}"
    for path, methods in APP.openapi()["paths"].items()
    for method in methods
)
GUARDED = sorted(set(ROUTES) - PUBLIC - ANY_USER)


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(APP, raise_server_exceptions=False) as made:
        yield made


def called(client: TestClient, route: str, token: str = "", **more: Any) -> Any:
    method, path = route.split(" ")
    path = path.replace("{content_type}", "blog")
    for name in ("blog_id", "project_id", "certification_id", "content_id"):
        path = path.replace(f"{{{name}}}", "1")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return client.request(method, path, headers=headers, **more)


def test_there_are_the_39_routes_of_the_document() -> None:
    """Two of the API itself and those of six routers."""
    assert 39 == len(ROUTES)
    prefixes = [route.split("/")[1] for route in ROUTES]
    assert {
        "": 1,
        "health": 1,
        "auth": 4,
        "blogs": 8,
        "projects": 7,
        "certifications": 7,
        "visitors": 4,
        "analytics": 7,
    } == {prefix: prefixes.count(prefix) for prefix in set(prefixes)}


def test_the_application_has_the_documented_modules() -> None:
    """R054: 6 routers, 5 files of models, 6 repositories, two utilities, config, dependencies.

    And `transactions`, which the repositories share.
    """
    modules = {
        "api": "auth blog projects certifications visitors analytics",
        "models": "blog project certification visitor analytics",
        "repositories": "base blog project certification visitor analytics transactions",
        "utils": "auth errors",
        ".": "main config dependencies",
    }
    source = EXAMPLE / "backend" / "src"
    for folder, names in modules.items():
        found = {file.stem for file in (source / folder).glob("*.py")} - {"__init__"}
        assert set(names.split()) == found


@pytest.mark.parametrize("route", GUARDED)
def test_routes_of_the_owner_take_nobody_else(client: TestClient, route: str) -> None:
    """Without a token 401, with a bad one 401, with that of another user 403."""
    assert (401, "Bearer") == (
        (answer := called(client, route)).status_code,
        answer.headers["www-authenticate"],
    )
    assert 401 == called(client, route, "forged").status_code
    answer = called(client, route, "reader")
    assert {"error": "Only the owner may do this", "status_code": 403} == answer.json()


@pytest.mark.parametrize("route", sorted(ANY_USER))
def test_routes_of_every_user_need_a_token(client: TestClient, route: str) -> None:
    """Whoever is signed in may ask who they are, and leave."""
    assert 401 == called(client, route, json={"refresh_token": "x"}).status_code


def test_the_api_gateway_lets_through_what_the_application_lets_through() -> None:
    """An authorizer before the login, or an open door before a locked one, is seen here."""
    deploy = runpy.run_path(str(EXAMPLE / "deploy.py"))
    documentation = {"GET /docs", "GET /redoc", "GET /openapi.json"}
    plain = {_named(route) for route in PUBLIC}
    assert plain == {_named(route) for route in deploy["PUBLIC"]} - documentation


def _named(route: str) -> str:
    """Return a route without the names of its variables."""
    names = {"blog_id", "project_id", "certification_id", "content_id", "content_type"}
    for name in (*names, "id", "type"):
        route = route.replace(f"{{{name}}}", "{}")
    return route


def test_what_is_not_valid_is_told_without_repeating_it(client: TestClient) -> None:
    """Where and why, but not the password that was sent."""
    answer = client.post("/auth/login", json={"email": "nobody", "password": "s3cret" * 100})
    body = answer.json()
    assert (422, {"error", "status_code", "details"}) == (answer.status_code, set(body))
    assert [["body", "email"], ["body", "password"]] == [each["loc"] for each in body["details"]]
    assert "s3cret" not in answer.text


def test_a_failure_tells_nothing_of_the_inside() -> None:
    """500 with a sentence; the traceback is in the log."""

    class Broken:
        def get_item(self, **_: Any) -> Any:
            message = "arn:aws:dynamodb:us-east-1:1:table/secret"
            raise RuntimeError(message)

    app = application("production")
    app.dependency_overrides[get_blogs] = lambda: BlogRepository(Broken())
    with TestClient(app, raise_server_exceptions=False) as broken:
        answer = broken.get("/blogs/1")
    assert {"error": "Internal server error", "status_code": 500} == answer.json()


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_only_development_documents_itself(client: TestClient, path: str) -> None:
    """Production answers as if there were nothing."""
    assert {"error": "Not Found", "status_code": 404} == client.get(path).json()
    with TestClient(application("development")) as development:
        assert 200 == development.get(path).status_code


@pytest.mark.parametrize("origin", ORIGINS)
def test_each_origin_is_answered_by_itself(client: TestClient, origin: str) -> None:
    """The original answered all of them in one header, which no browser takes."""
    answer = client.get("/health", headers={"Origin": origin})
    assert origin == answer.headers["access-control-allow-origin"]
    stranger = client.get("/health", headers={"Origin": "https://example.org"})
    assert "access-control-allow-origin" not in stranger.headers


@pytest.mark.parametrize("prefix", ["", "/production"])
def test_the_handler_answers_below_its_stage_and_on_its_own_domain(prefix: str) -> None:
    """R048, R049: Mangum makes a request of a payload 2.0 event, and an answer of the response."""
    event = {
        "version": "2.0",
        "rawPath": f"{prefix}/health",
        "rawQueryString": "",
        "headers": {"host": "api.patrickcmd.dev"},
        "requestContext": {"http": {"method": "GET", "path": "/health", "sourceIp": "192.0.2.1"}},
        "isBase64Encoded": False,
    }
    answer = main.handler(event, None)
    assert (200, "application/json") == (answer["statusCode"], answer["headers"]["content-type"])
    assert "healthy" == json.loads(answer["body"])["status"]
