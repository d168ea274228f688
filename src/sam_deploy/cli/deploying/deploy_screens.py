"""What a deployment says at its end, to people and to programs. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from sam_deploy.amounts import plural
from sam_deploy.cli.screens import document
from sam_deploy.cli.terminal.tables import table

if TYPE_CHECKING:
    from sam_deploy.aws import Change
    from sam_deploy.deploy import Review, StackOutcome
    from sam_deploy.manifest import Manifest
    from sam_deploy.provide import Provisions
    from sam_deploy.release import Moved
    from sam_deploy.workflow import Result

FUNCTION: Final = "AWS::Lambda::Function"


def deploy_text(result: Result, seconds: float) -> str:
    """Return the last lines of a deployment: what changed, and how long it took."""
    places = result.deployment.done.values()
    released = result.release
    should = "it should be" if len(places) == 1 else "they should be"
    if result.deployment.unchanged and not released.changed:
        what = f"No changes: {plural(len(places), 'stack')} as {should}"
    else:
        changed = [each for each in places if each.outcome != "no changes"]
        regions = plural(len({each.region for each in changed}), "region")
        what = f"Deployed {plural(len(changed), 'stack')} in {regions}"
        what = what if changed else f"No changes to {plural(len(places), 'stack')}"
    first = any(each.outcome == "created" for each in places)
    served = "the local environment has no functions"
    if released.environment:
        versions = _versions(released.moved, _added(places), first=first)
        served = f"{released.environment} serves {versions}"
    return f"{what}, in {seconds:.1f} s; {served}"


def _added(places: Iterable[StackOutcome]) -> set[str]:
    """Return the functions that came to stacks which stood before."""
    return {
        change.logical_id
        for each in places
        if each.outcome == "updated"
        for change in each.changes
        if (change.action, change.resource_type) == ("Add", FUNCTION)
    }


def _versions(moved: Sequence[Moved], added: Collection[str], *, first: bool) -> str:
    """Return 'new versions of 1 function (Api)', counting a function once for all regions."""
    functions = {each.function for each in moved}
    new = {each.function for each in moved if each.changed}
    if first and not new:
        return f"the first versions of {plural(len(functions), 'function')}"
    came = f"{plural(len(added), 'function')} ({', '.join(sorted(added))})"
    changed = f"new versions of {plural(len(new), 'function')} ({', '.join(sorted(new))})"
    if added:
        return f"{changed}, and the first of {came}" if new else f"the first version of {came}"
    if not new:
        return f"the same versions of {plural(len(functions), 'function')}"
    return changed


def deploy_json(result: Result, target: str, seconds: float) -> str:
    """Return what a deployment did. Schema: docs/reference/json.md."""
    provisions = result.provisions
    return document(
        {
            "app": result.manifest.name,
            "target": target,
            "account": provisions.account,
            "changed": not result.deployment.unchanged or bool(result.release.changed),
            "seconds": round(seconds, 3),
            "build": {"built": result.artifacts.built, "reused": result.artifacts.reused},
            "regions": regions_json(provisions),
            "stacks": [stack_json(each) for each in result.deployment.done.values()],
            "release": {
                "environment": result.release.environment,
                "changed": result.release.changed,
                "functions": [asdict(each) for each in result.release.moved],
            },
        }
    )


def regions_json(provisions: Provisions) -> dict[str, Any]:
    """Return what was brought to each region."""
    return {
        region: {
            "bucket": each.bucket,
            "archives_new": each.copied,
            "bytes_sent": each.sent_bytes,
            "layers_published": each.layers_published,
        }
        for region, each in provisions.regions.items()
    }


def stack_json(outcome: StackOutcome) -> dict[str, Any]:
    """Return what came of one stack in one region."""
    return {
        "stack": outcome.stack,
        "region": outcome.region,
        "outcome": outcome.outcome,
        "seconds": round(outcome.seconds, 3),
        "changes": [_change(change) for change in outcome.changes],
        "outputs": dict(outcome.outputs),
    }


def template_text(result: Result, seconds: float, columns: int = 0) -> str:
    """Return the last lines of a deployment: what changed, how long it took, what it tells."""
    done = result.deployment.done.values()
    stack = result.manifest.stacks[0].name
    changed = [each for each in done if each.outcome != "no changes"]
    if changed:
        what = f"Deployed `{stack}` to {plural(len(changed), 'region')}"
    else:
        what = f"No changes: `{stack}` is as it should be in {plural(len(done), 'region')}"
    lines = [f"{what}, in {seconds:.1f} s"]
    rows = [
        [each.region, name, value] for each in done for name, value in sorted(each.outputs.items())
    ]
    if rows:
        lines += ["", table(["region", "output", "value"], rows, columns)]
    return "\n".join(lines)


def template_end(addresses: Sequence[str], program: str, look: str, target: str) -> str:
    """Return where the APIs of a template's stack answer, and what to run next; '' for neither.

    `look` names the stack to commands that read it; '' when it is not known how it was named.
    """
    lines = ["", "its APIs answer at", *(f"  {each}" for each in addresses)] if addresses else []
    if look:
        there = " --target aws" if target == "aws" else ""
        lines += ["", f"next: {program} logs {look}{there}"]
    if look and addresses:
        lines.append(f"      {program} cloud url {look}")
    return "\n".join(lines)


def template_json(result: Result, target: str, seconds: float) -> str:
    """Return what a deployment did. Schema: docs/reference/json.md, without a release."""
    document: dict[str, Any] = {
        "app": result.manifest.stacks[0].name,
        "target": target,
        "account": result.provisions.account,
        "changed": not result.deployment.unchanged,
        "seconds": round(seconds, 3),
        "build": {"built": result.artifacts.built, "reused": result.artifacts.reused},
        "regions": regions_json(result.provisions),
        "stacks": [stack_json(each) for each in result.deployment.done.values()],
        "release": None,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def plan_json(manifest: Manifest, reviews: Sequence[Review], target: str) -> str:
    """Return what a deployment would change. Schema: docs/reference/json.md."""
    return document(
        {
            "app": manifest.name,
            "target": target,
            "changed": any(not each.empty for each in reviews),
            "stacks": [
                {
                    "stack": each.stack,
                    "region": each.region,
                    "way": each.way,
                    "changes": [_change(change) for change in each.changes],
                }
                for each in reviews
            ],
        }
    )


def _change(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "logical_id": change.logical_id,
        "type": change.resource_type,
        "replacement": change.replacement or None,
    }
