"""Renders event buses, their archives, and the rules that forward events or call functions. Pure.

Rules have names of ours, so that the policies of queues and topics can name them before they
exist.
"""

from __future__ import annotations

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import EventTrigger, Rule
from sam_deploy.template.arns import DEFAULT_BUS, queue_arn, rule_arn, topic_arn
from sam_deploy.template.document import Entries, Json, Resource, get_att, ref
from sam_deploy.template.messages import ids
from sam_deploy.template.messages.deliveries import bus_name, queue_of, topic_of, undelivered_to
from sam_deploy.template.scope import Scope


def events(scope: Scope) -> Entries:
    """Yield the event buses, their archives, and every rule of each environment."""
    yield from _buses(scope)
    yield from _forwards(scope)
    yield from _calls(scope)


def _buses(scope: Scope) -> Entries:
    for bus in scope.event_buses:
        for environment in scope.environments:
            where = environment.name
            bus_id = ids.event_bus_id(bus.name, where)
            properties: dict[str, Json] = {
                "Name": physical.event_bus_name(scope.app, bus, where),
                "Tags": scope.tag_list(environment),
            }
            yield (
                bus_id,
                Resource("AWS::Events::EventBus", properties, environment=where, declared=bus),
            )
            if bus.archive_days is not None:
                kept: dict[str, Json] = {"SourceArn": get_att(bus_id, "Arn")}
                if bus.archive_days:
                    kept["RetentionDays"] = bus.archive_days
                archive = Resource("AWS::Events::Archive", kept, environment=where, declared=bus)
                yield ids.archive_id(bus.name, where), archive


def _forwards(scope: Scope) -> Entries:
    for rule in scope.rules:
        queue, topic = queue_of(scope.app, rule.to), topic_of(scope.app, rule.to)
        for environment in scope.among(rule.environments):
            where = environment.name
            target: dict[str, Json] = {"Id": rule.to}
            waits: tuple[str, ...] = ()
            if queue:
                target["Arn"] = queue_arn(queue, where)
                if scope.makes(queue):
                    waits = (naming.queue_policy_id(naming.queue_name(queue.name, where)),)
            elif topic:
                target["Arn"] = topic_arn(scope.app, topic, where)
                if scope.makes(topic):
                    waits = (ids.topic_policy_id(topic.name, where),)
            if rule.message_group is not None:
                target["SqsParameters"] = {"MessageGroupId": rule.message_group}
            target |= _retries(rule, undelivered_to(scope.app, rule, where))
            name = physical.rule_name(scope.app, rule, where)
            properties = _rule(scope, rule, name, where) | {"Targets": [target]}
            tags: Json = scope.tag_list(environment)
            yield (
                ids.rule_id(rule.name, where),
                Resource(
                    "AWS::Events::Rule",
                    properties | {"Tags": tags},
                    # The first events must not meet a queue that does not know the rule yet.
                    depends_on=waits,
                    environment=where,
                    declared=rule,
                ),
            )


def _calls(scope: Scope) -> Entries:
    """Yield the rules that call functions, each with the permission to do so."""
    for function, trigger in scope.triggers(EventTrigger):
        undelivered = queue_of(scope.app, trigger.dead_letter_queue)
        for environment in scope.among(trigger.environments):
            where = environment.name
            name = physical.trigger_name(scope.app, function, trigger, where)
            alias = ref(naming.alias_id(function.name, where))
            source = f"{physical.trigger_label(trigger)}Rule"
            permission_id = naming.permission_id(function.name, where, source)
            permission: dict[str, Json] = {
                "FunctionName": alias,
                "Action": "lambda:InvokeFunction",
                "Principal": "events.amazonaws.com",
                "SourceArn": rule_arn(name, bus_name(scope.app, trigger.bus, where)),
            }
            yield (
                permission_id,
                Resource(
                    "AWS::Lambda::Permission", permission, environment=where, declared=trigger
                ),
            )
            target: dict[str, Json] = {"Id": function.name, "Arn": alias}
            target |= _retries(trigger, queue_arn(undelivered, where) if undelivered else None)
            properties = _rule(scope, trigger, name, where) | {"Targets": [target]}
            tags: Json = scope.tag_list(environment)
            yield (
                ids.event_trigger_id(function, trigger, where),
                Resource(
                    "AWS::Events::Rule",
                    properties | {"Tags": tags},
                    depends_on=(permission_id,),
                    environment=where,
                    declared=trigger,
                ),
            )


def _rule(scope: Scope, given: Rule | EventTrigger, name: str, environment: str) -> dict[str, Json]:
    properties: dict[str, Json] = {"Name": name}
    bus = next((each for each in scope.event_buses if each.name == given.bus), None)
    called = bus_name(scope.app, given.bus, environment)
    if bus:
        properties["EventBusName"] = ref(ids.event_bus_id(bus.name, environment))
    elif called != DEFAULT_BUS:
        properties["EventBusName"] = called
    properties["EventPattern"] = _pattern(given)
    return properties | {"State": "ENABLED" if given.enabled else "DISABLED"}


def _pattern(given: Rule | EventTrigger) -> dict[str, Json]:
    """Return the pattern: of this account, unless it says otherwise itself."""
    pattern: dict[str, Json] = {"account": [ref("AWS::AccountId")]}
    if given.sources:
        pattern["source"] = list(given.sources)
    if given.detail_types:
        pattern["detail-type"] = list(given.detail_types)
    return {**pattern, **given.pattern}  # type: ignore[dict-item] # JSON, held to it by `load`


def _retries(given: Rule | EventTrigger, undelivered: Json | None) -> dict[str, Json]:
    options: dict[str, Json] = {
        "RetryPolicy": {
            "MaximumRetryAttempts": given.retries,
            "MaximumEventAgeInSeconds": given.max_age_seconds,
        }
    }
    if undelivered is not None:
        options["DeadLetterConfig"] = {"Arn": undelivered}
    return options
