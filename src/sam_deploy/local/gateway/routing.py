"""Which route and stage a request belongs to. Pure.

Source: "Create routes for HTTP APIs in API Gateway", section "Routing API requests".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sam_deploy.local.gateway.model import DEFAULT_ROUTE, DEFAULT_STAGE, Route, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ESCAPES: Final = re.compile(r"(?:%(?!25)[0-9A-Fa-f]{2})+")
_STAGE_VARIABLE: Final = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")
_LITERAL, _VARIABLE, _GREEDY = range(3)


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


def match(routes: Iterable[Route], method: str, path: str) -> Match | None:
    """The most specific route for a method and a path without its stage.

    A full match comes before a greedy one, a literal segment before a variable, the method
    before ANY, and `$default` last.
    """
    best: tuple[tuple[object, ...], Match] | None = None
    default: Match | None = None
    for route in routes:
        if route.key == DEFAULT_ROUTE:
            default = Match(route, {})
            continue
        route_method, _, template = route.key.partition(" ")
        if route_method not in (method, "ANY"):
            continue
        parameters = match_path(template, path)
        if parameters is None:
            continue
        rank = (*_rank(template), route_method == "ANY")
        if best is None or rank < best[0]:
            best = (rank, Match(route, parameters))
    return best[1] if best else default


def match_path(template: str, path: str) -> dict[str, str] | None:
    """The values of a template's variables if the path fits it, else None.

    `{name}` takes one segment, `{name+}` the rest of the path, and neither takes nothing.
    """
    wanted, given = template.split("/"), path.split("/")
    values: dict[str, str] = {}
    for index, segment in enumerate(wanted):
        if index >= len(given):
            return None
        kind, name = _segment(segment)
        value = "/".join(given[index:]) if kind == _GREEDY else given[index]
        if kind == _LITERAL:
            if segment != value:
                return None
            continue
        if not value:
            return None
        values[name] = value
        if kind == _GREEDY:
            return values
    return values if len(wanted) == len(given) else None


def integration_uri(uri: str, stage: Stage) -> str:
    """The URI with the stage's variables in it. Raises UndefinedStageVariableError."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in stage.variables:
            raise UndefinedStageVariableError(found[1])
        return stage.variables[found[1]]

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


def _rank(template: str) -> tuple[bool, tuple[int, ...]]:
    kinds = tuple(_segment(segment)[0] for segment in template.split("/"))
    return _GREEDY in kinds, kinds


def stage_path(stage: Stage, rest: str) -> str:
    """The path with its stage's segment, as `rawPath` shows it."""
    return rest if stage.name == DEFAULT_STAGE else f"/{stage.name}{rest}"
