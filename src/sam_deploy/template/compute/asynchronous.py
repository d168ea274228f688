"""Renders what happens to calls that nobody waits for, per alias: tries, age, destinations. Pure.

A function's own dead-letter queue would serve all environments alike, so each alias gets an event
invoke configuration of its own.
"""

from __future__ import annotations

from sam_deploy import naming
from sam_deploy.config.model import AsyncInvoke
from sam_deploy.template import arns
from sam_deploy.template.document import Entries, Json, Resource, ref
from sam_deploy.template.scope import Scope


def invoke_configs(scope: Scope) -> Entries:
    """Yield one configuration per environment of each function that declares `asynchronous`."""
    for function in scope.functions:
        if function.asynchronous is None:
            continue
        for environment in scope.environments:
            properties: dict[str, Json] = {
                "FunctionName": ref(scope.function_id(function.name)),
                "Qualifier": naming.alias_name(environment.name),
                "MaximumRetryAttempts": function.asynchronous.retries,
                "MaximumEventAgeInSeconds": function.asynchronous.max_age_seconds,
            }
            if destinations := _destinations(scope, function.asynchronous, environment.name):
                properties["DestinationConfig"] = destinations
            waits_for = [naming.alias_id(function.name, environment.name)]
            if destinations:
                # Lambda looks whether the role may send there
                waits_for.append(naming.lambda_policy_name(function.name))
            yield (
                naming.invoke_config_id(function.name, environment.name),
                Resource(
                    "AWS::Lambda::EventInvokeConfig",
                    properties,
                    tuple(waits_for),
                    environment=environment.name,
                    declared=function,
                ),
            )


def destination_arn(scope: Scope, name: str, environment: str) -> Json:
    """Return the ARN of the queue or topic of that name."""
    for queue in scope.app.queues:
        if queue.name == name:
            return arns.queue_arn(queue, environment)
    topic = next(each for each in scope.app.topics if each.name == name)
    return arns.topic_arn(scope.app, topic, environment)


def _destinations(scope: Scope, asynchronous: AsyncInvoke, environment: str) -> dict[str, Json]:
    given = {"OnSuccess": asynchronous.on_success, "OnFailure": asynchronous.on_failure}
    return {
        kind: {"Destination": destination_arn(scope, name, environment)}
        for kind, name in given.items()
        if name
    }
