"""Checks routes: which API they belong to, their paths, who may use them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sam_deploy.config import physical
from sam_deploy.config.model import App, Authorizer, HttpApi, RestApi, Route
from sam_deploy.config.tree import Problem, entries, feature_set_of, line_of

VARIABLE: Final = re.compile(r"\{[A-Za-z0-9._:-]+\+?\}")
"""A variable is a whole segment; `+` takes the rest of the path."""
REST_SEGMENT: Final = re.compile(r"[A-Za-z0-9._:-]+")
KINDS: Final = {"http": ("an HTTP API", "http_api"), "rest": ("a REST API", "rest_api")}
Answered = dict[tuple[object, object, str], str]
"""(API, method, path without names of variables) -> path of the function."""


def problems(app: App) -> Iterator[Problem]:
    """Yield every mistake in the routes that functions list."""
    seen: Answered = {}
    variables: dict[str, str] = {}
    for path, function in entries(app, "functions"):
        listed = getattr(function, "routes", ())
        listed = listed if isinstance(listed, (list, tuple)) else ()
        routes = [
            (f"{path}.routes[{index}]", each)
            for index, each in enumerate(listed)
            if isinstance(each, Route)
        ]
        for kind in dict.fromkeys(kind_of(app, each) for _, each in routes):
            yield from _belongs(app, function, path, kind)
        for here, route in routes:
            yield from _authorized(app, route, here)
            key: tuple[object, object] = (route.method, route.path)
            if not all(isinstance(part, str) for part in key):
                continue
            yield from _path(app, route, here)
            yield from _once(app, route, path, seen)
            if kind_of(app, route) == "rest":
                yield from _same_variable(route, here, variables)


def kind_of(app: App, route: Route) -> str:
    """Return the API of a route as `physical.route_api` does; '' for what is no text."""
    kind: object = physical.route_api(app, route)
    return kind if isinstance(kind, str) else ""


def api_of(app: App, kind: str) -> HttpApi | RestApi | None:
    """Return the API of that kind, if the app has one."""
    api: object = app.rest_api if kind == "rest" else app.http_api
    return api if isinstance(api, (HttpApi, RestApi)) else None


def _belongs(app: App, function: object, path: str, kind: str) -> Iterator[Problem]:
    if kind not in KINDS:
        return
    words, argument = KINDS[kind]
    api = getattr(app, argument)
    if api is None:
        message = f"has routes, but the app has no `{argument}`"
        if kind == "rest" or app.rest_api is not None:
            message = f"has routes of {words}, but the app has no `{argument}`"
        yield Problem(path, message, line_of(function))
    elif feature_set_of(app, api) != feature_set_of(app, function):
        message = f"its routes belong to {words} of another feature set"
        yield Problem(path, message, line_of(function))


def _authorized(app: App, route: Route, path: str) -> Iterator[Problem]:
    """Scopes that nobody asks for would make a route look safe."""
    api = api_of(app, kind_of(app, route))
    guarded = api is not None and isinstance(api.authorizer, Authorizer)
    if route.scopes and api is not None and not guarded:
        message = "asks for scopes, but the API has no `authorizer` that could see them"
        yield Problem(f"{path}.scopes", message, line_of(route))
    if route.scopes and route.public is True:
        message = "asks for scopes, but is `public`: nobody looks at its tokens"
        yield Problem(f"{path}.scopes", message, line_of(route))


def _path(app: App, route: Route, path: str) -> Iterator[Problem]:
    """What API Gateway takes for a path. Source: its developer guide, "Create routes"."""
    segments = route.path[1:].split("/")
    named = [each.strip("{+}") for each in segments if VARIABLE.fullmatch(each)]
    rest = kind_of(app, route) == "rest"
    for number, segment in enumerate(segments):
        message = ""
        variable = VARIABLE.fullmatch(segment)
        if not variable and set(segment) & set("{}"):
            message = f"{segment!r} is no variable; one is a whole segment, such as {{id}}"
        elif variable and segment.endswith("+}") and number < len(segments) - 1:
            message = f"{segment} takes the whole rest of the path, so it must be the last segment"
        elif rest and not variable and route.path != "/" and not REST_SEGMENT.fullmatch(segment):
            message = f"{segment!r} is no segment of a REST API; take letters, digits, . _ : -"
        if message:
            yield Problem(f"{path}.path", message, line_of(route))
    if len(set(named)) < len(named):
        yield Problem(f"{path}.path", "has two variables of one name", line_of(route))


def _once(app: App, route: Route, owner: str, seen: Answered) -> Iterator[Problem]:
    """Names of variables make no difference: /orders/{id} and /orders/{key} are one route."""
    shape = re.sub(r"\{[^}+]*(\+?)\}", r"{\1}", route.path)
    key = (kind_of(app, route), route.method, shape)
    if key in seen:
        message = f"{route.method} {route.path} is already answered by {seen[key]}"
        yield Problem(f"{owner}.routes", message, line_of(route))
    seen.setdefault(key, owner)


def _same_variable(route: Route, path: str, seen: dict[str, str]) -> Iterator[Problem]:
    """A REST API has a tree of resources: below one of them, one name for a variable."""
    parent = ""
    for segment in route.path[1:].split("/"):
        if VARIABLE.fullmatch(segment) and seen.setdefault(parent, segment) != segment:
            message = (
                f"{segment} stands where another route has {seen[parent]}; a REST API takes one "
                "name for the variable of a place"
            )
            yield Problem(f"{path}.path", message, line_of(route))
            return
        parent = f"{parent}/{segment}"
