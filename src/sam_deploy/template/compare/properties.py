"""Compares two values of a template, property by property, by what they mean. Pure.

Order counts where AWS says that it does: not between keys, nor in tags, policies and other sets.
900 and "900" are equal, as they are to CloudFormation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from sam_deploy.template.compare.reading import Plain

Action: TypeAlias = Literal["add", "change", "remove"]

KEYED: Final = {
    "AttributeDefinitions": "AttributeName",
    "GlobalSecondaryIndexes": "IndexName",
    "LocalSecondaryIndexes": "IndexName",
    "Replicas": "Region",
    "Schema": "Name",
    "Statement": "Sid",
    "Tags": "Key",
}
"""Lists whose order means nothing, and what tells their members apart."""
SETS: Final = frozenset(
    {
        *KEYED,
        "AllowHeaders",
        "AllowMethods",
        "AllowOrigins",
        "AllowedHeaders",
        "AllowedMethods",
        "AllowedOAuthFlows",
        "AllowedOAuthScopes",
        "AllowedOrigins",
        "AutoVerifiedAttributes",
        "CallbackURLs",
        "DependsOn",
        "ExplicitAuthFlows",
        "FunctionResponseTypes",
        "LogoutURLs",
        "ManagedPolicyArns",
        "Queues",
        "Roles",
        "SecurityGroupIds",
        "SecurityGroups",
        "SubnetIds",
        "SupportedIdentityProviders",
        "Topics",
        "UsernameAttributes",
        "VpcSecurityGroupIds",
    }
)
"""Lists whose order means nothing. Source: `insertionOrder` of the resource provider schemas."""
WITHOUT_PREFIX: Final = frozenset({"Ref", "Condition"})


@dataclass(frozen=True, slots=True)
class Member:
    """A step of a path into a list without order.

    Members of a list in `KEYED` are called by their key, others by their whole content.
    """

    name: str
    keyed: bool


Step: TypeAlias = str | int | Member
"""A key, an index (the same in both lists, or that of the one that has more), or a member."""
Path: TypeAlias = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Property:
    """One difference. `old` is None for an addition, `new` for a removal."""

    path: Path
    action: Action
    old: Plain
    new: Plain


@dataclass(frozen=True, slots=True)
class _Where:
    """What is above a value, as far as that decides what a list means."""

    name: str = ""
    policy: bool = False
    function: bool = False

    def inside(self, key: str) -> _Where:
        policy, function = key == "Statement", key.startswith("Fn::")
        return _Where(key, self.policy or policy, self.function or function)

    @property
    def unordered(self) -> bool:
        return not self.function and (self.policy or self.name in SETS)

    @property
    def member(self) -> _Where:
        """Return the same without the name: a list in a list is no set because of its parent."""
        return _Where("", self.policy, self.function)


def properties(old: Plain, new: Plain) -> tuple[Property, ...]:
    """Return what has to be done to `old`, in this order, to make it mean the same as `new`."""
    return tuple(_differences(old, new, (), _Where()))


def same(old: Plain, new: Plain) -> bool:
    """Whether two values mean the same."""
    return canonical(old) == canonical(new)


def canonical(value: Plain) -> str:
    """Return a text that is equal for values that mean the same."""
    return _canonical(value, _Where())


def is_function(value: Plain) -> bool:
    """Whether it is an intrinsic function, such as `{"Ref": "Queue"}`."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    ((name, given),) = value.items()
    return name.startswith("Fn::") or (name in WITHOUT_PREFIX and isinstance(given, str))


def _canonical(value: Plain, where: _Where) -> str:
    match value:
        case dict():
            entries = (
                f"{json.dumps(key)}:{_canonical(each, where.inside(key))}"
                for key, each in sorted(value.items())
            )
            return f"{{{','.join(entries)}}}"
        case list():
            members = [_canonical(each, where.member) for each in value]
            return f"[{','.join(sorted(set(members)) if where.unordered else members)}]"
        case bool():
            return json.dumps(str(value).lower())
        case None:
            return "null"
        case _:
            return json.dumps(str(value))


def _differences(old: Plain, new: Plain, path: Path, where: _Where) -> Iterator[Property]:
    if _canonical(old, where) == _canonical(new, where):
        return
    functions = is_function(old) or is_function(new)
    if isinstance(old, dict) and isinstance(new, dict) and not functions:
        yield from _mapping(old, new, path, where)
    elif isinstance(old, list) and isinstance(new, list) and where.unordered:
        yield from _members(old, new, path, where)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _items(old, new, path, where)
    else:
        yield Property(path, "change", old, new)


def _mapping(
    old: dict[str, Plain], new: dict[str, Plain], path: Path, where: _Where
) -> Iterator[Property]:
    for key in dict.fromkeys([*new, *old]):
        below = (*path, key)
        if key not in old:
            yield Property(below, "add", None, new[key])
        elif key not in new:
            yield Property(below, "remove", old[key], None)
        else:
            yield from _differences(old[key], new[key], below, where.inside(key))


def _members(old: list[Plain], new: list[Plain], path: Path, where: _Where) -> Iterator[Property]:
    """Compare lists without order: what both have under one name is compared in depth."""
    key = KEYED.get(where.name, "")
    keyed = bool(key) and _tells_apart(old, key) and _tells_apart(new, key)
    before, after = (
        {
            str(each[key])
            if keyed and isinstance(each, dict)
            else _canonical(each, where.member): each
            for each in members
        }
        for members in (old, new)
    )
    for name in dict.fromkeys([*before, *after]):
        below = (*path, Member(name, keyed))
        if name not in before:
            yield Property(below, "add", None, after[name])
        elif name not in after:
            yield Property(below, "remove", before[name], None)
        else:
            yield from _differences(before[name], after[name], below, where.member)


def _tells_apart(members: list[Plain], key: str) -> bool:
    names = [each.get(key) for each in members if isinstance(each, dict)]
    return len({each for each in names if isinstance(each, str)}) == len(members)


def _items(old: list[Plain], new: list[Plain], path: Path, where: _Where) -> Iterator[Property]:
    """Compare lists with an order: what both begin and end with is left out.

    Removals come last and from the end, so that every index holds while they are followed.
    """
    before = [_canonical(each, where.member) for each in old]
    after = [_canonical(each, where.member) for each in new]
    shorter = min(len(old), len(new))
    start = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    rest = shorter - start
    tail = next((at for at in range(rest) if before[-1 - at] != after[-1 - at]), rest)
    old_end, new_end = len(old) - tail, len(new) - tail
    for at in range(start, min(old_end, new_end)):
        yield from _differences(old[at], new[at], (*path, at), where.member)
    for at in range(old_end, new_end):
        yield Property((*path, at), "add", None, new[at])
    for at in range(old_end - 1, new_end - 1, -1):
        yield Property((*path, at), "remove", old[at], None)
