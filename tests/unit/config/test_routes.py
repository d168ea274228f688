from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import Authorizer, Function, HttpApi, RestApi, Route

WrongReferences = Callable[..., list[str]]
PLACE = 'functions["Api"]'
GUARDED = HttpApi(authorizer=Authorizer(issuer="https://a.example.com", audience=["a"]))


def api(*routes: object) -> Function:
    """A quick function with these routes."""
    return Function("Api", source="x", timeout_seconds=30, routes=list(routes))  # type: ignore[arg-type]


def test_routes_need_an_api(wrong_references: WrongReferences) -> None:
    """Nothing could answer them: neither without any API, nor without the one that is named."""
    route, old = Route("GET", "/"), Route("GET", "/", api="rest")
    assert [f"{PLACE}: has routes, but the app has no `http_api`"] == wrong_references(
        functions=[api(route)]
    )
    assert [f"{PLACE}: has routes of a REST API, but the app has no `rest_api`"] == (
        wrong_references(functions=[api(old)], http_api=HttpApi())
    )
    wanted = Route("GET", "/", api="http")
    assert [f"{PLACE}: has routes of an HTTP API, but the app has no `http_api`"] == (
        wrong_references(functions=[api(wanted)], rest_api=RestApi())
    )


def test_a_route_belongs_to_the_api_that_the_app_has(wrong_references: WrongReferences) -> None:
    """Who has a REST API alone need not name it with every route; who has both, may (R071)."""
    routes = [Route("GET", "/"), Route("GET", "/", api="rest")]
    assert [] == wrong_references(functions=[api(routes[0])], rest_api=RestApi())
    assert [] == wrong_references(functions=[api(*routes)], http_api=HttpApi(), rest_api=RestApi())


FOREIGN = [
    pytest.param({"http_api": HttpApi(feature_set="extra")}, "an HTTP API", id="http"),
    pytest.param({"rest_api": RestApi(feature_set="extra")}, "a REST API", id="rest"),
]


@pytest.mark.parametrize(("given", "words"), FOREIGN)
def test_routes_need_an_api_of_their_own_feature_set(
    wrong_references: WrongReferences, given: dict[str, Any], words: str
) -> None:
    """The integration and the function are in one stack."""
    assert [f"{PLACE}: its routes belong to {words} of another feature set"] == wrong_references(
        functions=[api(Route("GET", "/"))], **given
    )


def test_a_route_is_answered_once(wrong_references: WrongReferences) -> None:
    """The same method and path twice is a mistake; another method is another route."""
    routes = [Route("GET", "/a"), Route("POST", "/a"), Route("GET", "/a")]
    assert [f"{PLACE}.routes: GET /a is already answered by {PLACE}"] == wrong_references(
        functions=[api(*routes)], http_api=HttpApi()
    )


def test_the_name_of_a_variable_makes_no_other_route(wrong_references: WrongReferences) -> None:
    """AWS could not tell them apart either; a greedy variable is another route."""
    routes = [Route("GET", "/a/{id}"), Route("GET", "/a/{key}"), Route("GET", "/a/{rest+}")]
    assert [f"{PLACE}.routes: GET /a/{{key}} is already answered by {PLACE}"] == (
        wrong_references(functions=[api(*routes)], http_api=HttpApi())
    )


PATHS = [
    ("/a-{id}", "'a-{id}' is no variable; one is a whole segment, such as {id}"),
    ("/{}", "'{}' is no variable; one is a whole segment, such as {id}"),
    ("/{a+}/b", "{a+} takes the whole rest of the path, so it must be the last segment"),
    ("/{a}/b/{a}", "has two variables of one name"),
]


@pytest.mark.parametrize(("path", "message"), PATHS)
def test_a_path_is_one_that_api_gateway_takes(
    wrong_references: WrongReferences, path: str, message: str
) -> None:
    """Before AWS says so, after minutes."""
    assert [f"{PLACE}.routes[0].path: {message}"] == wrong_references(
        functions=[api(Route("GET", path))], http_api=HttpApi()
    )


def test_a_rest_api_is_stricter_with_paths(wrong_references: WrongReferences) -> None:
    """No empty segments, no other characters: paths are resources there."""
    told = wrong_references(
        functions=[api(Route("GET", "/a/"), Route("GET", "/b$"), Route("GET", "/"))],
        rest_api=RestApi(),
    )
    words = "is no segment of a REST API; take letters, digits, . _ : -"
    assert [
        f"{PLACE}.routes[0].path: '' {words}",
        f"{PLACE}.routes[1].path: 'b$' {words}",
    ] == told


def test_a_rest_api_has_one_name_for_the_variable_of_a_place(
    wrong_references: WrongReferences,
) -> None:
    """Two siblings with variables are refused by API Gateway, whatever their methods."""
    routes = [Route("GET", "/a/{id}"), Route("POST", "/a/{key}/b"), Route("POST", "/c/{key}")]
    message = (
        "{key} stands where another route has {id}; a REST API takes one name for the variable "
        "of a place"
    )
    assert [f"{PLACE}.routes[1].path: {message}"] == wrong_references(
        functions=[api(*routes)], rest_api=RestApi()
    )


def test_scopes_need_somebody_who_looks_at_them(wrong_references: WrongReferences) -> None:
    """A route that looks safe and is open is the worst of all."""
    asking = Route("GET", "/a", scopes=["read"])
    both = Route("GET", "/b", scopes=["read"], public=True)
    here = f"{PLACE}.routes[0].scopes: asks for scopes, but"
    assert [f"{here} the API has no `authorizer` that could see them"] == wrong_references(
        functions=[api(asking)], http_api=HttpApi()
    )
    assert [f"{here} is `public`: nobody looks at its tokens"] == wrong_references(
        functions=[api(both)], http_api=GUARDED
    )
    assert [] == wrong_references(functions=[api(asking)], http_api=GUARDED)


WRONG: list[Any] = [5, None, [Route("GET", "/")], {}]


@pytest.mark.parametrize("wrong", WRONG)
def test_values_of_other_kinds_are_left_to_other_checks(
    wrong_references: WrongReferences, wrong: Any
) -> None:
    """They are told once, as wrong values, and break nothing here."""
    routes = [Route(wrong, "/"), Route("GET", wrong), Route("GET", "/a", public=wrong)]
    functions = [api(*routes, wrong), Function("Other", source="x", routes=wrong)]
    assert [] == wrong_references(functions=functions, http_api=HttpApi())
    assert [] == wrong_references(
        functions=[api(Route("GET", "/", api=wrong or "http"))], http_api=HttpApi()
    )
