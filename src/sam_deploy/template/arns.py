"""ARNs as `Fn::Sub` text, made of names alone. Pure.

Names are known before anything exists, so a policy can name a bucket whose trigger depends on
the function that the policy is for: with `Fn::GetAtt` the three would form a circle.
"""

from __future__ import annotations

from typing import Final

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import App, Bucket, EventBus, Function, Queue, Table, Topic, UserPool
from sam_deploy.template.document import Json, get_att, sub

PARTITION: Final = "arn:${AWS::Partition}"
REGIONAL: Final = "${AWS::Region}:${AWS::AccountId}"
DEFAULT_BUS: Final = "default"
"""The event bus that every account has; it has no place in the ARNs of its rules."""


def bucket_name_text(bucket: Bucket, environment: str) -> str:
    """Return the text of a bucket's name, which carries the region outside the home region."""
    suffix = "${RegionSuffix}" if physical.is_regional(bucket) else ""
    return f"{physical.bucket_name(bucket, environment)}{suffix}"


def queue_arn(queue: Queue, environment: str) -> Json:
    """Return the ARN of a queue in the stack's region and account."""
    return sub(f"{PARTITION}:sqs:{REGIONAL}:{physical.queue_name(queue, environment)}")


def dead_letter_queue_arn(queue: Queue, environment: str) -> Json:
    """Return the ARN of a queue's dead-letter queue."""
    return sub(f"{PARTITION}:sqs:{REGIONAL}:{physical.dead_letter_queue_name(queue, environment)}")


def bucket_arn(bucket: Bucket, environment: str) -> Json:
    """Return the ARN of a bucket."""
    return sub(f"{PARTITION}:s3:::{bucket_name_text(bucket, environment)}")


def objects_arn(bucket: Bucket, environment: str) -> Json:
    """Return the ARN of all objects in a bucket."""
    return sub(f"{PARTITION}:s3:::{bucket_name_text(bucket, environment)}/*")


def table_arn(app: App, table: Table, environment: str) -> Json:
    """Return the ARN of a table, or of a global table's replica, in the stack's region."""
    return sub(_table(app, table, environment))


def indexes_arn(app: App, table: Table, environment: str) -> Json:
    """Return the ARN of all indexes of a table."""
    return sub(f"{_table(app, table, environment)}/index/*")


def streams_arn(app: App, table: Table, environment: str) -> Json:
    """Return the ARN of every stream that a table has or had: AWS names them by their time."""
    return sub(f"{_table(app, table, environment)}/stream/*")


def topic_arn(app: App, topic: Topic, environment: str) -> Json:
    """Return the ARN of a topic in the stack's region and account."""
    return sub(f"{PARTITION}:sns:{REGIONAL}:{physical.topic_name(app, topic, environment)}")


def event_bus_arn(app: App, bus: EventBus, environment: str) -> Json:
    """Return the ARN of an event bus in the stack's region and account."""
    name = physical.event_bus_name(app, bus, environment)
    return sub(f"{PARTITION}:events:{REGIONAL}:event-bus/{name}")


def user_pool_arn(pool: UserPool, environment: str) -> Json:
    """Return the ARN of a pool: of this stack, or by the id of one that exists."""
    if pool.existing_ids:
        return sub(f"{PARTITION}:cognito-idp:{REGIONAL}:userpool/{pool.existing_ids[environment]}")
    return get_att(naming.user_pool_name(pool.name, environment), "Arn")


def rule_arn(name: str, bus: str = "") -> Json:
    """Return the ARN of the rule of that name on a bus; on the default bus when none is given."""
    path = f"{bus}/{name}" if bus not in {"", DEFAULT_BUS} else name
    return sub(f"{PARTITION}:events:{REGIONAL}:rule/{path}")


def alias_arn(app: App, function: Function, environment: str) -> Json:
    """Return the ARN under which a function is called in an environment, by its alias."""
    name = physical.function_name(app, function, environment)
    return sub(f"{PARTITION}:lambda:{REGIONAL}:function:{name}:{naming.alias_name(environment)}")


def log_group_arn(name: str) -> Json:
    """Return the ARN of all log streams of a log group."""
    return sub(f"{PARTITION}:logs:{REGIONAL}:log-group:{name}:*")


def setting_arn(app: str, environment: str, setting: str) -> Json:
    """Return the ARN of a parameter in Parameter Store."""
    name = naming.setting_name(app, environment, setting)
    return sub(f"{PARTITION}:ssm:{REGIONAL}:parameter{name}")


def secret_arn(app: str, environment: str, secret: str) -> Json:
    """Return the ARN of a secret; Secrets Manager ends it in six characters of its own."""
    name = naming.setting_name(app, environment, secret)
    return sub(f"{PARTITION}:secretsmanager:{REGIONAL}:secret:{name}-??????")


def identity_arn(domain: str) -> Json:
    """Return the ARN of a domain that SES may send from, in the stack's region."""
    return sub(f"{PARTITION}:ses:{REGIONAL}:identity/{domain}")


def _table(app: App, table: Table, environment: str) -> str:
    name = physical.table_name(app, table, environment)
    return f"{PARTITION}:dynamodb:{REGIONAL}:table/{name}"
