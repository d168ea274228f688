"""A call of an alias with routing weights reaches the versions in those shares.

Fault: MiniStack 1.5.33 stores `RoutingConfig.AdditionalVersionWeights` and sends every call to the
alias's main version. AWS draws a version for each call, says which in `X-Amz-Executed-Version`,
and leaves the alias in the invoked ARN.
Seam: `lambda_svc._execute_function`, through which every call goes, with the alias in the ARN of
its configuration (for events because of `alias_in_arn`); `lambda_svc._invoke` for the header.
"""

from __future__ import annotations

import importlib
import random
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

Record: TypeAlias = dict[str, Any]

# The versions that were drawn within an Invoke request. A list, because the call runs in a copy
# of the request's context, which shares the list but could not set the variable for it.
_drawn: ContextVar[list[str] | None] = ContextVar("drawn", default=None)


def draw(weights: Mapping[str, float], point: float) -> str | None:
    """The version whose share holds `point` (0 to 1), or None for the alias's main version."""
    reached = 0.0
    for version, weight in weights.items():
        reached += float(weight)
        if point < reached:
            return version
    return None


def apply() -> None:
    """Draw a version wherever a function is called by a weighted alias."""
    lambda_svc: Any = importlib.import_module("ministack.services.lambda_svc")
    execute, invoke = lambda_svc._execute_function, lambda_svc._invoke  # noqa: SLF001

    def execute_drawn(function: Record, event: object) -> Record:
        config = function.get("config") or function
        # Called again, by itself, once the account and region of the function are in force.
        if lambda_svc._function_config_scope_mismatch(config):  # noqa: SLF001
            called: Record = execute(function, event)
        else:
            called = execute(_drawn_record(lambda_svc, function, config), event)
        return called

    async def invoke_and_tell(*args: object, **kwargs: object) -> tuple[int, Record, bytes]:
        versions: list[str] = []
        token = _drawn.set(versions)
        try:
            status, headers, body = await invoke(*args, **kwargs)
        finally:
            _drawn.reset(token)
        if versions and "X-Amz-Executed-Version" in headers:
            headers["X-Amz-Executed-Version"] = versions[0]
        return status, headers, body

    lambda_svc._execute_function = execute_drawn  # noqa: SLF001
    lambda_svc._invoke = invoke_and_tell  # noqa: SLF001


def _drawn_record(lambda_svc: ModuleType, function: Record, config: Record) -> Record:
    arn = config.get("FunctionArn", "")
    name, qualifier = lambda_svc._lambda_function_name_and_qualifier_from_arn(arn)  # noqa: SLF001
    base = lambda_svc._functions.get(name) or {}  # noqa: SLF001
    alias = base.get("aliases", {}).get(qualifier) or {}
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    version = draw(weights, random.random())  # noqa: S311 - a share of traffic, not a secret
    record = base.get("versions", {}).get(version)
    if version is None or record is None:
        return function
    versions = _drawn.get()
    if versions is not None:
        versions.append(version)
    return {**function, **record, "config": {**record["config"], "FunctionArn": arn}}
