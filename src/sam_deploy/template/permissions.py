"""Renders what each function may do: exactly what its `uses`, `settings` and triggers need. Pure.

The policies are resources of their own, so that event source mappings can wait for them, and
they name queues, buckets and settings by ARN text: no circles, and a resource of another feature
set's stack can be named too. No wildcard actions, no wildcard resources but a bucket's objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from sam_deploy import naming
from sam_deploy.config.model import Function, QueueTrigger
from sam_deploy.config.tree import split_use
from sam_deploy.errors import ConfigError
from sam_deploy.template.arns import bucket_arn, objects_arn, queue_arn, setting_arn
from sam_deploy.template.document import Entries, Json, Resource, get_att, ref
from sam_deploy.template.roles import POLICY_VERSION
from sam_deploy.template.scope import Scope

Statement = dict[str, Json]

Mode = Literal["all", "read", "write"]

QUEUE_ACTIONS: Final[dict[Mode, tuple[str, ...]]] = {
    "read": (
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ChangeMessageVisibility",
    ),
    "write": ("sqs:SendMessage", "sqs:GetQueueUrl", "sqs:GetQueueAttributes"),
}
OBJECT_ACTIONS: Final[dict[Mode, tuple[str, ...]]] = {
    "read": ("s3:GetObject",),
    "write": ("s3:PutObject", "s3:DeleteObject"),
}
USER_ACTIONS: Final[dict[Mode, tuple[str, ...]]] = {
    "read": ("cognito-idp:AdminGetUser", "cognito-idp:ListUsers"),
    "write": ("cognito-idp:AdminDeleteUser",),
}


def policies(scope: Scope) -> Entries:
    """Yield a policy for every function that needs more than logs."""
    for function in scope.functions:
        statements = list(_statements(scope, function))
        if statements:
            name = naming.lambda_policy_name(function.name)
            properties: dict[str, Json] = {
                "PolicyName": name,
                "Roles": [ref(naming.lambda_role_name(function.name))],
                "PolicyDocument": {"Version": POLICY_VERSION, "Statement": statements},
            }
            yield name, Resource("AWS::IAM::Policy", properties)


def _statements(scope: Scope, function: Function) -> Iterator[Statement]:
    modes = _modes(function)
    app, environments = scope.app.name, [each.name for each in scope.environments]
    queues = [each.name for each in scope.app.queues if each.name in modes]
    buckets = [each.name for each in scope.app.buckets if each.name in modes]
    queue_arns = [(modes[n], queue_arn(n, e)) for n in queues for e in environments]
    object_arns = [(modes[n], objects_arn(n, e)) for n in buckets for e in environments]
    listed = [bucket_arn(n, e) for n in buckets if modes[n] != "write" for e in environments]
    settings = [setting_arn(app, e, name) for name in function.settings for e in environments]
    yield from _by_mode("Queues", QUEUE_ACTIONS, queue_arns)
    yield from _by_mode("Objects", OBJECT_ACTIONS, object_arns)
    yield from _allow("ListBuckets", ("s3:ListBucket",), listed)
    yield from _by_mode("Users", USER_ACTIONS, _pool_arns(scope, function, modes))
    yield from _allow("ReadSettings", ("ssm:GetParameter",), settings)


def _modes(function: Function) -> dict[str, Mode]:
    """Return how the function uses each queue, bucket and pool."""
    uses = [split_use(use) for use in function.uses]
    uses += [(each.queue, "read") for each in function.triggers if isinstance(each, QueueTrigger)]
    read = {name for name, mode in uses if mode in {"read", "all"}}
    write = {name for name, mode in uses if mode in {"write", "all"}}
    return {
        name: "all" if name in read and name in write else "read" if name in read else "write"
        for name, _ in uses
    }


def _by_mode(
    what: str, actions: dict[Mode, tuple[str, ...]], arns: list[tuple[Mode, Json]]
) -> Iterator[Statement]:
    """Yield one statement for what is read and written, read only, and written only."""
    both = tuple(dict.fromkeys(actions["read"] + actions["write"]))
    yield from _allow(f"Use{what}", both, [arn for mode, arn in arns if mode == "all"])
    for mode in ("read", "write"):
        chosen = [arn for each, arn in arns if each == mode]
        yield from _allow(f"{mode.title()}{what}", actions[mode], chosen)


def _allow(sid: str, actions: tuple[str, ...], resources: list[Json]) -> Iterator[Statement]:
    if resources:
        yield {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resources}


def _pool_arns(scope: Scope, function: Function, modes: dict[str, Mode]) -> list[tuple[Mode, Json]]:
    """Return the ARNs of user pools: AWS makes up their ids, so they must be in this stack."""
    here = {pool.name for pool in scope.user_pools}
    used = [pool.name for pool in scope.app.user_pools if pool.name in modes]
    for name in used:
        if name not in here:
            raise ConfigError(
                f"Function `{function.name}` uses the user pool `{name}` of another feature set",
                why="a pool's ARN is known only inside the stack that makes the pool",
                hint=f"put `{function.name}` and `{name}` into the same feature set",
            )
    return [
        (modes[name], get_att(naming.user_pool_name(name, environment.name), "Arn"))
        for name in used
        for environment in scope.environments
    ]
