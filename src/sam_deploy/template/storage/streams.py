"""Renders what calls functions with the changes of tables: event source mappings. Pure."""

from __future__ import annotations

import json

from sam_deploy import naming
from sam_deploy.config.model import Environment, Function, Table, TableTrigger
from sam_deploy.template.arns import queue_arn
from sam_deploy.template.document import Entries, Json, Resource, get_att, ref
from sam_deploy.template.regional import IS_FIRST_REGION
from sam_deploy.template.scope import Scope
from sam_deploy.template.storage.ids import stream_mapping_id


def stream_mappings(scope: Scope) -> Entries:
    """Yield a mapping per table trigger and environment, to the alias of that environment.

    Changes of a global table are handled once, in the first region, where those of all arrive.
    """
    tables = {table.name: table for table in scope.tables}
    for function, trigger in scope.triggers(TableTrigger):
        for environment in scope.among(trigger.environments):
            table = tables[trigger.table]
            mapping_id = stream_mapping_id(function.name, table.name, environment.name)
            yield (
                mapping_id,
                Resource(
                    "AWS::Lambda::EventSourceMapping",
                    _properties(scope, function, trigger, environment),
                    # Lambda refuses a mapping whose role may not read the stream yet.
                    depends_on=(naming.lambda_policy_name(function.name),),
                    condition=_condition(table),
                    environment=environment.name,
                    declared=trigger,
                ),
            )


def _condition(table: Table) -> str:
    return IS_FIRST_REGION if table.replicas else ""


def _properties(
    scope: Scope, function: Function, trigger: TableTrigger, environment: Environment
) -> dict[str, Json]:
    table_id = naming.table_id(trigger.table, environment.name)
    properties: dict[str, Json] = {
        "EventSourceArn": get_att(table_id, "StreamArn"),
        "FunctionName": ref(naming.alias_id(function.name, environment.name)),
        "StartingPosition": trigger.starting_position,
        "BatchSize": trigger.batch_size,
        "MaximumRetryAttempts": trigger.retries,
        "BisectBatchOnFunctionError": trigger.split_on_error,
        "ParallelizationFactor": trigger.parallelization,
    }
    if trigger.batching_window_seconds:
        properties["MaximumBatchingWindowInSeconds"] = trigger.batching_window_seconds
    if trigger.filters:
        patterns = [json.dumps(each, separators=(",", ":")) for each in trigger.filters]
        properties["FilterCriteria"] = {"Filters": [{"Pattern": each} for each in patterns]}
    if trigger.on_failure:
        queue = next(each for each in scope.app.queues if each.name == trigger.on_failure)
        destination = queue_arn(queue, environment.name)
        properties["DestinationConfig"] = {"OnFailure": {"Destination": destination}}
    return properties | {
        "Enabled": trigger.enabled,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "Tags": scope.tag_list(environment),
    }
