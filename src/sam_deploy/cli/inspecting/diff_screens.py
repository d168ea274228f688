"""The screen and the JSON document of `sam-deploy diff`. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sam_deploy.amounts import plural
from sam_deploy.cli.inspecting.diff_values import path_text, property_lines, value_text
from sam_deploy.cli.terminal.wrapping import hanging
from sam_deploy.deploy.difference import NEW_LAYER, StackDifference, ValueDifference
from sam_deploy.template.compare.difference import HEAD, Difference
from sam_deploy.template.compare.properties import Property
from sam_deploy.template.compare.replacement import consequence

LAYER_ARN: Final = re.compile(r"arn:[^:]+:lambda:[^:]+:[0-9]*:layer:[^:]+:([0-9]+)")
VERBS: Final = ("replace", "change", "add", "remove")
"""In the order in which they are shown."""


def diff_text(found: Sequence[StackDifference], *, verbose: bool = False, columns: int = 0) -> str:
    """Return every difference, regions that are alike in one block; `verbose` shortens nothing.

    At a terminal of so many `columns` lines end between words; 0 leaves them whole.
    """
    lines: list[str] = []
    for stack in dict.fromkeys(each.stack for each in found):
        for alike in _alike([each for each in found if each.stack == stack]):
            lines += [*_block(alike, verbose=verbose), ""]
    return hanging("\n".join(lines).rstrip("\n"), columns)


def _alike(found: Sequence[StackDifference]) -> list[list[StackDifference]]:
    """Return the regions of a stack in groups that differ in the same way, values apart."""
    groups: dict[tuple[object, ...], list[StackDifference]] = {}
    for each in found:
        changes = repr(each.differences)
        key = (each.deployed, changes, bool(each.values), each.status.endswith("_IN_PROGRESS"))
        groups.setdefault(key, []).append(each)
    return list(groups.values())


def _block(alike: Sequence[StackDifference], *, verbose: bool) -> Iterator[str]:
    first = alike[0]
    where = f"{first.stack} in {', '.join(each.region for each in alike)}"
    if not first.deployed:
        yield f"{where}: not deployed: {plural(len(first.resources), 'resource')} to create"
        yield from _created(first) if verbose else ()
        return
    if first.empty:
        yield f"{where}: no differences"
    else:
        yield f"{where}: {_counts(first.differences, len(first.values))}"
    if first.status.endswith("_IN_PROGRESS"):
        yield f"  a deployment is at work on it ({first.status}): what is compared may change"
    yield from (
        f"  parameter {name} is hidden (NoEcho): whether it changes cannot be seen"
        for name in first.hidden
    )
    here, everywhere, others = _by_environment(first)
    yield from _entries(here, verbose=verbose)
    yield from _values(alike, verbose=verbose)
    if everywhere:
        beyond = ", ".join(first.environments[1:])
        yield ""
        changes = plural(len(everywhere), "change")
        reach = "reaches" if len(everywhere) == 1 else "reach"
        yield f"  shared: {changes} that {reach} the users of {beyond} without a promotion"
        yield from _entries(everywhere, verbose=verbose)
    for environment, theirs in others.items():
        yield ""
        changes = plural(len(theirs), "change")
        verb = "reaches" if len(theirs) == 1 else "reach"
        yield f"  {environment}: {changes} that {verb} its users without a promotion"
        yield from _entries(theirs, verbose=verbose)


def _created(found: StackDifference) -> Iterator[str]:
    for name, kind in found.resources:
        yield f"  add {name} ({kind})"


def _counts(differences: Sequence[Difference], values: int) -> str:
    resources = [each for each in differences if each.section == "Resources"]
    counts = [(sum(_verb(each) == verb for each in resources), verb) for verb in VERBS]
    said = [f"{count} to {verb}" for count, verb in counts if count]
    others = len(differences) - len(resources) + values
    rest = plural(others, "other") if said else f"{plural(others, 'change')}, none of a resource"
    return ", ".join([*said, *([rest] if others else [])])


def _verb(difference: Difference) -> str:
    return "replace" if difference.replacement else difference.action


def _by_environment(
    found: StackDifference,
) -> tuple[list[Difference], list[Difference], dict[str, list[Difference]]]:
    """Return what only the first environment meets, what all do, and what is of each other one."""
    first = found.environments[:1]
    mine = [each for each in found.differences if each.environment in {"", *first}]
    everywhere = [each for each in mine if each.everywhere and len(found.environments) > 1]
    here = [each for each in mine if each not in everywhere]
    names = [each.environment for each in found.differences if each not in mine]
    ordered = [name for name in found.environments if name in names]
    return (
        here,
        everywhere,
        {
            name: [each for each in found.differences if each.environment == name]
            for name in dict.fromkeys([*ordered, *names])
        },
    )


def _entries(differences: Sequence[Difference], *, verbose: bool) -> Iterator[str]:
    """Yield resources, those first that are made anew, then everything else."""
    resources = [each for each in differences if each.section == "Resources"]
    for verb in VERBS:
        for each in resources:
            if _verb(each) == verb:
                yield from _entry(each, verbose=verbose)
    for each in differences:
        if each.section != "Resources":
            yield from _entry(each, verbose=verbose)


def _entry(difference: Difference, *, verbose: bool) -> Iterator[str]:
    verb = _verb(difference)
    if difference.section == "Resources":
        kind = f" ({difference.kind})" if difference.kind else ""
        origin = difference.origin
        line = f", line {origin.line}" if origin and origin.line else ""
        by = f"  {origin.path}{line}" if origin and origin.path else ""
        yield f"  {verb} {difference.name}{kind}{by}"
    else:
        section = difference.section.lower().removesuffix("s")
        name = difference.name if difference.section == HEAD else f"{section} {difference.name}"
        yield f"  {verb} {name}{_whole(difference, verbose=verbose)}"
    words = consequence(difference)
    if words:
        yield f"    {words}"
    if difference.action == "change" and difference.replacement and not difference.properties:
        yield f"    because {', '.join(difference.because)} is replaced"
    for each in _shown(difference, verbose=verbose):
        for line in property_lines(each, whole=verbose):
            yield f"    {line}"


def _whole(difference: Difference, *, verbose: bool) -> str:
    """Return what is new or gone of something small, such as the value of an output."""
    if difference.action == "change":
        return ""
    value = difference.new if difference.action == "add" else difference.old
    value = value.get("Value", value) if isinstance(value, dict) else value
    return f": {value_text(value, whole=verbose)}"


def _shown(difference: Difference, *, verbose: bool) -> Iterable[Property]:
    """Return the properties to tell: of what is new or gone, all of them when `verbose`."""
    if difference.action == "change":
        return difference.properties
    value = difference.new if difference.action == "add" else difference.old
    given = value.get("Properties") if isinstance(value, dict) else None
    if not verbose or difference.section != "Resources" or not isinstance(given, dict):
        return []
    added = difference.action == "add"
    return [
        Property((name,), difference.action, None if added else each, each if added else None)
        for name, each in given.items()
    ]


def _values(alike: Sequence[StackDifference], *, verbose: bool) -> Iterator[str]:
    """Yield parameters and tags; a region is named only where it is not as the others."""
    named: dict[tuple[str, str], dict[str, list[str]]] = {}
    known: dict[tuple[str, str], ValueDifference] = {}
    for each in alike:
        for value in each.values:
            key = (value.what, value.name)
            known.setdefault(key, value)
            told = f"{_value(value.old, verbose=verbose)} -> {_value(value.new, verbose=verbose)}"
            named.setdefault(key, {}).setdefault(told, []).append(each.region)
    for (what, name), ways in named.items():
        everywhere = len(ways) == 1 and len(next(iter(ways.values()))) == len(alike)
        for told, regions in ways.items():
            where = "" if everywhere else f"  in {', '.join(regions)}"
            yield f"  {what} {name}: {told}{where}"
        users = known[what, name].used_by
        if users:
            yield f"    used by {', '.join(users)}"


def _value(value: str | None, *, verbose: bool) -> str:
    if value is None:
        return "(none)"
    layer = LAYER_ARN.fullmatch(value)
    if layer and not verbose:
        return f"version {layer[1]}"
    return value_text(value, whole=verbose)


def diff_json(found: Sequence[StackDifference], target: str) -> str:
    """Return every difference in full. Schema: docs/reference/json.md."""
    document = {
        "target": target,
        "differences": any(not each.empty for each in found),
        "stacks": [_stack(each) for each in found],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _stack(found: StackDifference) -> dict[str, Any]:
    kept = {"parameter": "parameters", "tag": "tags"}
    return {
        "stack": found.stack,
        "region": found.region,
        "status": found.status or None,
        "deployed": found.deployed,
        "create": []
        if found.deployed
        else [{"logical_id": name, "type": kind} for name, kind in found.resources],
        "changes": [_change(each) for each in found.differences],
        **{
            plural_name: [_value_json(each) for each in found.values if each.what == what]
            for what, plural_name in kept.items()
        },
        "hidden_parameters": list(found.hidden),
    }


def _change(difference: Difference) -> dict[str, Any]:
    origin = difference.origin
    return {
        "section": difference.section,
        "name": difference.name,
        "action": difference.action,
        "type": difference.kind or None,
        "environment": difference.environment or None,
        "everywhere": difference.everywhere,
        "origin": {"path": origin.path, "line": origin.line} if origin and origin.path else None,
        "replacement": difference.replacement or None,
        "because": list(difference.because),
        "consequence": consequence(difference) or None,
        "properties": [
            {
                "path": path_text(each.path),
                "action": each.action,
                "old": each.old,
                "new": each.new,
            }
            for each in difference.properties
        ],
        **({} if difference.properties else {"old": difference.old, "new": difference.new}),
    }


def _value_json(value: ValueDifference) -> dict[str, Any]:
    unknown = value.new == NEW_LAYER
    return {
        "name": value.name,
        "old": value.old,
        "new": None if unknown else value.new,
        "note": NEW_LAYER if unknown else None,
        "used_by": list(value.used_by),
    }
