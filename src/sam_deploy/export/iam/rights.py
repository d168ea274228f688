"""From actions to statements: each on the app's own things of the types that it supports. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy.export.iam import handlers, reference
from sam_deploy.export.iam.calls import Call
from sam_deploy.export.iam.operations import ARCHIVES, RECORDS
from sam_deploy.export.iam.reference import Action
from sam_deploy.export.iam.scope import ANY, Scope
from sam_deploy.export.iam.statements import Condition, Statement
from sam_deploy.export.iam.things import KINDS, PATHS, Registry

TRANSFORM: Final = "transform/Serverless-2016-10-31"
ALWAYS: Final = frozenset(
    {"cloudformation", "cloudwatch", "iam", "lambda", "logs", "s3", "scheduler"}
    | {"secretsmanager", "ssm", "sts"}
)
"""Services that commands call for every app; others only where the app has something there."""
BY_CLOUDFORMATION: Final = (
    ("StringEquals", "aws:CalledViaFirst", ("cloudformation.amazonaws.com",)),
)
"""Only what CloudFormation does for the caller. Source: IAM user guide, "aws:CalledViaFirst"."""
LINKED_ROLE: Final = "role/aws-service-role/*"
SID_OF_STACKS: Final = "Stack"
OWN_PLACES: Final = frozenset({"artifact-bucket", *RECORDS, *ARCHIVES})
NAMED: Final = frozenset(
    (service, kind) for each in KINDS.values() for service, kind, _ in each.arns
)
"""Resource types whose things have names that a template tells."""


def on(action: Action, scope: Scope, things: Registry) -> tuple[str, ...]:
    """Return the ARNs that an action is allowed on: `*` only for one that supports none."""
    if not action.types:
        return (ANY,)
    if action.service == "apigateway":
        return things.get(("apigateway", PATHS), ())
    known = {arn for kind in action.types for arn in things.get((action.service, kind), ())}
    # nobody knows the ids of these before they are there: any of the account
    return tuple(sorted(known)) or tuple(scope.fill(action.service, kind) for kind in action.types)


def services_of(scope: Scope) -> frozenset[str]:
    """Return the services that an app has something to do with."""
    made = {each.action.service for source in scope.sources for each in handlers.needed(source)}
    return ALWAYS | scope.services | made


def of_stacks(scope: Scope, things: Registry, *, via: Condition) -> Iterator[Statement]:
    """Yield what CloudFormation needs for everything in the app's templates.

    `via` is a condition of all: with the caller's rights it holds for what CloudFormation does
    alone. A service role of CloudFormation needs none: nobody else can take it.
    """
    for source in scope.sources:
        for each in handlers.needed(source):
            action = each.action
            sid = f"{SID_OF_STACKS}{_title(action.service)}"
            if action.name == "iam:PassRole":
                to = (("StringEquals", "iam:PassedToService", (each.passed_to,)),)
                roles = things.get(("iam", "role"), ())
                if roles:
                    yield Statement("PassRoles", (action.name,), roles, to + via)
            elif action.name == "iam:CreateServiceLinkedRole":
                arn = scope.arn("iam", LINKED_ROLE)
                yield Statement("ServiceLinkedRoles", (action.name,), (arn,), via)
            else:
                arns = on(action, scope, things)
                condition = scope.within(action.service) + via
                yield Statement(sid, (action.name,), arns, condition)


def of_call(call: Call, scope: Scope, things: Registry) -> Iterator[Statement]:
    """Yield what a call of ours needs."""
    sid = call.duty.capitalize()
    for name in call.actions:
        for action in reference.known(name):
            condition: Condition = scope.within(action.service)
            if action.name == "iam:PassRole":
                condition = (("StringEquals", "iam:PassedToService", ("scheduler.amazonaws.com",)),)
                arns: tuple[str, ...] = (guard_role(scope),)
            else:
                arns = _placed(call.place, action, scope) or _own(action, scope, things)
            if call.place in OWN_PLACES and action.types:
                condition += scope.own
            if arns:
                yield Statement(sid, (action.name,), arns, condition)
            if call.call == "cloudformation:CreateChangeSet":
                yield _transform(scope, sid)


def _own(action: Action, scope: Scope, things: Registry) -> tuple[str, ...]:
    """Return the same as `on`; nothing where things of that type have names and there are none."""
    named = [kind for kind in action.types if (action.service, kind) in NAMED]
    if named and not any(things.get((action.service, kind)) for kind in named):
        return ()
    return on(action, scope, things)


def guard_role(scope: Scope) -> str:
    """Return the ARN of the role that the schedules of canaries take."""
    return scope.arn("iam", f"role/sam-deploy-{scope.app}-guard")


def _transform(scope: Scope, sid: str) -> Statement:
    """Return what a template with the SAM transform needs beside its stack."""
    arn = f"arn:{scope.partition}:cloudformation:{scope.region}:aws:{TRANSFORM}"
    within = scope.within("cloudformation")
    return Statement(sid, ("cloudformation:CreateChangeSet",), (arn,), within)


def _placed(place: str, action: Action, scope: Scope) -> tuple[str, ...]:
    """Return the ARNs of a place that is known by more than the action; none for `''`."""
    if not action.types or place == "every-stack":
        return (ANY,)
    if action.name in _SETTINGS:
        places = _SETTINGS[action.name]
        owners = [f"{scope.app}/{each}" for each in scope.environments] or [scope.app]
        return tuple(
            scope.arn(action.service, rest.format(owner)) for rest in places for owner in owners
        )
    if action.service == "ses":
        return _identities(scope)
    if place == "guard-role":
        return (guard_role(scope),)
    if place == "broker" and not scope.broker:
        return ()
    service, rests = _PLACES.get(place, ("", ()))
    buckets = scope.artifact_buckets if service == "s3" else ("",)
    names = {"broker": scope.broker}
    return tuple(
        scope.arn(service, rest.format(bucket=bucket, **names))
        for bucket in buckets
        for rest in rests
    )


_PLACES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "api-account": ("apigateway", ("/account",)),
    "domain-names": ("apigateway", ("/domainnames/*",)),
    "artifact-bucket": ("s3", ("{bucket}",)),
    **{each: ("s3", (f"{{bucket}}/{each}/*",)) for each in (*RECORDS, *ARCHIVES)},
    "broker": ("lambda", ("function:{broker}", "function:{broker}:*")),
    "guard-schedule": ("scheduler", ("schedule/default/sd-*",)),
}
"""Place of a call -> service, and rests of ARNs."""
_SETTINGS: Final[Mapping[str, tuple[str, ...]]] = {
    **{
        f"ssm:{each}": ("parameter/{}/*",)
        for each in (
            *("AddTagsToResource", "DeleteParameter", "GetParameter", "GetParameters"),
            *("GetParametersByPath", "PutParameter"),
        )
    },
    **{
        f"secretsmanager:{each}": ("secret:/{}/*",)
        for each in (
            *("CreateSecret", "DeleteSecret", "DescribeSecret", "GetSecretValue"),
            *("PutSecretValue", "RestoreSecret", "TagResource"),
        )
    },
}
"""Action -> where an app's settings are; see `naming.setting_name`."""


def _identities(scope: Scope) -> tuple[str, ...]:
    """Return the sender's identity: the address, or its domain; recipients' in the sandbox."""
    if not scope.sender:
        return ()
    names = {scope.sender, scope.sender.partition("@")[2], *scope.recipients}
    return tuple(sorted(scope.arn("ses", f"identity/{each}") for each in names))


def _title(service: str) -> str:
    return "".join(part.capitalize() for part in service.split("-"))
