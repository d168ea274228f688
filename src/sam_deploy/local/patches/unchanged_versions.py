"""PublishVersion makes no second version of what has not changed.

Fault: MiniStack 1.5.33 compares revisions, which every update changes: a function whose code was
changed and changed back is published anew, and so is one whose update wrote the same. Lambda
compares code and configuration with the newest version and returns that one. It also refuses a
`CodeSha256` or a `RevisionId` that is not that of $LATEST; the emulator looks at neither.
Seam: `lambda_svc.handle_request`, so that CloudFormation, which refuses where the API returns, goes
on as it did; `lambda_svc._publish_version`.
Source: Lambda API, PublishVersion.
"""

from __future__ import annotations

import importlib
import json
from contextvars import ContextVar
from typing import Any, Final, TypeAlias

Record: TypeAlias = dict[str, Any]
Answer: TypeAlias = tuple[int, dict[str, str], bytes]

# What a version has of its own, or what only says how $LATEST came to be as it is.
OWN: Final = frozenset({"Version", "FunctionArn", "RevisionId", "LastModified", "MasterArn"})
PASSING: Final = ("State", "LastUpdateStatus")

_by_api: ContextVar[bool] = ContextVar("by_api", default=False)


def essence(config: Record, *, described: bool = True) -> str:
    """Code and configuration as text, equal for equal functions."""
    kept = {
        name: value
        for name, value in config.items()
        if name not in OWN and not name.startswith(PASSING) and (described or name != "Description")
    }
    return json.dumps(kept, sort_keys=True, default=str)


def is_unchanged(latest: Record, version: Record) -> bool:
    """Whether a version holds what $LATEST is, whatever description PublishVersion gave it."""
    known = version.get("essence")
    if known is not None:
        return bool(known == essence(latest))
    return essence(latest, described=False) == essence(version["config"], described=False)


def apply() -> None:
    """Return the newest version where nothing has changed since."""
    lambda_svc: Any = importlib.import_module("ministack.services.lambda_svc")
    handle, publish = lambda_svc.handle_request, lambda_svc._publish_version  # noqa: SLF001

    async def handle_by_api(*request: object) -> Answer:
        token = _by_api.set(True)
        try:
            answer: Answer = await handle(*request)
        finally:
            _by_api.reset(token)
        return answer

    def publish_changed(name: str, given: Record) -> Answer:
        function = lambda_svc._functions.get(name)  # noqa: SLF001
        if function is None:
            missing: Answer = publish(name, given)
            return missing
        refused = _refused(lambda_svc, function["config"], given)
        if refused is not None:
            return refused
        newest = max(function["versions"], key=int, default=None)
        if newest is not None and _by_api.get():
            version = function["versions"][newest]
            if is_unchanged(function["config"], version):
                same: Answer = lambda_svc.json_response(version["config"], 201)
                return same
        answer: Answer = publish(name, given)
        made = max(function["versions"], key=int, default=None)
        if made != newest:
            function["versions"][made]["essence"] = essence(function["config"])
        return answer

    lambda_svc.handle_request = handle_by_api
    lambda_svc._publish_version = publish_changed  # noqa: SLF001


def _refused(lambda_svc: Any, latest: Record, given: Record) -> Answer | None:  # noqa: ANN401
    sha, actual = given.get("CodeSha256"), latest.get("CodeSha256")
    if sha and sha != actual:
        why = f"CodeSHA256 ({sha}) is different from current CodeSHA256 in $LATEST ({actual})."
        hint = "Please try again with the CodeSHA256 in $LATEST."
        answer: Answer = lambda_svc.error_response_json(
            "InvalidParameterValueException", f"{why} {hint}", 400
        )
        return answer
    revision = {"RevisionId": given["RevisionId"]} if given.get("RevisionId") else {}
    stale: Answer | None = lambda_svc._check_revision(latest, revision)  # noqa: SLF001
    return stale
