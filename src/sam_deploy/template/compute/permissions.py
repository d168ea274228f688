"""Renders what each function may do: exactly what its declaration needs. Pure.

`uses`, `settings`, `invokes`, queue triggers and destinations become statements with exact actions
and exact ARNs, of the stack's environments only. The policies are resources of their own, so that
event source mappings can wait for them, and they name things by ARN text: no circles, and a
resource of another feature set's stack can be named, too. Source of the actions: Service
Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy import naming
from sam_deploy.config.model import Function, Secret, TableTrigger
from sam_deploy.config.pool_ids import id_settings, pools_used_by
from sam_deploy.errors import ConfigError
from sam_deploy.template import arns
from sam_deploy.template.compute.customer_keys import key_statements
from sam_deploy.template.compute.roles import POLICY_VERSION
from sam_deploy.template.compute.uses import Mode, modes_of
from sam_deploy.template.document import Entries, Json, Resource, ref
from sam_deploy.template.scope import Scope

Statement = Mapping[str, Json]
Granted = list[tuple[Mode, Json]]
"""ARNs, each with how it is used."""

ACTIONS: Final[dict[str, dict[Mode, tuple[str, ...]]]] = {
    "Queues": {
        "read": (
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
            "sqs:ChangeMessageVisibility",
        ),
        "write": ("sqs:SendMessage", "sqs:GetQueueUrl", "sqs:GetQueueAttributes"),
    },
    "Objects": {
        "read": ("s3:GetObject",),
        "write": ("s3:PutObject", "s3:DeleteObject"),
    },
    "Tables": {
        "read": (
            "dynamodb:GetItem",
            "dynamodb:BatchGetItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:ConditionCheckItem",
            "dynamodb:DescribeTable",
        ),
        "write": (
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "dynamodb:DeleteItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:DescribeTable",
        ),
    },
    "Topics": {"read": (), "write": ("sns:Publish",)},
    "EventBuses": {"read": (), "write": ("events:PutEvents",)},
    "Users": {
        "read": ("cognito-idp:AdminGetUser", "cognito-idp:ListUsers"),
        "write": ("cognito-idp:AdminDeleteUser",),
    },
}
INDEX_ACTIONS: Final = ("dynamodb:Query", "dynamodb:Scan")
STREAM_ACTIONS: Final = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
)
"""Source: Lambda developer guide, "Using AWS Lambda with Amazon DynamoDB"."""


def policies(scope: Scope) -> Entries:
    """Yield a policy for every function that needs more than to run."""
    for function in scope.functions:
        statements = list(_statements(scope, function))
        if statements:
            name = naming.lambda_policy_name(function.name)
            properties: dict[str, Json] = {
                "PolicyName": name,
                "Roles": [ref(naming.lambda_role_name(function.name))],
                "PolicyDocument": {"Version": POLICY_VERSION, "Statement": statements},
            }
            yield (
                name,
                Resource(
                    "AWS::IAM::Policy", properties, environment=scope.owner, declared=function
                ),
            )


def _statements(scope: Scope, function: Function) -> Iterator[Statement]:
    modes = modes_of(function)
    for what, granted in _granted(scope, modes):
        yield from _by_mode(what, granted)
    yield from _by_mode("Users", _pool_arns(scope, function, modes))
    yield from _listing(scope, modes)
    yield from _streams(scope, function)
    yield from _settings(scope, function)
    yield from key_statements(scope, modes)
    called = [each for each in scope.app.functions if each.name in function.invokes]
    aliases = [
        arns.alias_arn(scope.app, each, e.name) for each in called for e in scope.environments
    ]
    yield from _allow("InvokeFunctions", ("lambda:InvokeFunction",), aliases)
    yield from function.statements  # type: ignore[misc] # JSON, as the configuration was held to


def _granted(scope: Scope, modes: Mapping[str, Mode]) -> Iterator[tuple[str, Granted]]:
    """Yield each family with the ARNs that the function uses in the stack's environments."""
    app, used = scope.app, modes.get
    pairs: list[tuple[str, Mode | None, Json]] = []
    queues = [each for each in app.queues if each.name in modes]
    buckets = [each for each in app.buckets if each.name in modes]
    tables = [each for each in app.tables if each.name in modes]
    topics = [each for each in app.topics if each.name in modes]
    buses = [each for each in app.event_buses if each.name in modes]
    for environment in (each.name for each in scope.environments):
        pairs += [("Queues", used(q.name), arns.queue_arn(q, environment)) for q in queues]
        pairs += [("Objects", used(b.name), arns.objects_arn(b, environment)) for b in buckets]
        pairs += [("Tables", used(t.name), arns.table_arn(app, t, environment)) for t in tables]
        pairs += [("Topics", used(t.name), arns.topic_arn(app, t, environment)) for t in topics]
        pairs += [
            ("EventBuses", used(b.name), arns.event_bus_arn(app, b, environment)) for b in buses
        ]
    for family in dict.fromkeys(name for name, _, _ in pairs):
        yield family, [(mode, arn) for name, mode, arn in pairs if name == family and mode]


def _listing(scope: Scope, modes: Mapping[str, Mode]) -> Iterator[Statement]:
    """Yield what is granted on the container of what is read: buckets and indexes."""
    app, environments = scope.app, [each.name for each in scope.environments]
    read = {name for name, mode in modes.items() if mode != "write"}
    buckets = [
        arns.bucket_arn(each, e) for each in app.buckets if each.name in read for e in environments
    ]
    yield from _allow("ListBuckets", ("s3:ListBucket",), buckets)
    indexes = [
        arns.indexes_arn(app, each, e)
        for each in app.tables
        if each.name in read and (each.indexes or each.existing)
        for e in environments
    ]
    yield from _allow("QueryIndexes", INDEX_ACTIONS, indexes)


def _streams(scope: Scope, function: Function) -> Iterator[Statement]:
    """Yield what Lambda needs to read the streams that trigger the function, in its name."""
    tables = {each.name: each for each in scope.app.tables}
    streams = [
        arns.streams_arn(scope.app, tables[each.table], environment.name)
        for each in function.triggers
        if isinstance(each, TableTrigger)
        for environment in scope.among(each.environments)
    ]
    yield from _allow("ReadStreams", STREAM_ACTIONS, streams)
    # knows no resources, though AWS's own policy names some
    yield from _allow("ListStreams", ("dynamodb:ListStreams",), ["*"] if streams else [])


def _settings(scope: Scope, function: Function) -> Iterator[Statement]:
    app, environments = scope.app.name, [each.name for each in scope.environments]
    secret = {each.name for each in scope.app.settings if isinstance(each, Secret)}
    plain = [name for name in function.settings if name not in secret]
    for pool in pools_used_by(scope.app, function):
        plain += [] if pool.existing_ids else id_settings(pool)
    parameters = [arns.setting_arn(app, e, name) for name in plain for e in environments]
    secrets = [
        arns.secret_arn(app, e, name)
        for name in function.settings
        if name in secret
        for e in environments
    ]
    yield from _allow("ReadSettings", ("ssm:GetParameter",), parameters)
    yield from _allow("ReadSecrets", ("secretsmanager:GetSecretValue",), secrets)


def _by_mode(what: str, granted: Granted) -> Iterator[Statement]:
    """Yield one statement for what is read and written, read only, and written only."""
    actions = ACTIONS[what]
    both = tuple(dict.fromkeys(actions["read"] + actions["write"]))
    yield from _allow(f"Use{what}", both, [arn for mode, arn in granted if mode == "all"])
    for mode in ("read", "write"):
        chosen = [arn for each, arn in granted if each == mode]
        yield from _allow(f"{mode.title()}{what}", actions[mode], chosen)


def _allow(sid: str, actions: tuple[str, ...], resources: list[Json]) -> Iterator[Statement]:
    if resources and actions:
        yield {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resources}


def _pool_arns(scope: Scope, function: Function, modes: Mapping[str, Mode]) -> Granted:
    """Return the ARNs of user pools: AWS makes up their ids, so they must be in this stack."""
    here = {pool.name for pool in scope.user_pools}
    granted: Granted = []
    for pool in scope.app.user_pools:
        if pool.name not in modes:
            continue
        if pool.name not in here and not pool.existing_ids:
            raise ConfigError(
                f"Function `{function.name}` uses the user pool `{pool.name}` of another feature "
                "set",
                why="a pool's ARN is known only inside the stack that makes the pool",
                hint=f"put `{function.name}` and `{pool.name}` into the same feature set",
            )
        granted += [
            (modes[pool.name], arns.user_pool_arn(pool, each.name)) for each in scope.environments
        ]
    return granted
