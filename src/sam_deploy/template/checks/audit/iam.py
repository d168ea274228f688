"""Rules on what functions and roles may do. Pure.

cfn-lint knows whether an action exists; whether it should be granted to everything, it does not
say (tried: `Action: "*", Resource: "*"` passes).
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

from sam_deploy.template.checks.audit.free_actions import has_no_resource
from sam_deploy.template.checks.audit.policies import WITH_POLICIES, Statement, identity_statements
from sam_deploy.template.checks.audit.rule import Hit, Hits, Rule, hit, rule
from sam_deploy.template.checks.audit.shapes import many, text
from sam_deploy.template.checks.audit.view import View

READING: Final = ("batchget", "describe", "get", "list", "lookup", "query", "scan", "search")
"""How actions begin that change nothing: too much of them leaks, but destroys nothing."""
ADMINISTRATORS: Final = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess")
PASSED_TO: Final = ("iam:passedtoservice", "iam:associatedresourcearn")


def _allowed(view: View) -> Iterator[Statement]:
    return (each for each in identity_statements(view) if each.allows)


@rule(
    "wildcard-action",
    "error",
    why="`*` grants what nobody has read, deleting included, and what AWS adds next year",
    fix="name the actions",
)
def wildcard_action(view: View) -> Hits:
    """Yield every whole service, and everything."""
    for statement in _allowed(view):
        for path, action in statement.words("Action"):
            if action == "*" or action.partition(":")[2] == "*":
                yield hit(statement.entry, path, f"allows every action of `{action}`")


@rule(
    "broad-action",
    "warning",
    why="a pattern grants more than its author had in mind when AWS adds actions",
    fix="name the actions",
)
def broad_action(view: View) -> Hits:
    """Yield patterns that are not whole services."""
    for statement in _allowed(view):
        for path, action in statement.words("Action"):
            name = action.partition(":")[2]
            if name != "*" and ("*" in name or "?" in name):
                yield hit(statement.entry, path, f"allows every action like `{action}`")


@rule(
    "wildcard-resource",
    "error",
    why="with `*` the development environment reaches what belongs to production",
    fix="name the resources by ARN, or narrow by a condition on the resource or its tags",
)
def wildcard_resource(view: View) -> Hits:
    """Yield actions on everything; reading is a warning, what has no resources is fine."""
    for statement in _allowed(view):
        everything = [path for path, each in statement.words("Resource") if each == "*"]
        if not everything or _narrowed(statement):
            continue
        actions = [action for _, action in statement.words("Action") if not has_no_resource(action)]
        if actions:
            reading = all(_reads(action) for action in actions)
            message = f"allows {_listed(actions)} on every resource"
            yield hit(statement.entry, everything[0], message, "warning" if reading else None)


def _reads(action: str) -> bool:
    return action.partition(":")[2].lower().startswith(READING)


def _narrowed(statement: Statement) -> bool:
    """Whether a condition keeps `*` small: on tags, a namespace, a VPC, an account."""
    return any(
        "not" not in operator.lower()
        and "*" not in values
        and key not in {"aws:securetransport", "aws:multifactorauthpresent"}
        for operator, key, values in statement.conditions()
    )


def _listed(actions: list[str]) -> str:
    shown = ", ".join(actions[:3])
    return f"{shown} and {len(actions) - 3} more" if len(actions) > 3 else shown  # noqa: PLR2004 - a line's worth


@rule(
    "not-action",
    "error",
    why="an allowance of all but some grants everything that AWS adds",
    fix="say what is allowed: `Action`, `Resource`; in a Deny statement it is fine",
)
def not_action(view: View) -> Hits:
    """Yield allowances by exception."""
    for statement in _allowed(view):
        for key in ("NotAction", "NotResource"):
            if key in statement.body:
                yield hit(statement.entry, f"{statement.path}.{key}", f"allows by {key}")


@rule(
    "pass-role",
    "error",
    why="who may pass any role to any service can become what that role is",
    fix="name the roles, and add the condition `iam:PassedToService`",
)
def pass_role(view: View) -> Hits:
    """Yield allowances to pass roles without saying to which service."""
    for statement in _allowed(view):
        for path, action in statement.words("Action"):
            passes = action != "*" and fnmatchcase("iam:passrole", action.lower())
            if passes and not any(key in PASSED_TO for _, key, _ in statement.conditions()):
                yield hit(statement.entry, path, "allows iam:PassRole to any service")


@rule(
    "broad-managed-policy",
    "warning",
    why="AWS's FullAccess policies are wildcards by another name",
    fix="say what is needed in a policy of your own",
)
def broad_managed_policy(view: View) -> Hits:
    """Yield AWS's own policies for administrators and for whole services."""
    for entry in view.of(*WITH_POLICIES):
        for key in ("ManagedPolicyArns", "Policies"):
            for path, given in many(entry.get(key), key):
                name = text(given).rpartition("/")[2]
                if name in ADMINISTRATORS:
                    yield hit(entry, path, f"has the policy {name}", "error")
                elif name.endswith("FullAccess"):
                    yield Hit(entry.logical_id, path, f"has the policy {name}")


RULES: Final[tuple[Rule, ...]] = (
    wildcard_action,
    broad_action,
    wildcard_resource,
    not_action,
    pass_role,
    broad_managed_policy,
)
