"""Renders schedules: EventBridge Scheduler, in each environment to its alias. Pure.

They lie in the account's default schedule group: their names carry app, function and environment.
"""

from __future__ import annotations

import json

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import Environment, Function, ScheduleTrigger
from sam_deploy.template.arns import alias_arn, queue_arn
from sam_deploy.template.compute.roles import POLICY_VERSION, trust
from sam_deploy.template.document import Entries, Json, Resource, get_att, ref
from sam_deploy.template.messages import ids
from sam_deploy.template.messages.deliveries import applies, queue_of
from sam_deploy.template.regional import IS_FIRST_REGION
from sam_deploy.template.scope import Scope


def schedules(scope: Scope) -> Entries:
    """Yield every schedule of each environment, after the role that may call its function."""
    for function in scope.functions:
        mine = [each for each in function.triggers if isinstance(each, ScheduleTrigger)]
        for environment in scope.environments if mine else ():
            here = [each for each in mine if applies(each.environments, environment.name)]
            if here:
                role_id = ids.schedule_role_id(function.name, environment.name)
                yield role_id, _role(scope, function, here, environment)
            for trigger in here:
                yield (
                    ids.schedule_id(function, trigger, environment.name),
                    _schedule(scope, function, trigger, environment.name),
                )


def _role(
    scope: Scope, function: Function, triggers: list[ScheduleTrigger], environment: Environment
) -> Resource:
    """Return a role for the scheduler alone: it may call one alias, and report what it gave up."""
    where = environment.name
    statements: list[Json] = [
        {
            "Sid": "CallAlias",
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": alias_arn(scope.app, function, where),
        }
    ]
    names = dict.fromkeys(each.dead_letter_queue or "" for each in triggers)
    given_up = [queue_of(scope.app, name) for name in names]
    if arns := [queue_arn(queue, where) for queue in given_up if queue]:
        statements.append(
            {
                "Sid": "KeepGivenUpCalls",
                "Effect": "Allow",
                "Action": "sqs:SendMessage",
                "Resource": arns,
            }
        )
    document: Json = {"Version": POLICY_VERSION, "Statement": statements}
    account: Json = {"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}}
    properties: dict[str, Json] = {
        "AssumeRolePolicyDocument": trust("scheduler.amazonaws.com", account),
        "Policies": [{"PolicyName": "call", "PolicyDocument": document}],
        "Tags": scope.tag_list(environment),
    }
    once = all(each.first_region_only for each in triggers)
    return Resource(
        "AWS::IAM::Role",
        properties,
        condition=IS_FIRST_REGION if once else "",
        environment=where,
        declared=triggers[0],
    )


def _schedule(
    scope: Scope, function: Function, trigger: ScheduleTrigger, environment: str
) -> Resource:
    target: dict[str, Json] = {
        "Arn": ref(naming.alias_id(function.name, environment)),
        "RoleArn": get_att(ids.schedule_role_id(function.name, environment), "Arn"),
    }
    if trigger.input is not None:
        target["Input"] = json.dumps(trigger.input, separators=(",", ":"))
    target["RetryPolicy"] = {
        "MaximumRetryAttempts": trigger.retries,
        "MaximumEventAgeInSeconds": trigger.max_age_seconds,
    }
    given_up = queue_of(scope.app, trigger.dead_letter_queue)
    if given_up:
        target["DeadLetterConfig"] = {"Arn": queue_arn(given_up, environment)}
    properties: dict[str, Json] = {
        "Name": physical.trigger_name(scope.app, function, trigger, environment),
        "ScheduleExpression": trigger.expression,
        "ScheduleExpressionTimezone": trigger.timezone,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "State": "ENABLED" if trigger.enabled else "DISABLED",
        "Target": target,
    }
    return Resource(
        "AWS::Scheduler::Schedule",
        properties,
        condition=IS_FIRST_REGION if trigger.first_region_only else "",
        environment=environment,
        declared=trigger,
    )
