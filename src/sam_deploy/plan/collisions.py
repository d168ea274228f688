"""Finds two resources that AWS would call by one name, before anything is built (C06).

Bucket names are unique in all of AWS, so they are compared over regions and environments;
functions, queues and pools per region; logical ids and layer parameters per stack; what is in
Parameter Store per environment.
"""

from __future__ import annotations

from collections.abc import Iterator

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import App, EventTrigger, ScheduleTrigger
from sam_deploy.config.pool_ids import (
    client_id_setting,
    pool_id_setting,
    pools_with_parameters,
)
from sam_deploy.config.tree import feature_set_of, label

Named = tuple[str, str, str]
"""(scope in words, name, who has it)."""


def find_collisions(app: App) -> list[str]:
    """Return a sentence for each pair of resources with one name in one scope."""
    seen: dict[tuple[str, str], str] = {}
    found = []
    for scope, name, owner in _names(app):
        other = seen.setdefault((scope, name), owner)
        if other != owner:
            found.append(f"{other} and {owner} are both `{name}` ({scope})")
    return found


def _names(app: App) -> Iterator[Named]:
    yield from _buckets(app)
    yield from _tables(app)
    yield from _per_region(app)
    yield from _stacks(app)
    yield from _apis(app)
    yield from _pool_addresses(app)
    yield from _settings(app)
    for layer in app.layers:
        owner = f'layers["{layer.name}"]'
        yield "stack parameters", naming.layer_parameter(layer.name), owner
        yield "layers of a region", naming.layer_name(app.name, layer.name), owner
        archive = layer.archive or naming.layer_archive(layer.name, local=bool(layer.source))
        yield "archives of a build", archive, owner
    for function in app.functions:
        yield "archives of a build", f"{function.name}.zip", f'functions["{function.name}"]'


def _buckets(app: App) -> Iterator[Named]:
    regions = {each.name: each.regions for each in app.feature_sets}
    for bucket in app.buckets:
        for region in regions[str(feature_set_of(app, bucket))]:
            for environment in app.environments:
                suffix = naming.region_suffix(region, app.home_region)
                name = physical.bucket_name(bucket, environment.name)
                owner = f'buckets["{bucket.name}"] ({environment.name}, {region})'
                if physical.is_regional(bucket):
                    yield "bucket names are global", f"{name}{suffix}", owner
                else:
                    # one that exists already can be the same everywhere
                    yield "bucket names are global", name, f'buckets["{bucket.name}"]'
        for environment in app.environments:
            owner = f'buckets["{bucket.name}"] ({environment.name})'
            yield "resources of a stack", naming.bucket_id(bucket.name, environment.name), owner
    for distribution in app.distributions:
        first = regions[str(feature_set_of(app, distribution))][0]
        for environment in app.environments:
            suffix = naming.region_suffix(first, app.home_region)
            name = f"{naming.bucket_name(distribution.bucket, environment.name)}{suffix}"
            owner = f'distributions["{distribution.name}"] ({environment.name})'
            yield "bucket names are global", name, owner


def _tables(app: App) -> Iterator[Named]:
    for table in app.tables:
        for environment in app.environments:
            owner = f'tables["{table.name}"] ({environment.name})'
            # one that exists already can be the same in all environments
            owner = f'tables["{table.name}"]' if table.existing else owner
            name = physical.table_name(app, table, environment.name)
            yield "tables of a region", name, owner
            if not table.existing:
                table_id = naming.table_id(table.name, environment.name)
                yield "resources of a stack", table_id, owner


def _per_region(app: App) -> Iterator[Named]:
    for function in app.functions:
        owner = f'functions["{function.name}"]'
        yield "functions of a region", naming.function_name(function.name), owner
    for environment in app.environments:
        name = environment.name
        for queue in app.queues:
            owner = f'queues["{queue.name}"] ({name})'
            # one that exists already can be the same in all environments
            owner = f'queues["{queue.name}"]' if queue.existing else owner
            yield "queues of a region", physical.queue_name(queue, name), owner
            if not queue.existing:
                yield "queues of a region", physical.dead_letter_queue_name(queue, name), owner
        yield from _messages(app, name)
        for pool in app.user_pools:
            owner = f'user_pools["{pool.name}"] ({name})'
            yield "user pools of a region", naming.user_pool_name(pool.name, name), owner


def _apis(app: App) -> Iterator[Named]:
    """Their addresses, and the log groups that are called as they are."""
    for path, api in (("http_api", app.http_api), ("rest_api", app.rest_api)):
        for environment in app.environments if api else ():
            owner = f"{path} ({environment.name})"
            if api and api.custom_domain and app.domain:
                address = physical.api_domain_name(app, environment)
                yield "addresses of a region", address, owner
            if api and api.access_logs:
                group = f"{physical.api_name(app, api, environment.name)}/{environment.name}"
                yield "access logs of a region", group, owner


def _pool_addresses(app: App) -> Iterator[Named]:
    """Yield where pools' sign-in pages are, which may be no API's address either."""
    for pool in app.user_pools:
        for environment in app.environments:
            address = "" if pool.existing_ids else physical.pool_domain_name(app, pool, environment)
            if address:
                owner = f'user_pools["{pool.name}"] ({environment.name})'
                yield "addresses of a region", address, owner


def _settings(app: App) -> Iterator[Named]:
    """Yield parameters: settings, and the ids of user pools that stacks keep beside them."""
    scope = "settings of an environment"
    read = {name: each.name for each in app.functions for name in each.settings}
    owners = {name: f'functions["{function}"].settings' for name, function in read.items()}
    owners |= {each.name: f'settings["{each.name}"]' for each in app.settings}
    for name, owner in owners.items():
        yield scope, name, owner
    for pool in pools_with_parameters(app):
        path = f'user_pools["{pool.name}"]'
        yield scope, pool_id_setting(pool), path
        for index, client in enumerate(pool.clients):
            owner = f"{path}.clients[{label(client, index)}]"
            yield scope, client_id_setting(pool, client), owner


def _messages(app: App, environment: str) -> Iterator[Named]:
    for topic in app.topics:
        owner = f'topics["{topic.name}"]' + ("" if topic.existing else f" ({environment})")
        yield "topics of a region", physical.topic_name(app, topic, environment), owner
    for bus in app.event_buses:
        owner = f'event_buses["{bus.name}"]' + ("" if bus.existing else f" ({environment})")
        yield "event buses of a region", physical.event_bus_name(app, bus, environment), owner
    for rule in app.rules:
        owner = f'rules["{rule.name}"] ({environment})'
        yield f"rules of {rule.bus or 'default'}", physical.rule_name(app, rule, environment), owner
    for function in app.functions:
        for index, trigger in enumerate(function.triggers):
            owner = f'functions["{function.name}"].triggers[{index}] ({environment})'
            if isinstance(trigger, EventTrigger):
                name = physical.trigger_name(app, function, trigger, environment)
                yield f"rules of {trigger.bus or 'default'}", name, owner
            elif isinstance(trigger, ScheduleTrigger):
                name = physical.trigger_name(app, function, trigger, environment)
                yield "schedules of a region", name, owner


def _stacks(app: App) -> Iterator[Named]:
    isolated = app.topology == "isolated"
    for environment in [each.name for each in app.environments] if isolated else [""]:
        for each in app.feature_sets:
            stack = physical.stack_name(app, each, environment)
            where = f'feature_sets["{each.name}"]' + (f" ({environment})" if environment else "")
            yield "stacks of a region", stack, where
    first = app.feature_sets[0].name
    local = naming.stack_name(app.name, first, first=True, environment=physical.LOCAL.name)
    yield "stacks of a region", local, "the local environment"
