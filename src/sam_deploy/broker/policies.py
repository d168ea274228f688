"""What makes a broker matter: who else may not move aliases, nor change the broker. Pure.

An explicit Deny wins over every Allow, whatever other policies a role has. Source: IAM user guide,
"Policy evaluation logic"; Lambda in the service authorization reference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from sam_deploy.broker.function.settings import BrokerSettings
from sam_deploy.broker.guard import BrokerNames
from sam_deploy.errors import ConfigError

Audience: TypeAlias = Literal["people", "pipeline", "account"]
Statement: TypeAlias = dict[str, Any]
MOST: Final = {"people": 6_144, "pipeline": 6_144, "account": 5_120}
"""Characters: of a managed policy (white space is not counted), of a service control policy."""
BY_CLOUDFORMATION: Final = {
    "StringNotEquals": {"aws:CalledViaFirst": "cloudformation.amazonaws.com"}
}
"""Not by a stack: an absent key is unequal, too."""
STACK_CHANGES: Final = (
    "cloudformation:CancelUpdateStack",
    "cloudformation:ContinueUpdateRollback",
    "cloudformation:CreateChangeSet",
    "cloudformation:CreateStack",
    "cloudformation:DeleteStack",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:RollbackStack",
    "cloudformation:SetStackPolicy",
    "cloudformation:UpdateStack",
    "cloudformation:UpdateTerminationProtection",
)


@dataclass(frozen=True, slots=True)
class PolicyScope:
    """Whom and what a policy is about."""

    settings: BrokerSettings
    names: BrokerNames
    account: str
    stacks: tuple[str, ...]
    """Names of the app's stacks."""
    administrator: str = ""
    """ARN of the role that may change the broker; for a service control policy."""

    @property
    def arn(self) -> str:
        """How ARNs begin."""
        return f"arn:{self.names.partition}"

    @property
    def here(self) -> str:
        """Region and account of the broker, as ARNs have them."""
        return f"{self.names.region}:{self.account}"

    @property
    def function(self) -> str:
        """ARN of the broker's function."""
        return f"{self.arn}:lambda:{self.here}:function:{self.names.name}"

    @property
    def role(self) -> str:
        """ARN of the broker's role."""
        return f"{self.arn}:iam::{self.account}:role/{self.names.name}"


def policies(scope: PolicyScope, audience: Audience) -> tuple[Statement, ...]:
    """Return the policy documents for somebody: one, or more where one cannot hold it all."""
    functions = sorted({function for _, function in scope.settings.places})
    parts = 1
    while parts <= len(functions):
        size = -(-len(functions) // parts)
        groups = [functions[i : i + size] for i in range(0, len(functions), size)]
        made = [_document(_aliases(scope, audience, group)) for group in groups]
        common = _common(scope, audience)
        first = _document([*common, *made[0]["Statement"]])
        fits = [first, *made[1:]]
        if all(_size(each) <= MOST[audience] for each in fits):
            return tuple(fits)
        parts += 1
    raise ConfigError(
        "The policy does not fit into what IAM takes",
        why=f"{MOST[audience]} characters are not enough for one function",
        hint="shorten the names of functions",
    )


def _document(statements: Sequence[Statement]) -> Statement:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _size(document: Statement) -> int:
    return len(json.dumps(document, separators=(",", ":")))


def _common(scope: PolicyScope, audience: Audience) -> list[Statement]:
    if audience == "account":
        return list(_guarded_parts(scope, scope.administrator)) if scope.administrator else []
    ask = {
        "Sid": "AskTheBroker",
        "Effect": "Allow",
        "Action": "lambda:InvokeFunction",
        "Resource": [scope.function, f"{scope.function}:*"],
    }
    stacks = [_people_deploy_nothing(scope)] if audience == "people" else []
    return [ask, *_guarded_parts(scope, ""), *stacks]


def _aliases(scope: PolicyScope, audience: Audience, functions: Sequence[str]) -> list[Statement]:
    """Return what keeps everybody but the broker off the aliases of these functions.

    Nobody needs UpdateAlias: stacks of sam-deploy make aliases and never change them, so a template
    that pins one to a version fails. Stacks make and remove them; people do not.
    """
    arns = [
        f"{scope.arn}:lambda:*:{scope.account}:function:{function}{end}"
        for function in functions
        for end in ("", ":*")
    ]
    not_broker = {"ArnNotEquals": {"aws:PrincipalArn": scope.role}}
    by_stacks = {} if audience == "people" else BY_CLOUDFORMATION
    but_broker = not_broker if audience == "account" else {}
    return [
        _deny("AliasesMoveByTheBroker", ["lambda:UpdateAlias"], arns, but_broker),
        _deny(
            "AliasesComeAndGoWithStacks",
            ["lambda:CreateAlias", "lambda:DeleteAlias"],
            arns,
            {**but_broker, **by_stacks},
        ),
    ]


def _guarded_parts(scope: PolicyScope, but: str) -> Iterator[Statement]:
    """Yield what keeps everybody off the broker itself: all but looking at it and calling it."""
    name, here = scope.names.name, scope.here
    who: Statement = {"ArnNotEquals": {"aws:PrincipalArn": but}} if but else {}
    yield _deny_but(
        "BrokerFunctionStays",
        ["lambda:Get*", "lambda:InvokeFunction", "lambda:List*"],
        [scope.function, f"{scope.function}:*"],
        who,
    )
    # PassRole, too: who could give the role to a function of their own would be the broker
    yield _deny_but("BrokerRoleStays", ["iam:Get*", "iam:List*"], [scope.role], who)
    yield _deny_but(
        "BrokerMemoryStays",
        ["dynamodb:Describe*", "dynamodb:List*"],
        [f"{scope.arn}:dynamodb:{here}:table/{name}"],
        _and_not_broker(who, scope, but),
    )
    yield _deny_but(
        "BrokerStackStays",
        ["cloudformation:Describe*", "cloudformation:Get*", "cloudformation:List*"],
        [f"{scope.arn}:cloudformation:{here}:stack/{name}/*"],
        who,
    )
    yield from _guarded_traces(scope, but, who)


def _guarded_traces(scope: PolicyScope, but: str, who: Statement) -> Iterator[Statement]:
    """Yield the same for what it has written, and for the key of its codes."""
    yield _deny_but(
        "BrokerLogStays",
        ["logs:Describe*", "logs:FilterLogEvents", "logs:Get*", "logs:List*", "logs:StartQuery"],
        [f"{scope.arn}:logs:{scope.here}:log-group:{scope.names.log_group}:*"],
        _and_not_broker(who, scope, but),
    )
    key = f"{scope.arn}:kms:{scope.here}"
    of_broker = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": scope.names.key_alias}}
    yield _deny_but(
        "BrokerKeyStays",
        ["kms:Describe*", "kms:Get*", "kms:List*"],
        [f"{key}:key/*"],
        {**_and_not_broker(who, scope, but), **of_broker},
    )
    yield _deny(
        "BrokerKeyAliasStays",
        ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"],
        [f"{key}:{scope.names.key_alias}"],
        who,
    )


def _and_not_broker(who: Statement, scope: PolicyScope, but: str) -> Statement:
    """Return a condition that leaves out the broker's own role, where it would be hit."""
    return {"ArnNotEquals": {"aws:PrincipalArn": [but, scope.role]}} if but else who


def _people_deploy_nothing(scope: PolicyScope) -> Statement:
    """Return what leaves deployments to pipelines: a template can lead a stage elsewhere."""
    stacks = [
        f"{scope.arn}:cloudformation:*:{scope.account}:stack/{each}/*" for each in scope.stacks
    ]
    return _deny("StacksChangeByPipelines", list(STACK_CHANGES), stacks, {})


def _deny(
    sid: str, actions: Sequence[str], resources: Sequence[str], condition: Statement
) -> Statement:
    made: Statement = {
        "Sid": sid,
        "Effect": "Deny",
        "Action": list(actions),
        "Resource": list(resources),
    }
    return {**made, "Condition": condition} if condition else made


def _deny_but(
    sid: str, allowed: Sequence[str], resources: Sequence[str], condition: Statement
) -> Statement:
    """Deny all but some actions: what AWS adds later is denied, too."""
    made: Statement = {
        "Sid": sid,
        "Effect": "Deny",
        "NotAction": list(allowed),
        "Resource": list(resources),
    }
    return {**made, "Condition": condition} if condition else made
