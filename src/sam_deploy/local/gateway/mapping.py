"""Parameter mapping of HTTP APIs: headers, queries, paths and statuses that an integration changes.

Source: "Transform API requests and responses for HTTP APIs in API Gateway". Pure.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sam_deploy.local.gateway.model import Reply, Request

_VALUE: Final = re.compile(
    r"\$(?:\{((?:request|response|context|stageVariables)[^}]*)\}"
    r"|((?:request|response|context|stageVariables)(?:\.[\w-]+(?:\[\d+\])*)+))"
)
_PART: Final = re.compile(r"([\w-]+)|\[(\d+)\]")
_RESERVED: Final = re.compile(
    r"access-control-.*|apigw-.*|authorization|connection|content-(?:encoding|length|location)"
    r"|forwarded|keep-alive|origin|proxy-authenticat.*|proxy-authorization|te|trailers"
    r"|transfer-encoding|upgrade|x-amzn?-.*|x-forwarded-(?:for|host|proto)|via"
)
_STATUSES: Final = range(200, 600)

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What values may be taken from. `path` has no stage; `reply` is there for answers only."""

    request: Request
    path: str
    parameters: Mapping[str, str]
    variables: Mapping[str, str]
    context: Mapping[str, str]
    reply: Reply | None = None


def of_request(rules: Mapping[str, str], known: Known) -> tuple[Request, str]:
    """The request as the integration gets it, and the path that overwrites its own, or ''."""
    request, path = known.request, ""
    query = tuple(parse_qsl(request.query, keep_blank_values=True))
    changed = query
    for rule, source in rules.items():
        how, _, target = rule.partition(":")
        kind, _, name = target.partition(".")
        if kind == "header":
            headers = _header(request.headers, how, name, source, known)
            request = replace(request, headers=headers)
        elif kind == "querystring":
            changed = _changed(changed, how, name, _value(source, known))
        elif target == "path" and how == "overwrite":
            path = _value(source, known)
    if changed != query:
        request = replace(request, query=urlencode(changed, quote_via=quote))
    return (replace(request, path=path) if path else request), path


def of_reply(rules: Mapping[str, str], known: Known, reply: Reply) -> Reply:
    """The reply as the client gets it. `rules` are those for its status."""
    known = replace(known, reply=reply)
    for rule, source in rules.items():
        how, _, target = rule.partition(":")
        kind, _, name = target.partition(".")
        if kind == "header":
            headers = _header(reply.headers, how, name, source, known)
            reply = replace(reply, headers=headers)
        elif target.lower() == "statuscode" and how == "overwrite":
            status = _value(source, known)
            if status.isdigit() and int(status) in _STATUSES:
                reply = replace(reply, status=int(status))
    return reply


def _header(headers: Pairs, how: str, name: str, source: str, known: Known) -> Pairs:
    lowered = name.lower()
    if _RESERVED.fullmatch(lowered):
        return headers
    return _changed(headers, how, lowered, _value(source, known))


def _changed(pairs: Pairs, how: str, name: str, value: str) -> Pairs:
    if how == "append":
        return (*pairs, (name, value)) if value else pairs
    others = tuple(pair for pair in pairs if pair[0] != name)
    return (*others, (name, value)) if how == "overwrite" else others


def _value(source: str, known: Known) -> str:
    return _VALUE.sub(lambda found: _named(found[1] or found[2], known), source)


def _named(expression: str, known: Known) -> str:
    kind, _, rest = expression.partition(".")
    if kind == "context":
        return known.context.get(rest, "")
    if kind == "stageVariables":
        return known.variables.get(rest, "")
    part, _, name = rest.partition(".")
    if kind == "response":
        return _of(part, name, known.reply.headers, known.reply.body) if known.reply else ""
    request = known.request
    if part == "path":
        return known.parameters.get(name, "") if name else known.path
    if part == "querystring":
        given = parse_qsl(request.query, keep_blank_values=True)
        return ",".join(value for key, value in given if key == name)
    return _of(part, name, request.headers, request.body)


def _of(part: str, name: str, headers: Pairs, body: bytes) -> str:
    if part == "header":
        return ",".join(value for key, value in headers if key == name.lower())
    return _in_body(body, name) if part == "body" else ""


def _in_body(body: bytes, path: str) -> str:
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    for name, index in _PART.findall(path):
        if name and isinstance(found, dict):
            found = found.get(name)
        elif index and isinstance(found, list) and int(index) < len(found):
            found = found[int(index)]
        else:
            return ""
    if found is None:
        return ""
    return found if isinstance(found, str) else json.dumps(found, separators=(",", ":"))
