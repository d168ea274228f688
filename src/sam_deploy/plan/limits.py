"""Finds names that come out longer than AWS takes, before anything is built. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import App, EventTrigger, ScheduleTrigger
from sam_deploy.config.tree import feature_set_of, line_of

TABLE_NAME_MAX = 255
ANY_ACCOUNT = "0" * 12
"""An account id is twelve digits, whichever it is."""
TOPIC_NAME_MAX: Final = 256
"""Of event buses, too. Source: SNS API CreateTopic, EventBridge API CreateEventBus."""
RULE_NAME_MAX: Final = 64
"""Of schedules, too. Source: EventBridge API PutRule, Scheduler API CreateSchedule."""


def find_long_names(app: App) -> list[str]:
    """Return a sentence for each name over AWS's limit, with its place in the configuration."""
    return [
        f"deploy.py:{line}: {owner}: `{name}` has {len(name)} characters; AWS takes {most}"
        for line, owner, name, most in dict.fromkeys(_names(app))
        if len(name) > most
    ]


def _names(app: App) -> Iterator[tuple[int, str, str, int]]:
    regions = {each.name: each.regions for each in app.feature_sets}
    every = dict.fromkeys(region for listed in regions.values() for region in listed)
    longest = max(every, key=len)
    artifacts = naming.artifact_bucket_name(app.name, ANY_ACCOUNT, longest)
    yield line_of(app), "name", artifacts, naming.BUCKET_NAME_MAX
    yield from _storage(app)
    for function in app.functions:
        owner = f'functions["{function.name}"]'
        for environment in app.environments:
            name = physical.function_name(app, function, environment.name)
            yield line_of(function), owner, name, naming.FUNCTION_NAME_MAX
    for queue in app.queues:
        for environment in app.environments:
            name = physical.dead_letter_queue_name(queue, environment.name)
            yield line_of(queue), f'queues["{queue.name}"]', name, naming.QUEUE_NAME_MAX
    yield from _messages(app)


def _storage(app: App) -> Iterator[tuple[int, str, str, int]]:
    regions = {each.name: each.regions for each in app.feature_sets}
    for environment in (each.name for each in app.environments):
        for bucket in app.buckets:
            here = regions[str(feature_set_of(app, bucket))] if physical.is_regional(bucket) else ()
            suffixes = ("", *(naming.region_suffix(each, app.home_region) for each in here))
            name = physical.bucket_name(bucket, environment) + max(suffixes, key=len)
            yield line_of(bucket), f'buckets["{bucket.name}"]', name, naming.BUCKET_NAME_MAX
        for cdn in app.distributions:
            first = regions[str(feature_set_of(app, cdn))][0]
            suffix = naming.region_suffix(first, app.home_region)
            name = naming.bucket_name(cdn.bucket, environment) + suffix
            yield line_of(cdn), f'distributions["{cdn.name}"]', name, naming.BUCKET_NAME_MAX
        for table in app.tables:
            name = physical.table_name(app, table, environment)
            yield line_of(table), f'tables["{table.name}"]', name, TABLE_NAME_MAX


def _messages(app: App) -> Iterator[tuple[int, str, str, int]]:
    for environment in (each.name for each in app.environments):
        for topic in app.topics:
            name = physical.topic_name(app, topic, environment)
            yield line_of(topic), f'topics["{topic.name}"]', name, TOPIC_NAME_MAX
        for bus in app.event_buses:
            name = physical.event_bus_name(app, bus, environment)
            yield line_of(bus), f'event_buses["{bus.name}"]', name, TOPIC_NAME_MAX
        for rule in app.rules:
            name = physical.rule_name(app, rule, environment)
            yield line_of(rule), f'rules["{rule.name}"]', name, RULE_NAME_MAX
        for function in app.functions:
            for trigger in function.triggers:
                if isinstance(trigger, EventTrigger | ScheduleTrigger):
                    name = physical.trigger_name(app, function, trigger, environment)
                    owner = f'functions["{function.name}"]: its rule or schedule'
                    yield line_of(trigger), owner, name, RULE_NAME_MAX
