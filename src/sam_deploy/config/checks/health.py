"""Checks that the path by which an API proves that it works is one that it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy.config.checks.routes import KINDS, VARIABLE, api_of, kind_of
from sam_deploy.config.model import App, Authorizer, Route
from sam_deploy.config.tree import Problem, line_of, listed, named, nearest

RAW: Final = "AWS::ApiGateway"
"""Types of resources by which somebody gives an API routes of their own begin so."""


def problems(app: App) -> Iterator[Problem]:
    """Yield a `health_path` that nobody answers, or only with a token, which it does not have."""
    for kind, (_, argument) in KINDS.items():
        api = api_of(app, kind)
        path: object = getattr(api, "health_path", None)
        if api is None or not isinstance(path, str) or _is_raw(app):
            continue
        routes = [each for each in _routes(app) if kind_of(app, each) == kind]
        asked = path.partition("?")[0]
        fitting = [each for each in routes if _answers(each, asked)]
        if routes and not fitting:
            answering = [each for each in routes if each.method in {"GET", "ANY"}]
            near = nearest(asked, [each.path for each in answering if "{" not in each.path])
            message = f"no route answers GET {asked}" + (
                f"; did you mean {near!r}?" if near else ""
            )
            yield Problem(f"{argument}.health_path", message, line_of(api))
        elif fitting and isinstance(api.authorizer, Authorizer):
            best = min(fitting, key=_rank)
            if not best.public:
                message = (
                    f"its route {best.method} {best.path} asks for a token, and the call that "
                    "shows whether the API works has none; make it a route with `public=True`"
                )
                yield Problem(f"{argument}.health_path", message, line_of(api))


def _routes(app: App) -> list[Route]:
    """Return the routes of all functions, as far as they have the right form."""
    return [
        each
        for function in named(app, "functions")
        for each in listed(function, "routes")
        if isinstance(each, Route) and isinstance(each.path, str) and isinstance(each.method, str)
    ]


def _answers(route: Route, path: str) -> bool:
    """Whether API Gateway leads a GET to a route. Source: its developer guide, "Create routes"."""
    if route.method not in {"GET", "ANY"}:
        return False
    wanted, given = route.path.strip("/").split("/"), path.strip("/").split("/")
    for number, segment in enumerate(wanted):
        if VARIABLE.fullmatch(segment) and segment.endswith("+}"):
            return bool("".join(given[number:]))
        if number >= len(given):
            return False
        if segment != given[number] and not (VARIABLE.fullmatch(segment) and given[number]):
            return False
    return len(wanted) == len(given)


def _rank(route: Route) -> tuple[bool, int, bool]:
    """Return what comes first where several routes fit: exact ones, then variables, then all."""
    variables = sum(bool(VARIABLE.fullmatch(each)) for each in route.path.split("/"))
    return "+}" in route.path, variables, route.method == "ANY"


def _is_raw(app: App) -> bool:
    """Whether somebody gives an API routes by resources of their own."""
    found: object = app.resources
    every = found.values() if isinstance(found, Mapping) else ()
    kinds = (each.get("Type") for each in every if isinstance(each, Mapping))
    return any(isinstance(kind, str) and kind.startswith(RAW) for kind in kinds)
