"""Decides which metrics of an environment are watched, and from which value on. Pure.

Plain metrics, no metric math: an alarm per thing that can go wrong. `normal` watches what loses
work or is broken; `strict` adds what annoys people, and does not wait five minutes for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import Alarms, Environment, Function, Queue, Table
from sam_deploy.template.apis.gateways import http_apis, rest_apis
from sam_deploy.template.document import Json, ref
from sam_deploy.template.scope import Scope

SLOW_SECONDS: Final = 300
QUICK_SECONDS: Final = 60
USUAL: Final = Alarms()


@dataclass(frozen=True, slots=True)
class Watched:
    """One metric of one thing, and from which value on people are told."""

    namespace: str
    metric: str
    dimensions: Mapping[str, Json]
    threshold: int
    words: str
    statistic: str = "Sum"
    period_seconds: int = SLOW_SECONDS
    periods: int = 1
    declared: object = None


def watched(scope: Scope, environment: Environment) -> dict[str, Watched]:
    """Return the metrics to watch by the logical ids of their alarms."""
    limits = scope.app.alarms or USUAL
    strict = environment.alarms == "strict"
    found: dict[str, Watched] = {}
    for function in scope.functions:
        found |= _function(scope, function, environment, limits, strict=strict)
    for queue in scope.queues:
        found |= _dead_letters(queue, environment, limits)
    for table in scope.tables:
        found |= _throttles(scope, table, environment, limits)
    found |= _http_api(scope, environment, limits, strict=strict)
    found |= _rest_api(scope, environment, limits, strict=strict)
    return found


def _function(
    scope: Scope, function: Function, environment: Environment, limits: Alarms, *, strict: bool
) -> dict[str, Watched]:
    name, alias = scope.function_name(function), naming.alias_name(environment.name)
    dimensions: dict[str, Json] = {"FunctionName": name, "Resource": f"{name}:{alias}"}
    base = naming.alias_id(function.name, environment.name)
    found = {
        f"{base}ErrorsAlarm": Watched(
            "AWS/Lambda",
            "Errors",
            dimensions,
            1 if strict else limits.errors,
            f"{function.name} fails in {environment.name}",
            period_seconds=QUICK_SECONDS if strict else SLOW_SECONDS,
            declared=function,
        )
    }
    if strict:
        threshold = function.timeout_seconds * 10 * limits.latency_percent_of_timeout
        found[f"{base}LatencyAlarm"] = Watched(
            "AWS/Lambda",
            "Duration",
            dimensions,
            threshold,
            f"{function.name} comes near to its timeout of {function.timeout_seconds} s "
            f"in {environment.name}",
            statistic="p99",
            period_seconds=QUICK_SECONDS,
            periods=3,
            declared=function,
        )
    return found


def _dead_letters(queue: Queue, environment: Environment, limits: Alarms) -> dict[str, Watched]:
    queue_id = naming.dead_letter_queue_name(queue.name, environment.name)
    return {
        f"{queue_id}Alarm": Watched(
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": physical.dead_letter_queue_name(queue, environment.name)},
            limits.dead_letters,
            f"messages of {queue.name} were given up in {environment.name}",
            statistic="Maximum",
            period_seconds=QUICK_SECONDS,
            declared=queue,
        )
    }


def _throttles(
    scope: Scope, table: Table, environment: Environment, limits: Alarms
) -> dict[str, Watched]:
    """Watch a table, and each index with a capacity of its own, which no table metric counts."""
    name = physical.table_name(scope.app, table, environment.name)
    base = naming.table_id(table.name, environment.name)
    parts: list[tuple[str, dict[str, Json], str]] = [(base, {"TableName": name}, table.name)]
    for index in table.indexes if table.capacity else ():
        dimensions: dict[str, Json] = {"TableName": name, "GlobalSecondaryIndexName": index.name}
        words = f"the index {index.name} of {table.name}"
        parts.append((f"{base}{naming.title(index.name)}", dimensions, words))
    return {
        f"{part}{way}ThrottlesAlarm": Watched(
            "AWS/DynamoDB",
            f"{way}ThrottleEvents",
            dimensions,
            limits.table_throttles,
            f"{way.lower()}s of {words} are throttled in {environment.name}",
            declared=table,
        )
        for part, dimensions, words in parts
        for way in ("Read", "Write")
    }


def _http_api(
    scope: Scope, environment: Environment, limits: Alarms, *, strict: bool
) -> dict[str, Watched]:
    gateway = next((each for each in http_apis(scope) if environment in each.environments), None)
    if gateway is None:
        return {}
    stage = naming.stage_name(environment.name)
    dimensions: dict[str, Json] = {"ApiId": ref(gateway.logical_id), "Stage": stage}
    base, metrics = f"ApiHttpApi{naming.title(environment.name)}Stage", ("5xx", "4xx")
    return _answers(scope.http_api, base, dimensions, metrics, environment, limits, strict=strict)


def _rest_api(
    scope: Scope, environment: Environment, limits: Alarms, *, strict: bool
) -> dict[str, Watched]:
    gateway = next((each for each in rest_apis(scope) if environment in each.environments), None)
    if gateway is None:
        return {}
    stage = naming.stage_name(environment.name)
    dimensions: dict[str, Json] = {"ApiName": gateway.name, "Stage": stage}
    base, metrics = f"ApiRestApi{naming.title(environment.name)}Stage", ("5XXError", "4XXError")
    return _answers(scope.rest_api, base, dimensions, metrics, environment, limits, strict=strict)


def _answers(
    api: object,
    base: str,
    dimensions: Mapping[str, Json],
    metrics: tuple[str, str],
    environment: Environment,
    limits: Alarms,
    *,
    strict: bool,
) -> dict[str, Watched]:
    """Return the alarms on 5xx and, when strict, 4xx answers of a stage."""
    servers, clients = metrics
    found = {
        f"{base}ServerErrorsAlarm": Watched(
            "AWS/ApiGateway",
            servers,
            dimensions,
            1 if strict else limits.server_errors,
            f"the API answers 5xx in {environment.name}",
            period_seconds=QUICK_SECONDS if strict else SLOW_SECONDS,
            declared=api,
        )
    }
    if strict:
        found[f"{base}ClientErrorsAlarm"] = Watched(
            "AWS/ApiGateway",
            clients,
            dimensions,
            limits.client_errors,
            f"the API answers many 4xx in {environment.name}",
            declared=api,
        )
    return found
