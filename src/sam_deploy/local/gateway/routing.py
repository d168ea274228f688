"""Which route and stage a request belongs to. Pure.

Source: "Create routes for HTTP APIs in API Gateway", section "Routing API requests".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from sam_deploy.local.gateway.model import DEFAULT_ROUTE, DEFAULT_STAGE, Route, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sam_deploy.local.gateway.model import Request

_ESCAPES: Final = re.compile(r"(?:%(?!25)[0-9A-Fa-f]{2})+")
_STAGE_VARIABLE: Final = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")
_LITERAL, _VARIABLE, _GREEDY = range(3)
_Segments: TypeAlias = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A route, and the values of its path variables."""

    route: Route
    parameters: Mapping[str, str]


class UndefinedStageVariableError(Exception):
    """An integration URI names a stage variable that the stage does not have."""


def decode_path(raw_path: str) -> str:
    """The path as an HTTP API sees and passes it on: decoded, but for `%25`.

    It also ends at a decoded `?`. Seen in recorded events of live HTTP APIs.
    """
    decoded = _ESCAPES.sub(
        lambda found: bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "replace"), raw_path
    )
    return decoded.partition("?")[0]


def find_stage(stages: Mapping[str, Stage], path: str) -> tuple[Stage, str] | None:
    """The stage that a path of the API's own host belongs to, and the rest of the path.

    A named stage takes the first segment; the `$default` stage takes what no other one does.
    """
    first, _, rest = path.lstrip("/").partition("/")
    if first != DEFAULT_STAGE and first in stages:
        return stages[first], f"/{rest}"
    default = stages.get(DEFAULT_STAGE)
    return (default, path or "/") if default else None


def stage_of(stages: Mapping[str, Stage], mapped: str, path: str) -> tuple[Stage, str] | None:
    """The stage of a request and the rest of its path; `mapped` is the stage of a mapping.

    A custom domain's mapping names its stage, so that no segment of the path does.
    """
    if not mapped:
        return find_stage(stages, path)
    stage = stages.get(mapped)
    return (stage, path or "/") if stage else None


def match(routes: Iterable[Route], method: str, path: str) -> Match | None:
    """The most specific route for a method and a path without its stage.

    A full match comes before a greedy one, a literal segment before a variable, the method
    before ANY, and `$default` last.
    """
    best: tuple[tuple[object, ...], Match] | None = None
    default: Match | None = None
    given = path.split("/")
    for route in routes:
        if route.key == DEFAULT_ROUTE:
            default = Match(route, {})
            continue
        route_method, wanted, rank = _compiled(route.key)
        if route_method not in (method, "ANY"):
            continue
        parameters = _values(wanted, given)
        if parameters is not None and (best is None or rank < best[0]):
            best = (rank, Match(route, parameters))
    return best[1] if best else default


def match_path(template: str, path: str) -> dict[str, str] | None:
    """The values of a template's variables if the path fits it, else None.

    `{name}` takes one segment, `{name+}` the rest of the path, and neither takes nothing.
    """
    return _values(_segments(template), path.split("/"))


def _values(wanted: _Segments, given: list[str]) -> dict[str, str] | None:
    values: dict[str, str] = {}
    for index, (kind, name) in enumerate(wanted):
        if index >= len(given):
            return None
        if kind == _LITERAL:
            if name != given[index]:
                return None
            continue
        value = "/".join(given[index:]) if kind == _GREEDY else given[index]
        if not value:
            return None
        values[name] = value
        if kind == _GREEDY:
            return values
    return values if len(wanted) == len(given) else None


def integration_uri(uri: str, variables: Mapping[str, str]) -> str:
    """The URI with a stage's variables in it. Raises UndefinedStageVariableError."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in variables:
            raise UndefinedStageVariableError(found[1])
        return variables[found[1]]

    return _STAGE_VARIABLE.sub(value, uri)


def function_arn(uri: str) -> str:
    """The Lambda ARN in an integration URI of either form, or '' when there is none.

    `arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations`, or the ARN.
    """
    found = re.search(r"functions/(arn:[^/]+)/invocations$", uri)
    if found:
        return found[1]
    return uri if re.match(r"arn:[\w-]+:lambda:", uri) else ""


def _segment(segment: str) -> tuple[int, str]:
    if not (segment.startswith("{") and segment.endswith("}")):
        return _LITERAL, segment
    name = segment[1:-1]
    return (_GREEDY, name[:-1]) if name.endswith("+") else (_VARIABLE, name)


def _segments(template: str) -> _Segments:
    return tuple(_segment(segment) for segment in template.split("/"))


@lru_cache(maxsize=8192)
def _compiled(key: str) -> tuple[str, _Segments, tuple[object, ...]]:
    """Method, segments and rank of a route's key: the same for every request."""
    method, _, template = key.partition(" ")
    segments = _segments(template)
    kinds = tuple(kind for kind, _ in segments)
    return method, segments, (_GREEDY in kinds, kinds, method == "ANY")


def stage_path(stage: Stage, rest: str) -> str:
    """The path with its stage's segment, as `rawPath` shows it."""
    return rest if stage.name == DEFAULT_STAGE else f"/{stage.name}{rest}"


def outer_path(request: Request, rest: str) -> str:
    """The path as the client sent it: with the mapping of a custom domain, or with the stage.

    Source: "Create AWS Lambda proxy integrations for HTTP APIs": only format 1.0 has the mapping.
    """
    return f"/{request.base_path}{rest}" if request.base_path else request.path
