"""Whether aliases are as releases leave them: on one version, without weights.

May call: ListAliases, once for each function that changes, in each of its regions.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy.amounts import percent
from sam_deploy.aws import Alias, Functions
from sam_deploy.deploy.preflight.asking import ask
from sam_deploy.deploy.preflight.changing import Changing, changing
from sam_deploy.deploy.preflight.facts import Facts, Finding
from sam_deploy.template.compare.properties import canonical

LATEST: Final = "$LATEST"
SHOWN: Final = 4
"""As many functions as a line names."""


def aliases(facts: Facts) -> Iterator[Finding]:
    """Yield warnings about aliases that somebody has moved by hand, and canaries under way."""
    manifest = facts.manifest
    if not manifest.environment:
        return
    questions = {
        (each.region, name): functools.partial(Functions(facts.aws, each.region).aliases, name)
        for each in changing(facts)
        for name in changed_functions(each, facts)
    }
    answers, untold = ask(facts, questions, "whether aliases carry weights is not known")
    yield from untold
    yield from drift(answers, manifest.environment, frozenset(manifest.predecessors))


def changed_functions(change: Changing, facts: Facts) -> Iterator[str]:
    """Yield the functions, as AWS calls them, that are there and get something new. Pure."""
    ours = {each.function_name for each in facts.manifest.functions_of(change.stack)}
    for logical_id, after in change.after.resources.items():
        name = change.after.property(logical_id, "FunctionName")
        before = change.before.resources.get(logical_id)
        is_there = before is not None and name in ours
        if is_there and canonical(dict(before or {})) != canonical(dict(after)):
            yield str(name)


def drift(
    found: Mapping[tuple[str, str], tuple[Alias, ...]], deployed: str, environments: frozenset[str]
) -> Iterator[Finding]:
    """Yield one warning for each kind of drift, region and environment. Pure.

    `found` maps (region, function) to its aliases; `deployed` is the environment whose aliases
    this deployment moves.
    """
    drifted: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for (region, function), there in found.items():
        for alias in there:
            if alias.name not in environments:
                continue
            if alias.weights:
                shares = ", ".join(f"{percent(share)} on version {v}" for v, share in alias.weights)
                drifted[region, alias.name, "weights"].append(f"{function} ({shares})")
            elif alias.version == LATEST:
                drifted[region, alias.name, LATEST].append(function)
    for (region, environment, kind), functions in drifted.items():
        more = f" and {len(functions) - SHOWN} more" if len(functions) > SHOWN else ""
        which = ", ".join(functions[:SHOWN]) + more
        ours = environment == deployed
        yield Finding(warning=_words(environment, kind, which, ours=ours), region=region)


def _words(environment: str, kind: str, which: str, *, ours: bool) -> str:
    if kind == "weights" and ours:
        return f"`{environment}` carries weights: {which}; this deployment takes them away"
    if kind == "weights":
        return f"a canary is under way in `{environment}`: {which}; this deployment leaves it alone"
    if ours:
        return f"`{environment}` points at {LATEST}: {which}; this deployment moves it to a version"
    return f"`{environment}` points at {LATEST}, so that this deployment reaches it: {which}"
