"""Which method of a REST API a request belongs to. Pure.

Source: "Set up a proxy integration with a proxy resource"; that a resource without the method
leaves a request to `{proxy+}` is seen in live APIs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sam_deploy.local.gateway.rest_model import Method, Resource

_LITERAL, _VARIABLE, _GREEDY = range(3)
ANY: Final = "ANY"


@dataclass(frozen=True, slots=True)
class RestMatch:
    """A method of a resource, and the values of its path parameters (still encoded)."""

    resource: Resource
    method: Method
    parameters: Mapping[str, str]


def match(resources: Iterable[Resource], http_method: str, path: str) -> RestMatch | None:
    """The method for a path below the stage, or None: a literal segment before a variable.

    The most specific resource decides; if it lacks the method, only a `{proxy+}` steps in.
    """
    given = [segment for segment in path.split("/") if segment]
    found = []
    for resource in resources:
        wanted = [segment for segment in resource.path.split("/") if segment]
        parameters = _parameters(wanted, given)
        if parameters is not None:
            found.append((tuple(_kind(segment) for segment in wanted), resource, parameters))
    found.sort(key=lambda each: each[0])
    for index, (kinds, resource, parameters) in enumerate(found):
        if index and _GREEDY not in kinds:
            continue
        method = resource.methods.get(http_method) or resource.methods.get(ANY)
        if method is not None:
            return RestMatch(resource, method, parameters)
    return None


def _parameters(wanted: list[str], given: list[str]) -> dict[str, str] | None:
    values: dict[str, str] = {}
    for index, segment in enumerate(wanted):
        if index >= len(given):
            return None
        kind = _kind(segment)
        if kind == _GREEDY:
            return values | {segment[1:-2]: "/".join(given[index:])}
        if kind == _VARIABLE:
            values[segment[1:-1]] = given[index]
        elif segment != given[index]:
            return None
    return values if len(wanted) == len(given) else None


def _kind(segment: str) -> int:
    if not (segment.startswith("{") and segment.endswith("}")):
        return _LITERAL
    return _GREEDY if segment.endswith("+}") else _VARIABLE
