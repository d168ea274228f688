"""The roles around an app: which commands each is for, and which duties they may have. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from sam_deploy.export.iam import handlers, rights, things
from sam_deploy.export.iam.calls import Call
from sam_deploy.export.iam.operations import EMBEDDED, Duty
from sam_deploy.export.iam.scope import Scope
from sam_deploy.export.iam.statements import Document, Statement, merged, policies
from sam_deploy.export.iam.unrecorded import every

RoleName: TypeAlias = Literal["reader", "deployer", "promoter", "approver", "execution"]

LOOKING: Final = (
    *("status", "history", "release", "audit", "logs", "outputs", "diff", "doctor"),
    *("shift status", "broker status", "settings list", "settings diff", "layers list"),
)
"""Commands; one that has others below it stands for all of them."""
RELEASING: Final = ("promote", "rollback", "resume", "shift", "unlock")


@dataclass(frozen=True, slots=True)
class Role:
    """What a role is for."""

    words: str
    """For people: what it may do."""
    commands: tuple[str, ...]
    duties: frozenset[Duty]
    stacks: bool = False
    """Whether CloudFormation acts with its rights."""


LOOK: Final = "look"
SETTINGS: Final = frozenset({"secretsmanager", "ssm"})
"""Services that keep settings: who may read a secret has it, which is more than to look."""
_LOOK: Final = frozenset[Duty]({LOOK})
ROLES: Final[Mapping[RoleName, Role]] = {
    "reader": Role("looks, and changes nothing", LOOKING, _LOOK),
    "deployer": Role(
        "deploys: archives, stacks, versions, the first environment's aliases; settings",
        (
            *LOOKING,
            *("deploy", "resume", "recover", "unlock", "settings"),
        ),
        # mail and ask: a change of what others are promoted to needs their code
        _LOOK | {"record", "provide", "stack", "release", "settings", "recover", "mail", "ask"},
        stacks=True,
    ),
    "promoter": Role(
        "promotes, rolls back, resumes, watches canaries",
        (*LOOKING, *RELEASING),
        _LOOK | {"record", "release", "canary", "mail", "ask", "guard"},
    ),
    "approver": Role(
        "agrees to a plan with the one-time code, and changes nothing",
        (*LOOKING, "approve"),
        _LOOK | {"mail", "ask", "record"},
    ),
    "execution": Role(
        "CloudFormation's own, when a stack is given a service role",
        (),
        frozenset(),
        stacks=True,
    ),
}
DESTROYING: Final = ("destroy", "layers prune")
ISOLATED: Final[frozenset[Duty]] = frozenset({"provide", "stack", "recover"})
"""What a promotion does besides, where every environment has stacks of its own."""
GUARDED: Final[frozenset[Duty]] = frozenset({"canary", "guard"})
"""What nobody does where a broker moves the aliases."""


def calls_of(name: RoleName, scope: Scope, *, destroy: bool = False) -> tuple[Call, ...]:
    """Return the calls that a role makes itself."""
    role = ROLES[name]
    duties, commands = role.duties, role.commands
    if name == "promoter" and scope.isolated:
        duties |= ISOLATED
    if scope.broker:
        duties -= GUARDED
    if destroy and name == "deployer":
        duties, commands = duties | {"remove"}, (*commands, *DESTROYING)
    return tuple(
        each
        for each in every()
        if each.call not in EMBEDDED
        and each.duty in duties
        and any(_is(made, command) for made in each.commands for command in commands)
    )


def role_for(command: str, action: str) -> RoleName:
    """Return the role that a command is for: the one with the fewest rights that has the action.

    What no command calls itself, CloudFormation does for whoever deploys.
    """
    order: tuple[RoleName, ...] = ("reader", "approver", "promoter", "deployer")
    meant = [name for name in order if any(_is(command, each) for each in ROLES[name].commands)]
    for name in meant:
        if any(
            action in call.actions and call.duty in ROLES[name].duties
            for call in every()
            if any(_is(made, each) for made in call.commands for each in ROLES[name].commands)
        ):
            return name
    return meant[-1] if meant else "deployer"


def _is(made: str, command: str) -> bool:
    """Whether a command is another one, or one below it: `audit verify` is of `audit`."""
    return made == command or made.startswith(f"{command} ")


def statements_of(
    name: RoleName, scope: Scope, *, destroy: bool = False, acting: Scope | None = None
) -> tuple[Statement, ...]:
    """Return everything that a role may do with this app, merged.

    It looks at all of `scope`; what it changes, and whose settings it reads, is in `acting`.
    """
    return merged(_statements(name, scope, acting or scope, destroy=destroy))


def policies_of(
    name: RoleName, scope: Scope, *, destroy: bool = False, acting: Scope | None = None
) -> tuple[Document, ...]:
    """Return the policies of a role. Raises `ConfigError` when they are too many for one."""
    return policies(statements_of(name, scope, destroy=destroy, acting=acting))


def makes_stacks(name: RoleName, scope: Scope) -> bool:
    """Whether CloudFormation acts with the rights of this role."""
    return ROLES[name].stacks or (name == "promoter" and scope.isolated)


def unknown_types(scope: Scope) -> tuple[str, ...]:
    """Return the resource types of the app whose permissions AWS does not publish."""
    return tuple(sorted({kind for each in scope.sources for kind in handlers.unknown(each)}))


def _statements(
    name: RoleName, scope: Scope, acting: Scope, *, destroy: bool
) -> Iterator[Statement]:
    looks, acts = things.registry(scope), things.registry(acting)
    services = rights.services_of(scope)
    made = [
        statement
        for call in calls_of(name, scope, destroy=destroy)
        for statement in (
            rights.of_call(call, scope, looks)
            if call.duty == LOOK and call.call.partition(":")[0] not in SETTINGS
            else rights.of_call(call, acting, acts)
        )
        if statement.actions[0].partition(":")[0] in services
    ]
    if makes_stacks(name, scope):
        via = () if name == "execution" else rights.BY_CLOUDFORMATION
        made += rights.of_stacks(acting, acts, via=via)
    # where there is a broker, it alone moves aliases; stacks make them and never change them
    moved = "lambda:UpdateAlias" if scope.broker else ""
    return (each for each in made if each.actions[0] != moved)
