"""Decides which layer versions may go, and which must stay because something needs them. Pure.

A layer version that is gone can be given to no function again: a stack that names it can be
neither updated nor rolled back. So whatever refers to a version keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sam_deploy.aws import Alias, FunctionLayers, Stack

LATEST: Final = "$LATEST"
FIRST: Final = "1"
"""The version that a stack makes once and points new aliases at: see docs/concepts/aliases.md."""
PREDECESSORS: Final = 2
"""So many versions before an alias's own are what it may be rolled back to."""
UserKind = Literal["alias", "latest", "version", "stack"]


@dataclass(frozen=True, slots=True)
class User:
    """What refers to a layer version. `name` is the alias's, else the stack's or function's."""

    kind: UserKind
    name: str
    function: str = ""
    version: str = ""

    @property
    def text(self) -> str:
        """The user as people read it: `ApiFunction:prod (7)`, `stack dzgro-sam`."""
        if self.kind == "stack":
            return f"stack {self.name}"
        if self.kind == "alias":
            return f"{self.function}:{self.name} ({self.version})"
        return f"{self.function}:{self.version}"


@dataclass(frozen=True, slots=True)
class Version:
    """A layer version of one region, and all that refers to it."""

    layer: str
    """Its name in `deploy.py`."""
    name: str
    """Its name on AWS."""
    region: str
    version: int
    arn: str
    created: str
    sha256: str
    """Of its content, hexadecimal; empty when sam-deploy has not published it."""
    users: tuple[User, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a version goes, and why not."""

    version: Version
    removed: bool
    why: str


def decide(versions: Iterable[Version], keep: int) -> tuple[Verdict, ...]:
    """Return a verdict on each version of any layers and regions, in their order.

    The newest `keep` of each layer and region stay, and so does all that is used or was not made
    by sam-deploy.
    """
    every = tuple(versions)
    newest: dict[tuple[str, str], list[int]] = {}
    for each in every:
        newest.setdefault((each.region, each.name), []).append(each.version)
    for numbers in newest.values():
        numbers.sort(reverse=True)
    return tuple(_verdict(each, newest[each.region, each.name][:keep], keep) for each in every)


def _verdict(version: Version, newest: Sequence[int], keep: int) -> Verdict:
    if version.users:
        named = ", ".join(user.text for user in version.users)
        return Verdict(version, removed=False, why=f"used by {named}")
    if version.version in newest:
        return Verdict(version, removed=False, why=f"one of the newest {keep}")
    if not version.sha256:
        return Verdict(version, removed=False, why="not made by sam-deploy")
    return Verdict(version, removed=True, why="")


def users_of(
    functions: Sequence[FunctionLayers],
    aliases: Mapping[str, Sequence[Alias]],
    stacks: Sequence[Stack],
    *,
    function_versions: int | None = None,
) -> dict[str, tuple[User, ...]]:
    """Return what refers to each layer version, by its ARN. `aliases` is by function.

    With `function_versions` the published versions of a function that count are the newest so
    many, its first, those of its aliases and the two before each; without it all of them.
    """
    found: dict[str, list[User]] = {}
    counted = _counted(functions, aliases, function_versions)
    for each in functions:
        named = [
            User("alias", alias.name, each.function, each.version)
            for alias in aliases.get(each.function, ())
            if each.version in _served(alias)
        ]
        if not named and each.version in counted[each.function]:
            kind: UserKind = "latest" if each.version == LATEST else "version"
            named = [User(kind, each.function, each.function, each.version)]
        for arn in each.layer_arns:
            found.setdefault(arn, []).extend(named)
    for stack in stacks:
        for value in dict.fromkeys(_arns(stack)):
            found.setdefault(value, []).append(User("stack", stack.name))
    return {arn: tuple(dict.fromkeys(users)) for arn, users in found.items()}


def _arns(stack: Stack) -> list[str]:
    """Return the values of a stack's parameters; one of a list type holds several."""
    return [part.strip() for value in stack.parameters.values() for part in value.split(",")]


def _counted(
    functions: Sequence[FunctionLayers],
    aliases: Mapping[str, Sequence[Alias]],
    newest: int | None,
) -> dict[str, set[str]]:
    """Return the versions that count of each function, $LATEST among them."""
    versions: dict[str, set[str]] = {}
    for each in functions:
        versions.setdefault(each.function, set()).add(each.version)
    if newest is None:
        return versions
    found = {}
    for function, those in versions.items():
        ordered = sorted(those - {LATEST}, key=int)
        kept = {LATEST, FIRST, *ordered[max(0, len(ordered) - newest) :]}
        for version in (v for alias in aliases.get(function, ()) for v in _served(alias)):
            place = ordered.index(version) if version in those - {LATEST} else 0
            kept |= {version, *ordered[max(0, place - PREDECESSORS) : place]}
        found[function] = kept & those
    return found


def _served(alias: Alias) -> set[str]:
    """Return the versions that calls of an alias may reach."""
    return {alias.version, *(version for version, _ in alias.weights)}
