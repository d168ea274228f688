"""How long policies are as IAM and Lambda count them, at worst. Pure.

Names are put in for references: an account has 12 digits, the longest name of a region has 14
letters, and what CloudFormation makes up is at most as long as the resource's name may be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from sam_deploy.template.checks.audit.policies import WITH_POLICIES
from sam_deploy.template.checks.audit.shapes import at, branches, many, mapping, names, text
from sam_deploy.template.checks.audit.view import Entry, View

WORST: Final = {
    "AWS::AccountId": 12,
    "AWS::Region": 14,
    "AWS::Partition": 3,
    "AWS::URLSuffix": 13,
    "AWS::StackName": 40,
}
"""Letters of pseudo parameters: `ap-southeast-1`, `aws`, `amazonaws.com`."""
UNKNOWN: Final = 64
"""Letters of a name that only CloudFormation knows."""
ARN: Final = 100
"""Letters of an ARN that only CloudFormation knows."""
_SID: Final = 40
"""Lambda's statement ids: stack, logical id and twelve letters."""
_REFERENCE: Final = re.compile(r"\$\{(?!!)\s*([A-Za-z0-9:.]+)\s*\}")
_INLINE: Final = {"AWS::IAM::Policy", "AWS::IAM::RolePolicy"}


def resolved(value: object) -> object:
    """Return a value with letters in place of every reference, as long as they can get."""
    if isinstance(value, dict):
        if len(value) != 1:
            return {str(key): resolved(each) for key, each in value.items()}
        if "Fn::If" in value:
            return max((resolved(e) for _, e in branches(value)), key=length, default="")
        written = text(value)
        if written:
            return _REFERENCE.sub(_letters, written)
        ((key, given),) = value.items()
        unknown = str(key).startswith("Fn::")
        return "x" * ARN if unknown else {str(key): resolved(given)}
    if isinstance(value, (list, tuple)):
        return [resolved(each) for each in value if each != {"Ref": "AWS::NoValue"}]
    return value


def _letters(match: re.Match[str]) -> str:
    name = match[1]
    if name.endswith(("Arn", ".Ref")):
        return "x" * ARN
    return "x" * WORST.get(name, UNKNOWN)


def length(value: object) -> int:
    """Return the letters of a document without white space, as IAM counts them."""
    try:
        written = json.dumps(resolved(value), separators=(",", ":"), default=str)
    except (TypeError, ValueError, RecursionError):
        return 0
    return len(written) - written.count(" ")


def inline_sizes(view: View) -> Iterator[tuple[Entry, int]]:
    """Yield each role, user or function with the letters of all its inline policies."""
    added: dict[str, int] = {}
    for kind in _INLINE:
        for policy in view.of(kind):
            size = length(policy.get("PolicyDocument"))
            holders = [*many(policy.get("Roles")), *many(policy.get("RoleName"))]
            for logical_id in {name for _, each in holders for name in names(each)}:
                added[logical_id] = added.get(logical_id, 0) + size
    for entry in view.of(*WITH_POLICIES):
        own = sum(
            length(at(each, "PolicyDocument") or each)
            for _, each in many(entry.get("Policies"))
            if "PolicyDocument" in mapping(each) or "Statement" in mapping(each)
        )
        size = own + added.get(entry.logical_id, 0)
        if size:
            yield entry, size


def permission_sizes(view: View) -> Iterator[tuple[Entry, int, int]]:
    """Yield (first permission, bytes of all, how many) for each function or alias.

    Lambda keeps one policy per function, version and alias.
    """
    grouped: dict[str, list[Entry]] = {}
    for permission in view.of("AWS::Lambda::Permission"):
        grouped.setdefault(text(permission.get("FunctionName")), []).append(permission)
    for permissions in grouped.values():
        yield permissions[0], sum(map(_statement_size, permissions)), len(permissions)


def _statement_size(permission: Entry) -> int:
    given = permission.properties
    condition = {
        "ArnLike": {"AWS:SourceArn": given.get("SourceArn", "")},
        "StringEquals": {"AWS:SourceAccount": given.get("SourceAccount", "")},
    }
    statement = {
        "Sid": "x" * (len(permission.logical_id) + _SID),
        "Effect": "Allow",
        "Principal": {"Service": given.get("Principal", "")},
        "Action": given.get("Action", ""),
        "Resource": "x" * (ARN + UNKNOWN),
        "Condition": condition,
    }
    return length(statement)
