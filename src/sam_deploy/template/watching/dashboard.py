"""Renders the app's dashboard: a row per environment and region, the last environment first. Pure.

Dashboards belong to an account, not to a region, so the stack of the first feature set's first
region makes it. Metrics are found by names, which are known everywhere; an HTTP API's id is not,
so calls are counted at the functions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import Environment
from sam_deploy.config.tree import feature_set_of
from sam_deploy.template.document import Entries, Json, Resource
from sam_deploy.template.regional import IS_FIRST_REGION
from sam_deploy.template.scope import Scope

WIDTH: Final = 6
HEIGHT: Final = 6
TITLE_HEIGHT: Final = 1
FULL_WIDTH: Final = 24
PERIOD_SECONDS: Final = 300
METRICS_MOST: Final = 100
"""Lines of one graph; more cannot be told apart. CloudWatch takes 500."""

Metric = list[Json]


def dashboard(scope: Scope) -> Entries:
    """Yield the dashboard in the first feature set's stack, unless the app wants none."""
    app = scope.app
    first = app.feature_sets[0].name == scope.stack.feature_set
    if not app.dashboard or not first or not app.functions or scope.stack.topology == "local":
        return
    body = {"start": "-PT24H", "periodOverride": "inherit", "widgets": list(_widgets(scope))}
    properties: dict[str, Json] = {
        "DashboardName": naming.dashboard_name(app.name, scope.owner),
        "DashboardBody": json.dumps(body, separators=(",", ":"), ensure_ascii=False),
        "Tags": scope.tag_list(scope.environment_of_functions),
    }
    yield (
        naming.dashboard_id(),
        Resource(
            "AWS::CloudWatch::Dashboard",
            properties,
            condition=IS_FIRST_REGION,
            environment=scope.owner,
        ),
    )


def _widgets(scope: Scope) -> Iterator[dict[str, Json]]:
    regions = dict.fromkeys(r for each in scope.app.feature_sets for r in each.regions)
    y = 0
    for environment in reversed(scope.environments):
        for region in regions:
            graphs = [
                (title, lines) for title, lines in _graphs(scope, environment, region) if lines
            ]
            if not graphs:
                continue
            yield _title(f"## {environment.name} · {region}", y)
            for number, (title, lines) in enumerate(graphs):
                yield _graph(title, region, lines, x=number * WIDTH, y=y + TITLE_HEIGHT)
            y += TITLE_HEIGHT + HEIGHT


def _graphs(
    scope: Scope, environment: Environment, region: str
) -> tuple[tuple[str, list[Metric]], ...]:
    app = scope.app
    here = {each.name for each in app.feature_sets if region in each.regions}
    functions = [
        (each.name, physical.function_name(app, each, environment.name))
        for each in app.functions
        if feature_set_of(app, each) in here
    ]
    queues = [
        (each.name, physical.dead_letter_queue_name(each, environment.name))
        for each in app.queues
        if feature_set_of(app, each) in here and not each.existing
    ]
    alias = naming.alias_name(environment.name)
    return (
        ("Calls", [_calls("Invocations", "Sum", alias, each) for each in functions]),
        ("Failed calls", [_calls("Errors", "Sum", alias, each) for each in functions]),
        ("Duration, p95 (ms)", [_calls("Duration", "p95", alias, each) for each in functions]),
        ("Messages given up", [_waiting(each) for each in queues]),
    )


def _calls(metric: str, statistic: str, alias: str, function: tuple[str, str]) -> Metric:
    label, name = function
    dimensions: Metric = ["FunctionName", name, "Resource", f"{name}:{alias}"]
    return ["AWS/Lambda", metric, *dimensions, {"stat": statistic, "label": label}]


def _waiting(queue: tuple[str, str]) -> Metric:
    label, name = queue
    metric: Metric = ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name]
    return [*metric, {"stat": "Maximum", "label": label}]


def _title(markdown: str, y: int) -> dict[str, Json]:
    properties: Json = {"markdown": markdown, "background": "transparent"}
    return {
        "type": "text",
        "x": 0,
        "y": y,
        "width": FULL_WIDTH,
        "height": TITLE_HEIGHT,
        "properties": properties,
    }


def _graph(title: str, region: str, lines: list[Metric], *, x: int, y: int) -> dict[str, Json]:
    more = len(lines) - METRICS_MOST
    properties: dict[str, Json] = {
        "title": f"{title} ({more} more not shown)" if more > 0 else title,
        "region": region,
        "view": "timeSeries",
        "period": PERIOD_SECONDS,
        "metrics": lines[:METRICS_MOST],
    }
    return {
        "type": "metric",
        "x": x,
        "y": y,
        "width": WIDTH,
        "height": HEIGHT,
        "properties": properties,
    }
