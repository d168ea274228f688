"""What `destroy` says: before, what goes and what stays; afterwards, what stayed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from sam_deploy.amounts import plural
from sam_deploy.cli.screens import document, table

if TYPE_CHECKING:
    from sam_deploy.deploy.destroy import Destroyed
    from sam_deploy.deploy.going import Farewell, Fate
    from sam_deploy.deploy.standing import Part
    from sam_deploy.deploy.survey import Place

NOUNS: Final = {
    "AWS::Lambda::Function": "function",
    "AWS::ApiGatewayV2::Api": "API",
    "AWS::ApiGateway::RestApi": "API",
    "AWS::SQS::Queue": "queue",
    "AWS::SNS::Topic": "topic",
    "AWS::Events::EventBus": "event bus",
    "AWS::CloudFront::Distribution": "distribution",
    "AWS::StepFunctions::StateMachine": "state machine",
}
"""What people look for first; the rest is counted."""
DECLARED: Final = {
    "AWS::S3::Bucket": "bucket",
    "AWS::DynamoDB::Table": "table",
    "AWS::Cognito::UserPool": "pool",
    "AWS::SQS::Queue": "queue",
}
"""What can be declared with `existing=True`."""


def farewell_text(farewell: Farewell) -> str:
    """Return everything that goes and everything that stays, before anything is done."""
    lines = ["This goes:"]
    for each in farewell.fates:
        lines += _fate(each)
    if farewell.layers:
        lines.append(f"  all versions of {plural(len(farewell.layers), 'layer')} in every region")
    if farewell.artifacts:
        lines.append("  the artifact buckets: archives, history, and what `resume` would need")
    kept = [(each.place, part) for each in farewell.fates for part in each.stays]
    if kept:
        lines += ["This stays, with what it holds:", *_kept(kept)]
    return "\n".join(lines)


def _fate(fate: Fate) -> Iterator[str]:
    stack, region = fate.place
    if not fate.status:
        if fate.wiped:
            yield f"  {stack} in {region}: gone already; what it left is deleted"
    else:
        yield f"  {stack} in {region}: {_counted(fate.goes)}"
    for part in fate.wiped:
        yield f"    and all that {part.kind} {part.logical_id} ({part.physical_id}) holds"


def _counted(parts: Iterable[Part]) -> str:
    """Return '2 functions, 1 API, 4 queues and 19 other resources'."""
    counts = Counter(NOUNS.get(each.kind, "") for each in parts)
    named = [_plural(counts[noun], noun) for noun in dict.fromkeys(NOUNS.values()) if counts[noun]]
    words, others = ", ".join(named), counts[""]
    if not words:
        return plural(others, "resource") if others else "nothing is in it"
    return f"{words} and {plural(others, 'other resource')}" if others else words


def _plural(count: int, noun: str) -> str:
    return plural(count, noun) if noun != "event bus" or count == 1 else f"{count} event buses"


def _kept(kept: Iterable[tuple[Place, Part]]) -> list[str]:
    rows = [
        (f"  {part.physical_id}", part.kind, part.logical_id, region) for (_, region), part in kept
    ]
    return table(("  name", "type", "logical id", "region"), rows).split("\n")


def destroyed_text(
    destroyed: Destroyed, home_region: str, seconds: float, *, of_template: bool = False
) -> str:
    """Return the last lines: what is gone, what stayed, and how to have that back."""
    regions = len({region for _, region in destroyed.done})
    gone = f"{plural(len(destroyed.done), 'stack')} in {plural(regions, 'region')}"
    more = [
        *(
            [f"{plural(destroyed.layer_versions, 'layer version')}"]
            * bool(destroyed.layer_versions)
        ),
        *([plural(len(destroyed.buckets), "artifact bucket")] * bool(destroyed.buckets)),
    ]
    lines = [f"Destroyed {', '.join([gone, *more])}, in {seconds:.1f} s"]
    if destroyed.kept:
        lines += ["", "These stayed, with what they hold:", *_kept(destroyed.kept), ""]
        lines += _way_back(destroyed, home_region, of_template=of_template)
    return "\n".join(lines)


def _way_back(destroyed: Destroyed, home_region: str, *, of_template: bool) -> Iterator[str]:
    """Yield what to do with what stayed: a deployment that makes it anew would meet its names."""
    declared = [(region, part) for (_, region), part in destroyed.kept if part.kind in DECLARED]
    yield "Their names are taken: as they are declared now, a new deployment is refused."
    if of_template:
        yield (
            "To go on with them, import them into a new stack: `aws cloudformation "
            "create-change-set --change-set-type IMPORT`."
        )
    elif any(region == home_region for region, _ in declared):
        yield (
            "To go on with them, declare each with `existing=True` and `physical_name=` in "
            "`deploy.py` (`{environment}` stands for the environment); that means the one of the "
            "home region, everywhere."
        )
    buckets = [part.physical_id for _, part in destroyed.kept if part.kind == "AWS::S3::Bucket"]
    if buckets:
        yield f"To be rid of one with all it holds: `aws s3 rb s3://{buckets[0]} --force`."


def destroyed_json(destroyed: Destroyed | None, name: str, target: str, seconds: float) -> str:
    """Return what is gone and what stayed. Schema: docs/reference/json.md."""
    done = destroyed.done.values() if destroyed else ()
    return document(
        {
            "app": name,
            "target": target,
            "destroyed": bool(destroyed),
            "seconds": round(seconds, 3),
            "stacks": [
                {
                    "stack": each.place[0],
                    "region": each.place[1],
                    "resources": len(each.goes),
                    "kept": [_part(part) for part in each.stays],
                    "deleted_data": [_part(part) for part in each.wiped],
                }
                for each in done
            ],
            "layer_versions": destroyed.layer_versions if destroyed else 0,
            "artifact_buckets": list(destroyed.buckets) if destroyed else [],
        }
    )


def _part(part: Part) -> dict[str, str]:
    return {
        "name": part.physical_id,
        "type": part.kind,
        "logical_id": part.logical_id,
    }
