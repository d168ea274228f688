"""What `destroy` says: before, what goes and what stays; afterwards, what stayed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from sam_deploy.amounts import plural
from sam_deploy.cli.screens import document
from sam_deploy.cli.terminal.tables import table

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
INDENT: Final = "  "
DECLARED: Final = {
    "AWS::S3::Bucket": "bucket",
    "AWS::DynamoDB::Table": "table",
    "AWS::Cognito::UserPool": "pool",
    "AWS::SQS::Queue": "queue",
}
"""What can be declared with `existing=True`."""
DELETING: Final = {
    "AWS::S3::Bucket": "aws s3 rb s3://{name} --region {region} --force",
    "AWS::DynamoDB::Table": "aws dynamodb delete-table --table-name {name} --region {region}",
    "AWS::Cognito::UserPool": (
        "aws cognito-idp delete-user-pool --user-pool-id {name} --region {region}"
    ),
}
"""How one that no stack has any more is deleted."""


def farewell_text(farewell: Farewell, columns: int = 0) -> str:
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
        lines += ["This stays, with what it holds:", *_kept(kept, columns)]
        lines.append(
            "Its names stand in the way of a new deployment then; `--delete-data LOGICAL_ID` "
            "deletes one, and all it holds, while its stack stands."
        )
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


def _kept(kept: Iterable[tuple[Place, Part]], columns: int) -> list[str]:
    rows = [(part.physical_id, part.kind, part.logical_id, region) for (_, region), part in kept]
    room = max(columns - len(INDENT), 0)
    lines = table(("name", "type", "logical id", "region"), rows, room).split("\n")
    return [INDENT + line for line in lines]


def destroyed_text(
    destroyed: Destroyed,
    home_region: str,
    seconds: float,
    *,
    of_template: bool = False,
    columns: int = 0,
    reset: str = "",
) -> str:
    """Return the last lines: what is gone, what stayed, and how to have that back.

    `reset` is the command that empties the laptop's cloud; '' on AWS.
    """
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
        lines += ["", "These stayed, with what they hold:", *_kept(destroyed.kept, columns), ""]
        lines += _way_back(destroyed, home_region, of_template=of_template)
        lines += _way_out(destroyed, reset)
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


def _way_out(destroyed: Destroyed, reset: str) -> Iterator[str]:
    """Yield how to be rid of what stayed, now that no stack has it any more."""
    if reset:
        yield f"To be rid of all that this laptop's cloud holds: `{reset}`."
        return
    for kind, command in DELETING.items():
        found = [(place, part) for place, part in destroyed.kept if part.kind == kind]
        for (_, region), part in found[:1]:
            text = command.format(name=part.physical_id, region=region)
            yield f"To be rid of a {DECLARED[kind]} with all it holds: `{text}`."


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
