"""What `destroy` says: before, what goes and what stays; afterwards, what stayed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sam_deploy.amounts import plural
from sam_deploy.cli.screens import document
from sam_deploy.cli.terminal.tables import table

if TYPE_CHECKING:
    from sam_deploy.deploy.destroy import Destroyed
    from sam_deploy.deploy.going import Farewell, Fate
    from sam_deploy.deploy.standing import Beside, Part
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
BUCKET: Final = "AWS::S3::Bucket"
POOL: Final = "AWS::Cognito::UserPool"
SECRET: Final = "AWS::SecretsManager::Secret"  # noqa: S105 - a type
DECLARED: Final = {
    BUCKET: "bucket",
    "AWS::DynamoDB::Table": "table",
    "AWS::DynamoDB::GlobalTable": "table",
    POOL: "pool",
}
"""What can be declared as existing."""
DELETING: Final = {
    BUCKET: "aws s3 rb s3://{name} --region {region} --force",
    "AWS::DynamoDB::Table": "aws dynamodb delete-table --table-name {name} --region {region}",
    POOL: ("aws cognito-idp delete-user-pool --user-pool-id {name} --region {region}"),
}
"""How one that no stack has any more is deleted, where its name does not follow from the config."""
BY: Final = {
    SECRET: "a secret by `--delete-data NAME`",
    "AWS::SSM::Parameter": "a setting by `sam-deploy settings delete NAME`",
    "AWS::Lambda::LayerVersion": "layers by `--layers-too`",
    BUCKET: "artifact buckets by `--artifacts-too`",
}
"""How what is in no stack is deleted."""


@dataclass(frozen=True, slots=True)
class Ways:
    """What is known of the app that decides how to go on with what stays."""

    home_region: str = ""
    of_template: bool = False
    nameable: frozenset[str] = frozenset()
    """Logical ids of data that `--delete-data` finds by the config, once its stack is gone."""
    listened_to: frozenset[str] = frozenset()
    """Logical ids of buckets with an `on_upload`."""
    reset: str = ""
    """The command that empties the laptop's cloud; '' on AWS."""

    def later(self, part: Part) -> bool:
        """Whether another `destroy` can delete it when its stack is gone."""
        return part.logical_id in self.nameable or (part.kind == SECRET and not self.of_template)


def farewell_text(farewell: Farewell, ways: Ways, columns: int = 0) -> str:
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
        lines += ["This stays, with what it holds:", *_kept(kept, farewell.beside, columns)]
        lines += _in_the_way([part for _, part in kept], ways)
    lines += _beside(farewell.beside, columns)
    return "\n".join(lines)


def _in_the_way(kept: Sequence[Part], ways: Ways) -> Iterator[str]:
    """Yield what names that are taken mean for a new deployment, and how to be rid of them."""
    later = [part for part in kept if ways.later(part)]
    when = "now, or by another `destroy` later" if later else "while its stack stands"
    ids = ", ".join(f"`{each.logical_id}`" for each in kept if not ways.later(each))
    only = f" ({ids}: only while its stack stands)" if later and ids else ""
    yield (
        "Its names stand in the way of a new deployment then; `--delete-data LOGICAL_ID` "
        f"deletes one, and all it holds, {when}{only}."
    )
    yield from _not_existing(kept, ways)


def _not_existing(kept: Iterable[Part], ways: Ways) -> Iterator[str]:
    """Yield which buckets cannot be gone on with, and what to do instead."""
    names = dict.fromkeys(f"`{each.logical_id}`" for each in kept if _is_listened_to(each, ways))
    if names:
        yield (
            f"`on_upload` listens to {', '.join(names)}: only the stack that makes a bucket can "
            "set that up, so that `existing=True` is refused. A new deployment needs another "
            "`physical_name=`, or that what is there is deleted."
        )


def _is_listened_to(part: Part, ways: Ways) -> bool:
    return part.kind == BUCKET and part.logical_id in ways.listened_to


def _beside(beside: Sequence[Beside], columns: int) -> Iterator[str]:
    """Yield what stays and stands in nobody's way: a new deployment finds it."""
    found = [each for each in beside if not each.logical_id]
    if not found:
        return
    yield "This stays, too, and a new deployment finds it:"
    rows = [(each.name, each.kind, each.region) for each in found]
    yield from _indented(table(("name", "type", "region"), rows, _room(columns)))
    ways = [words for kind, words in BY.items() if any(each.kind == kind for each in found)]
    yield f"To delete it, too: {', '.join(ways)}."


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


def _kept(kept: Iterable[tuple[Place, Part]], beside: Iterable[Beside], columns: int) -> list[str]:
    """Return a table of data, with its copies in other regions."""
    rows = [(part.physical_id, part.kind, part.logical_id, region) for (_, region), part in kept]
    rows += [(each.name, each.kind, each.logical_id, each.region) for each in _copies(beside)]
    return _indented(table(("name", "type", "logical id", "region"), rows, _room(columns)))


def _copies(beside: Iterable[Beside]) -> list[Beside]:
    return [each for each in beside if each.logical_id]


def _indented(text: str) -> list[str]:
    return [INDENT + line for line in text.split("\n")]


def _room(columns: int) -> int:
    return max(columns - len(INDENT), 0)


def destroyed_text(destroyed: Destroyed, ways: Ways, seconds: float, columns: int = 0) -> str:
    """Return the last lines: what is gone, what stayed, and how to have that back."""
    lines = [f"{_done(destroyed)}, in {seconds:.1f} s"]
    if destroyed.kept:
        kept = _kept(destroyed.kept, destroyed.beside, columns)
        lines += ["", "These stayed, with what they hold:", *kept, ""]
        lines += _way_back(destroyed, ways)
        lines += _way_out(destroyed, ways)
    return "\n".join(lines)


def _done(destroyed: Destroyed) -> str:
    """Return what is gone; data of a stack that was gone before is no stack."""
    done = destroyed.done.values()
    places = [each.place for each in done if each.status]
    data = sum(len(each.wiped) for each in done if not each.status)
    gone = [f"{plural(len(places), 'stack')} in {plural(len({r for _, r in places}), 'region')}"]
    gone = gone if places or not data else []
    gone += [plural(data, "thing") + " that an earlier one left"] * bool(data)
    gone += [plural(destroyed.layer_versions, "layer version")] * bool(destroyed.layer_versions)
    gone += [plural(len(destroyed.buckets), "artifact bucket")] * bool(destroyed.buckets)
    return f"Destroyed {', '.join(gone)}"


def _way_back(destroyed: Destroyed, ways: Ways) -> Iterator[str]:
    """Yield what to do with what stayed: a deployment that makes it anew would meet its names."""
    yield "Their names are taken: as they are declared now, a new deployment is refused."
    if ways.of_template:
        yield (
            "To go on with them, import them into a new stack: `aws cloudformation "
            "create-change-set --change-set-type IMPORT`."
        )
        return
    kept = [(region, part) for (_, region), part in destroyed.kept]
    kinds = {
        part.kind
        for region, part in kept
        if region == ways.home_region and not _is_listened_to(part, ways)
    }
    if kinds & (DECLARED.keys() - {POOL}):
        yield (
            "To go on with them, declare each with `existing=True` and `physical_name=` in "
            "`deploy.py` (`{environment}` stands for the environment); that means the one of the "
            "home region, everywhere."
        )
    if POOL in kinds:
        yield "To go on with a pool, declare it with `existing_ids=` and `existing_client_ids=`."
    yield from _not_existing((part for _, part in kept), ways)


def _way_out(destroyed: Destroyed, ways: Ways) -> Iterator[str]:
    """Yield how to be rid of what stayed, now that no stack has it any more."""
    later = next((part for _, part in destroyed.kept if ways.later(part)), None)
    if later is not None:
        name = later.logical_id if later.logical_id in ways.nameable else "NAME"
        yield f"To be rid of one with all it holds: `sam-deploy destroy --delete-data {name}`."
    if ways.reset:
        yield f"To be rid of all that this laptop's cloud holds: `{ways.reset}`."
        return
    for kind, command in DELETING.items():
        found = [each for each in destroyed.kept if each[1].kind == kind]
        for (_, region), part in [each for each in found if not ways.later(each[1])][:1]:
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
            "beside": [
                {"name": each.name, "type": each.kind, "region": each.region}
                for each in (destroyed.beside if destroyed else ())
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
