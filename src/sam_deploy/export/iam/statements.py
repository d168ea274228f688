"""Statements of policies: merged where they agree, packed into what IAM takes. Pure.

Source: IAM user guide, "IAM and AWS STS quotas": a managed policy has 6,144 characters, white space
not counted, and ten of them can be attached to a role (twenty on request).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from sam_deploy.errors import ConfigError

Document: TypeAlias = dict[str, Any]
Condition: TypeAlias = tuple[tuple[str, str, tuple[str, ...]], ...]
"""(operator, key, values), all of which must hold."""

POLICY_CHARACTERS: Final = 6_144
ATTACHED_MOST: Final = 10
VERSION: Final = "2012-10-17"


@dataclass(frozen=True, slots=True)
class Statement:
    """What is allowed, on what, when. Never a denial: what is not allowed is denied."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: Condition = field(default=())

    @property
    def document(self) -> Document:
        """Return it as IAM writes it; the same whatever order it was made in."""
        made: Document = {
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": sorted(set(self.actions)),
            "Resource": sorted(set(self.resources)),
        }
        operators: dict[str, dict[str, Sequence[str]]] = {}
        for operator, key, values in self.condition:
            operators.setdefault(operator, {})[key] = sorted(values)
        return {**made, "Condition": operators} if operators else made


def merged(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Return the same rights in fewer statements.

    Actions on the same resources come together, then resources with the same actions; both only
    within one Sid and condition, so that a Sid stays a duty.
    """
    by_place: dict[tuple[str, tuple[str, ...], Condition], set[str]] = defaultdict(set)
    for each in statements:
        place = (each.sid, tuple(sorted(set(each.resources))), each.condition)
        by_place[place].update(each.actions)
    by_actions: dict[tuple[str, tuple[str, ...], Condition], set[str]] = defaultdict(set)
    for (sid, resources, condition), actions in by_place.items():
        by_actions[sid, tuple(sorted(actions)), condition].update(resources)
    made = [
        Statement(sid, actions, tuple(sorted(resources)), condition)
        for (sid, actions, condition), resources in by_actions.items()
    ]
    return _numbered(
        sorted(made, key=lambda each: (each.sid, each.actions, each.resources, each.condition))
    )


def _numbered(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return them with a number behind a Sid that several have: IAM wants each once."""
    seen: dict[str, int] = defaultdict(int)
    found = []
    for each in statements:
        seen[each.sid] += 1
        number = seen[each.sid]
        found.append(replace(each, sid=f"{each.sid}{number}") if number > 1 else each)
    return tuple(found)


def size(document: Mapping[str, Any]) -> int:
    """Return the characters that IAM counts."""
    return len(json.dumps(document, separators=(",", ":")))


def policies(statements: Sequence[Statement]) -> tuple[Document, ...]:
    """Return the policy documents that hold these statements: as few as they fit into.

    Raises `ConfigError` when they are more than can be attached to one role.
    """
    parts = [part for each in statements for part in _parts(each)]
    folders: list[list[Statement]] = []
    for part in sorted(parts, key=lambda each: -size(each.document)):
        fits = (each for each in folders if size(_policy([*each, part])) <= POLICY_CHARACTERS)
        folder = next(fits, None)
        if folder is None:
            folders.append([part])
        else:
            folder.append(part)
    if len(folders) > ATTACHED_MOST:
        raise ConfigError(
            f"The role would need {len(folders)} policies",
            why=f"one has {POLICY_CHARACTERS} characters at most, and {ATTACHED_MOST} of them can "
            "be attached to a role",
            hint="give each environment its own: `--environment NAME`, in the isolated topology; "
            "or divide the app",
        )
    order = {each.sid: number for number, each in enumerate(parts)}
    return tuple(_policy(sorted(each, key=lambda part: order[part.sid])) for each in folders)


def _policy(statements: Sequence[Statement]) -> Document:
    return {"Version": VERSION, "Statement": [each.document for each in statements]}


def _parts(statement: Statement) -> tuple[Statement, ...]:
    """Return a statement that is too long as several, each with some of its resources."""
    if size(_policy([statement])) <= POLICY_CHARACTERS:
        return (statement,)
    if len(statement.resources) < 2:  # noqa: PLR2004 - nothing is left to divide
        raise ConfigError(
            f"The statement `{statement.sid}` does not fit into a policy",
            why=f"{POLICY_CHARACTERS} characters are not enough for one resource",
            hint="this is a fault of sam-deploy: please report it",
        )
    middle = len(statement.resources) // 2
    halves = (statement.resources[:middle], statement.resources[middle:])
    return tuple(
        part
        for letter, half in zip("AB", halves, strict=True)
        for part in _parts(replace(statement, sid=f"{statement.sid}{letter}", resources=half))
    )
