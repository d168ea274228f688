"""Merges the user's raw CloudFormation into a stack: the escape hatch. Pure.

A new logical id is added as it is; for one of ours, what the user gives wins, property by
property. What must never change (first versions and aliases) cannot be touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sam_deploy.errors import ConfigError
from sam_deploy.template.document import Json

STATIC: Final = ("AWS::Lambda::Version", "AWS::Lambda::Alias")
"""Moved by releases alone; see docs/concepts/aliases.md."""


def merged(
    resources: Mapping[str, Mapping[str, Json]], given: Mapping[str, object], where: str
) -> dict[str, Json]:
    """Return all resources with the user's merged in.

    Raises `ConfigError` with every mistake at once: no type, another type, a version or an alias.
    """
    problems = [
        problem
        for logical_id, raw in given.items()
        for problem in _problems(logical_id, raw, resources.get(logical_id), where)
    ]
    if problems:
        raise ConfigError(
            "The raw resources cannot be merged",
            why="each needs a `Type`, and what releases move stays as it is",
            hint="correct `resources` in `deploy.py`",
            problems=tuple(problems),
        )
    whole: dict[str, Json] = dict(resources)
    for logical_id, raw in given.items():
        whole[logical_id] = overlaid(whole.get(logical_id, {}), raw)
    return whole


def whole_outputs(given: Mapping[str, Json], where: str) -> Mapping[str, Json]:
    """Return the user's raw outputs. Raises `ConfigError` for every one that is none."""
    path = f"{where.removesuffix('resources')}outputs"
    problems = [
        f'{path}["{name}"]: must be a mapping with a `Value`'
        for name, each in given.items()
        if not isinstance(each, Mapping) or "Value" not in each
    ]
    problems += [
        f'{path}["{name}"]: an output\'s name is letters and digits only'
        for name in given
        if not name.isalnum()
    ]
    if problems:
        raise ConfigError(
            "The raw outputs cannot be merged",
            why="each is what CloudFormation calls an output",
            hint="correct `outputs` in `deploy.py`",
            problems=tuple(problems),
        )
    return given


def overlaid(ours: object, theirs: object) -> Json:
    """Return `ours` with every value of `theirs` in its place; lists are replaced as a whole.

    A function such as `Fn::Sub` is a value, not something to merge into.
    """
    if not isinstance(ours, Mapping) or not isinstance(theirs, Mapping) or _is_function(theirs):
        return theirs  # type: ignore[return-value] # JSON, as the configuration was held to
    if _is_function(ours):
        return theirs
    return {
        **ours,
        **{
            key: overlaid(ours[key], value) if key in ours else value
            for key, value in theirs.items()
        },
    }


def _is_function(value: Mapping[str, object]) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref"))


def _problems(
    logical_id: str, raw: object, ours: Mapping[str, Json] | None, where: str
) -> list[str]:
    path = f'{where}["{logical_id}"]'
    if not logical_id.isalnum():
        return [f"{path}: a logical id is letters and digits only"]
    if not isinstance(raw, Mapping):
        return [f"{path}: is {raw!r}, not a resource"]
    kind = raw.get("Type")
    if ours is None:
        return [] if isinstance(kind, str) else [f"{path}: has no `Type`"]
    if ours["Type"] in STATIC:
        return [f"{path}: is {ours['Type']}, which releases move and no template may change"]
    if kind is not None and kind != ours["Type"]:
        return [f"{path}: is {ours['Type']} here and cannot become {kind}"]
    return []
