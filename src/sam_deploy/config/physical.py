"""What AWS calls the things of an app: the usual names, or those that the user has chosen. Pure.

`naming.py` makes the usual names of plain text; here a declaration's `physical_name` wins. Logical
ids never depend on it, so that a chosen name can be added without replacing anything else.
"""

from __future__ import annotations

from typing import Literal

from sam_deploy import naming
from sam_deploy.config.model import (
    App,
    Bucket,
    Environment,
    EventBus,
    EventTrigger,
    FeatureSet,
    Function,
    HttpApi,
    Queue,
    RestApi,
    Route,
    Rule,
    ScheduleTrigger,
    Table,
    Topic,
    UserPool,
)

LOCAL = Environment("local")
"""The environment of a stack with buckets and queues only (R230); no user declares it."""


def owner(app: App, environment: str) -> str:
    """Return the environment that a function belongs to: none in the shared topology."""
    return environment if app.topology == "isolated" else ""


def stack_name(app: App, feature_set: FeatureSet, environment: str = "") -> str:
    """dzgro-sam, dzgro-sam-ams; dzgro-sam-prod for an environment's own."""
    first = app.feature_sets[0].name == feature_set.name
    usual = naming.stack_name(app.name, feature_set.name, first=first, environment=environment)
    return chosen(feature_set.stack_name, usual, environment)


def function_name(app: App, function: Function, environment: str) -> str:
    """ApiFunction, or ApiDevFunction where each environment has its own."""
    own = owner(app, environment)
    usual = naming.function_name(function.name, own)
    return chosen(function.physical_name, usual, environment)


def queue_name(queue: Queue, environment: str) -> str:
    """AmazonReportsDevQ, with `.fifo` behind it where order is kept."""
    usual = naming.queue_name(queue.name, environment)
    return _ordered(chosen(queue.physical_name, usual, environment), fifo=queue.fifo)


def dead_letter_queue_name(queue: Queue, environment: str) -> str:
    """AmazonReportsDevDLQ; a chosen name gets `-dlq`."""
    usual = naming.dead_letter_queue_name(queue.name, environment)
    pattern = f"{queue.physical_name.removesuffix('.fifo')}-dlq" if queue.physical_name else None
    return _ordered(chosen(pattern, usual, environment), fifo=queue.fifo)


def bucket_name(bucket: Bucket, environment: str) -> str:
    """dzgro-report-data-dev: the name in the home region; see `is_regional`."""
    return chosen(bucket.physical_name, naming.bucket_name(bucket.name, environment), environment)


def is_regional(resource: object) -> bool:
    """Whether the name carries the region outside the home region: buckets that we make."""
    return isinstance(resource, Bucket) and not resource.existing


def table_name(app: App, table: Table, environment: str) -> str:
    """dzgro-orders-dev."""
    return chosen(
        table.physical_name, naming.resource_name(app.name, table.name, environment), environment
    )


def topic_name(app: App, topic: Topic, environment: str) -> str:
    """dzgro-Invoices-dev."""
    usual = naming.resource_name(app.name, topic.name, environment)
    return _ordered(chosen(topic.physical_name, usual, environment), fifo=topic.fifo)


def event_bus_name(app: App, bus: EventBus, environment: str) -> str:
    """dzgro-Events-dev."""
    return chosen(
        bus.physical_name, naming.resource_name(app.name, bus.name, environment), environment
    )


def rule_name(app: App, rule: Rule, environment: str) -> str:
    """dzgro-Forward-dev."""
    return naming.resource_name(app.name, rule.name, environment)


def trigger_name(
    app: App, function: Function, trigger: EventTrigger | ScheduleTrigger, environment: str
) -> str:
    """dzgro-Notifications-TradeExecuted-dev: the rule or the schedule that calls a function."""
    parts = (function.name, trigger_label(trigger))
    return naming.resource_name(app.name, "-".join(part for part in parts if part), environment)


def trigger_label(trigger: EventTrigger | ScheduleTrigger) -> str:
    """Return what tells a trigger from others of its kind and function; '' for nothing."""
    said = [trigger.name]
    if isinstance(trigger, EventTrigger):
        said += [*trigger.detail_types[:1], *trigger.sources[:1]]
    return naming.title(next((each for each in said if each), ""))


def user_pool_name(pool: UserPool, environment: str) -> str:
    """DzgroUserPoolDev."""
    usual = naming.user_pool_name(pool.name, environment)
    return chosen(pool.physical_name, usual, environment)


def api_name(app: App, api: HttpApi | RestApi, environment: str) -> str:
    """dzgro-api, or dzgro-api-dev where each environment has its own."""
    own = environment if api_per_environment(app, api) else owner(app, environment)
    kind = "api" if isinstance(api, HttpApi) else "rest-api"
    usual = "-".join(part for part in (app.name, kind, own) if part)
    return chosen(api.physical_name, usual, environment)


def api_per_environment(app: App, api: HttpApi | RestApi) -> bool:
    """Whether every environment of a shared stack gets an HTTP API of its own.

    A JWT authorizer takes the tokens of one issuer and belongs to the API, not to a stage: with a
    pool per environment, one API would let people of the dev pool into prod, or nobody at all.
    Source: API Gateway developer guide, "Control access to HTTP APIs with JWT authorizers".
    """
    if app.topology == "isolated" or not isinstance(api, HttpApi) or api.authorizer is None:
        return False
    name = api.authorizer.pool
    pool = next((each for each in app.user_pools if name and each.name == name), None)
    if pool is None:
        return False
    if not pool.existing_ids:
        return True
    clients = set() if api.authorizer.audience else set(pool.existing_client_ids.values())
    return len(set(pool.existing_ids.values())) > 1 or len(clients) > 1


def route_api(app: App, route: Route) -> Literal["http", "rest"]:
    """Return the API that a route belongs to: the one it names, else the app's, else HTTP."""
    if route.api is not None:
        return route.api
    return "rest" if app.http_api is None and app.rest_api is not None else "http"


def domain_label(environment: Environment) -> str | None:
    """Return the part of an environment's domain before the app's; nothing when there is none."""
    return environment.name if environment.domain_label == "" else environment.domain_label


def api_domain_name(app: App, environment: Environment) -> str:
    """api.dev.dzgro.com. The app must have a domain."""
    return naming.domain_name("api", app.domain or "", domain_label(environment))


def pool_domain_name(app: App, pool: UserPool, environment: Environment) -> str:
    """auth.dev.dzgro.com: where a pool's sign-in pages are; '' for a pool without any.

    Pages are what a client with a `callback_path` sends people to.
    """
    if not app.domain or not pool.domain_label:
        return ""
    if not any(client.callback_path for client in pool.clients):
        return ""
    return naming.domain_name(pool.domain_label, app.domain, domain_label(environment))


def chosen(pattern: str | None, usual: str, environment: str) -> str:
    """Return the user's pattern with its environment filled in, else the usual name."""
    return pattern.replace("{environment}", environment) if pattern else usual


def _ordered(name: str, *, fifo: bool) -> str:
    return f"{name.removesuffix('.fifo')}.fifo" if fifo else name
