"""Whether the present credentials could go around the broker. Asks IAM, and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sam_deploy.aws import Aws, Simulation
from sam_deploy.errors import SamDeployError

if TYPE_CHECKING:
    from sam_deploy.broker.policies import PolicyScope

ROOT: Final = ":root"


@dataclass(frozen=True, slots=True)
class Around:
    """What somebody could do. `unknown` says why nobody can tell."""

    who: str
    ways: tuple[str, ...] = ()
    unknown: str = ""


def ways_around(aws: Aws, scope: PolicyScope, home_region: str) -> Around:
    """Return what these credentials may do that the broker alone should, or that unmakes it."""
    caller = aws.caller(home_region)
    if caller.arn.endswith(ROOT):
        return Around(caller.arn, ("the root of an account may do everything",))
    try:
        simulation = Simulation(aws, home_region)
        who = simulation.principal(caller.arn)
        ways = [
            f"{action} on {resource.rpartition(':')[2]}"
            for actions, resources in _asked(scope, who)
            for action, resource in simulation.allowed(who, actions, resources)
        ]
    except SamDeployError as error:
        return Around(caller.arn, unknown=f"IAM does not say ({error.why or error.what})")
    return Around(who, tuple(ways))


def _asked(scope: PolicyScope, who: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return (actions, resources) of every way that is looked at."""
    functions = tuple(
        f"{scope.arn}:lambda:{region}:{scope.account}:function:{function}"
        for region, function in sorted(scope.settings.places)
    )
    table = f"{scope.arn}:dynamodb:{scope.here}:table/{scope.names.name}"
    stack = f"{scope.arn}:cloudformation:{scope.here}:stack/{scope.names.name}/*"
    # whoever can change their own policies can take the Deny away
    own = (
        ("iam:DetachRolePolicy", "iam:DeleteRolePolicy", "iam:PutRolePolicy")
        if ":role/" in who
        else ("iam:DetachUserPolicy", "iam:DeleteUserPolicy", "iam:PutUserPolicy")
    )
    return [
        (("lambda:UpdateAlias", "lambda:CreateAlias", "lambda:DeleteAlias"), functions),
        (("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"), (scope.function,)),
        (("iam:PassRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"), (scope.role,)),
        (("dynamodb:PutItem", "dynamodb:UpdateItem"), (table,)),
        (("cloudformation:UpdateStack", "cloudformation:CreateChangeSet"), (stack,)),
        (own, (who,)),
    ]
