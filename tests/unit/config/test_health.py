from __future__ import annotations

from collections.abc import Callable

import pytest

from sam_deploy import Authorizer, Function, HttpApi, RestApi, Route

WrongReferences = Callable[..., list[str]]
GUARD = Authorizer(issuer="https://a.example.com", audience=["a"])


def api(*routes: Route) -> Function:
    """A quick function with these routes."""
    return Function("Api", source="x", timeout_seconds=20, routes=list(routes))


@pytest.mark.parametrize(
    ("method", "route", "path"),
    [
        ("GET", "/health", "/health"),
        ("GET", "/health", "/health?deep=1"),
        ("ANY", "/{proxy+}", "/api/health"),
        ("ANY", "/api/{proxy+}", "/api/health"),
        ("GET", "/shops/{id}/health", "/shops/7/health"),
        ("GET", "/", "/"),
    ],
)
def test_a_path_that_a_route_answers_is_fine(
    wrong_references: WrongReferences, method: str, route: str, path: str
) -> None:
    """As API Gateway would lead the call: exactly, by variables, or by what takes the rest."""
    found = Route(method, route)  # type: ignore[arg-type] # one of the parameters above
    assert [] == wrong_references(functions=[api(found)], http_api=HttpApi(health_path=path))


@pytest.mark.parametrize(
    ("method", "route", "path", "near"),
    [
        ("GET", "/health", "/heath", "; did you mean '/health'?"),
        ("POST", "/health", "/health", ""),
        ("GET", "/api/{proxy+}", "/api", ""),
        ("GET", "/shops/{id}", "/shops/7/health", ""),
        ("GET", "/{id}", "/", ""),
    ],
)
def test_a_path_that_no_route_answers_is_told_before_anything_is_deployed(
    wrong_references: WrongReferences, method: str, route: str, path: str, near: str
) -> None:
    """Else a good release would be put back for it, after 20 seconds of 404."""
    found = Route(method, route)  # type: ignore[arg-type] # the same
    assert [f"http_api.health_path: no route answers GET {path}{near}"] == wrong_references(
        functions=[api(found)], http_api=HttpApi(health_path=path)
    )


def test_each_api_is_held_to_its_own_routes(wrong_references: WrongReferences) -> None:
    """A REST API does not answer what the HTTP API does."""
    routes = [Route("GET", "/health"), Route("GET", "/old", api="rest")]
    assert ["rest_api.health_path: no route answers GET /health"] == wrong_references(
        functions=[api(*routes)], http_api=HttpApi(), rest_api=RestApi(health_path="/health")
    )


def test_a_call_without_a_token_must_be_let_in(wrong_references: WrongReferences) -> None:
    """The nearest route counts: an open one beside one that takes all the rest will do."""
    guarded = HttpApi(health_path="/health", authorizer=GUARD)
    (told,) = wrong_references(functions=[api(Route("ANY", "/{proxy+}"))], http_api=guarded)
    assert "its route ANY /{proxy+} asks for a token" in told
    both = [Route("ANY", "/{proxy+}"), Route("GET", "/health", public=True)]
    assert [] == wrong_references(functions=[api(*both)], http_api=guarded)


def test_routes_of_ones_own_are_not_judged(wrong_references: WrongReferences) -> None:
    """What somebody writes as resources may answer it."""
    raw = {"Own": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {}}}
    assert [] == wrong_references(
        functions=[api(Route("GET", "/a"))], http_api=HttpApi(health_path="/b"), resources=raw
    )
