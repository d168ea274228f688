"""What AWS refuses to change in one update, although the template is right. Pure; calls nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy.deploy.preflight.changing import Changing, Document, changing
from sam_deploy.deploy.preflight.facts import Facts, Finding
from sam_deploy.errors import RefusedError
from sam_deploy.template.compare.properties import canonical
from sam_deploy.template.compare.reading import Plain

TABLES: Final = frozenset({"AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"})
PARAMETER: Final = "AWS::SSM::Parameter"
FIXED: Final = ("KeySchema", "Projection")
"""What an index keeps as it was made."""
DYNAMODB: Final = "DynamoDB makes or removes one index of a table at a time"


def updates(facts: Facts) -> Iterator[Finding]:
    """Yield changes of tables and parameters that would end in a rollback."""
    for change in changing(facts):
        for logical_id in change.after.resources:
            if _stays(change, logical_id):
                yield from indexes(change, logical_id)
                yield from tier(change, logical_id)


def _stays(change: Changing, logical_id: str) -> bool:
    """Whether a resource is there before and after, as the same one."""
    kind = change.after.kind(logical_id)
    if change.before.kind(logical_id) != kind or change.before.made(logical_id) is False:
        return False
    name = "TableName" if kind in TABLES else "Name"
    old, new = (each.property(logical_id, name) for each in (change.before, change.after))
    return bool(old == new)


def indexes(change: Changing, logical_id: str) -> Iterator[Finding]:
    """Yield an error when a table gets or loses several indexes, or one changes its keys.

    Source: DynamoDB API UpdateTable, GlobalSecondaryIndexUpdates: one creation or removal a call.
    """
    if change.after.kind(logical_id) not in TABLES:
        return
    old, new = (_indexes(each, logical_id) for each in (change.before, change.after))
    added = [name for name in new if name not in old]
    removed = [name for name in old if name not in new]
    changed = [name for name in new if name in old and _differ(old[name], new[name])]
    table = _table(change, logical_id)
    if len(added) + len(removed) > 1:
        words = [*(f"add {each}" for each in added), *(f"remove {each}" for each in removed)]
        yield Finding(
            error=RefusedError(
                f"{table} would change {len(words)} indexes at once",
                why=f"{DYNAMODB}; this would {', '.join(words)}",
                hint="deploy one at a time, each with a deployment of its own",
            ),
            region=change.region,
        )
    for name in changed:
        yield Finding(
            error=RefusedError(
                f"{table} would change the keys of its index `{name}`",
                why="DynamoDB keeps keys and projection of an index as they were made",
                hint="add an index of another name, deploy, and remove this one with the next "
                "deployment",
            ),
            region=change.region,
        )


def _indexes(document: Document, logical_id: str) -> dict[str, Mapping[str, Plain]]:
    found = document.property(logical_id, "GlobalSecondaryIndexes")
    return {
        str(each["IndexName"]): each
        for each in (found if isinstance(found, list) else ())
        if isinstance(each, Mapping) and "IndexName" in each
    }


def _differ(old: Mapping[str, Plain], new: Mapping[str, Plain]) -> bool:
    return any(canonical(old.get(each)) != canonical(new.get(each)) for each in FIXED)


def _table(change: Changing, logical_id: str) -> str:
    cause = change.cause(logical_id)
    owner = f" ({cause})" if cause else ""
    return f"Table `{logical_id}`{owner} of `{change.stack}` in `{change.region}`"


def tier(change: Changing, logical_id: str) -> Iterator[Finding]:
    """Yield an error when a parameter would go back to the standard tier.

    Source: Systems Manager user guide, "Managing parameter tiers": an advanced parameter cannot be
    made a standard one.
    """
    if change.after.kind(logical_id) != PARAMETER:
        return
    old, new = (each.property(logical_id, "Tier") for each in (change.before, change.after))
    if old != "Advanced" or new in {"Advanced", "Intelligent-Tiering"}:
        return
    cause = change.cause(logical_id)
    keep = '{"Properties": {"Tier": "Advanced"}}'
    yield Finding(
        error=RefusedError(
            f"Parameter `{logical_id}`{f' ({cause})' if cause else ''} of `{change.stack}` in "
            f"`{change.region}` would go back to the standard tier",
            why="its value is short enough again, but AWS does not take an advanced parameter back",
            hint=f'keep it advanced by `resources={{"{logical_id}": {keep}}}`, or remove the '
            "setting, deploy, and add it again",
        ),
        region=change.region,
    )
