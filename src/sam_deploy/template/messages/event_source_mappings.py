"""Renders what makes Lambda read a queue: one mapping per environment, to its alias. Pure."""

from __future__ import annotations

import json

from sam_deploy import naming
from sam_deploy.config.model import Environment, Function, Queue, QueueTrigger
from sam_deploy.template.arns import queue_arn
from sam_deploy.template.document import Entries, Json, Resource, get_att, ref
from sam_deploy.template.scope import Scope


def event_source_mappings(scope: Scope) -> Entries:
    """Yield a mapping per queue trigger and environment, to the alias of that environment (C21)."""
    queues = {queue.name: queue for queue in scope.app.queues}
    for function, trigger in scope.triggers(QueueTrigger):
        for environment in scope.among(trigger.environments):
            where = environment.name
            properties = _mapping(scope, function, trigger, queues[trigger.queue], environment)
            yield (
                naming.event_source_mapping_id(trigger.queue, where),
                Resource(
                    "AWS::Lambda::EventSourceMapping",
                    properties,
                    # Lambda refuses a mapping whose role may not read the queue yet.
                    depends_on=(naming.lambda_policy_name(function.name),),
                    environment=where,
                    declared=trigger,
                ),
            )


def _mapping(
    scope: Scope, function: Function, trigger: QueueTrigger, queue: Queue, environment: Environment
) -> dict[str, Json]:
    where = environment.name
    own = get_att(naming.queue_name(queue.name, where), "Arn")
    properties: dict[str, Json] = {
        "EventSourceArn": queue_arn(queue, where) if queue.existing else own,
        "FunctionName": ref(naming.alias_id(function.name, where)),
        "BatchSize": trigger.batch_size,
    }
    if trigger.batching_window_seconds:
        properties["MaximumBatchingWindowInSeconds"] = trigger.batching_window_seconds
    if trigger.max_concurrency:
        properties["ScalingConfig"] = {"MaximumConcurrency": trigger.max_concurrency}
    if trigger.filters:
        patterns = [json.dumps(each, separators=(",", ":")) for each in trigger.filters]
        properties["FilterCriteria"] = {"Filters": [{"Pattern": each} for each in patterns]}
    return properties | {
        "Enabled": trigger.enabled,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "Tags": scope.tag_list(environment),
    }
