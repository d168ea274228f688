"""Looks at a change set before it is executed: what would be lost, and whom it reaches.

Pure, but for the resource schemas that it reads when CloudFormation is not certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol

from sam_deploy import naming
from sam_deploy.amounts import plural
from sam_deploy.aws import Change, Stack
from sam_deploy.errors import RefusedError
from sam_deploy.template import Origin
from sam_deploy.template.compare.difference import Difference
from sam_deploy.template.compare.environments import reached
from sam_deploy.template.compare.provider_schemas import keeps
from sam_deploy.template.compare.replacement import MADE_OF

FUNCTION: Final = "AWS::Lambda::Function"
HOLD_DATA: Final = (
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::DynamoDB::GlobalTable",
    "AWS::Cognito::UserPool",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
)
KEPT: Final = (
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::DynamoDB::GlobalTable",
    "AWS::Cognito::UserPool",
    "AWS::SecretsManager::Secret",
    "AWS::Serverless::SimpleTable",
    "AWS::CloudFormation::Stack",
    FUNCTION,
)
"""Replacing or removing one of these loses data, or puts unpromoted code in front of users."""
SHOWN: Final = 4
"""As many resources as a line names."""


class Reviewed(Protocol):
    """What would change of one stack in one region."""

    @property
    def stack(self) -> str:
        """Its name."""

    @property
    def region(self) -> str:
        """Where it is."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """What a change set would do."""


def losses(changes: Sequence[Change], region: str) -> list[Change]:
    """Return the changes that would take away something that keeps data or serves people."""
    return [
        change
        for change in changes
        if change.resource_type in KEPT and _may_be_lost(change, region)
    ]


def to_be_allowed(differences: Iterable[Difference]) -> list[str]:
    """Return the logical ids of what `losses` would find, as far as templates tell it.

    What the change set may turn out to keep is among them: to allow it does no harm.
    """
    return [
        each.name
        for each in differences
        if each.section == "Resources"
        and (kind := MADE_OF.get(each.kind, each.kind)) in KEPT
        and (
            each.action == "remove"
            or each.replacement == "always"
            or (each.replacement == "maybe" and kind != FUNCTION)
        )
    ]


def same_first_region(
    stack: str, region: str, live: Stack | None, parameters: Mapping[str, str]
) -> None:
    """Raise `RefusedError` when another region would begin to hold what exists once.

    The new one could not make it while the old one has it, and the old one would then remove it:
    a global table's stack, a CDN's address.
    """
    before = live.parameters.get(naming.FIRST_REGION) if live else None
    after = parameters.get(naming.FIRST_REGION)
    if before and after and before != after:
        raise RefusedError(
            f"`{stack}` in `{region}` would {'begin' if after == 'yes' else 'cease'} to hold what "
            "exists once",
            why="another region has become the first one of its feature set",
            hint="put the region that was the first one back to the front, or make it the home "
            "region again",
        )


def all_losses(reviews: Iterable[Reviewed], allowed: frozenset[str]) -> RefusedError | None:
    """Return the error that says what would be lost anywhere, and how to allow it; else nothing."""
    lost = {
        (each.stack, each.region): found
        for each in reviews
        if (
            found := [
                change
                for change in losses(each.changes, each.region)
                if change.logical_id not in allowed
            ]
        )
    }
    if not lost:
        return None
    (stack, region), first = next(iter(lost.items()))
    names = dict.fromkeys(change.logical_id for found in lost.values() for change in found)
    where = f"`{stack}` in `{region}`" if len(lost) == 1 else plural(len(lost), "stack")
    return RefusedError(
        f"{where} would lose {plural(len(names), 'resource')}",
        why="; ".join(f"{each.action} {each.resource_type} {each.logical_id}" for each in first),
        problems=tuple(
            f"`{name}` in `{where}`: {each.action} {each.resource_type} {each.logical_id}"
            for (name, where), found in lost.items()
            for each in found
        )
        if len(lost) > 1
        else (),
        hint="if that is meant, name each: "
        + " ".join(f"`--allow-replace {name}`" for name in names),
    )


def reaching_others(
    changes: Sequence[Change], origins: Mapping[str, Origin], moved: str
) -> Iterator[str]:
    """Yield a line for each other environment that meets what changes.

    In the shared topology their queues, buckets and stages are in the same stack, and roles and
    routes are shared, so that they change with every deployment; their code does not. What is added
    is no change to anybody.
    """
    touched = [change for change in changes if change.action != "Add"]
    for environment, found in reached(touched, origins).items():
        if environment == moved:
            continue
        named = ", ".join(f"{each.action.lower()} {each.logical_id}" for each in found[:SHOWN])
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        yield f"reaches {environment}: {named}{more}"


def _may_be_lost(change: Change, region: str) -> bool:
    """Whether the resource goes, or is made anew; "Conditional" may turn out to be that, too.

    Source: CloudFormation API ResourceChange, `Replacement`.
    """
    if change.action == "Remove" or change.replacement == "True":
        return True
    # a function is "Conditional" with every new layer or role, and keeps its versions then
    if change.replacement != "Conditional" or change.resource_type == FUNCTION:
        return False
    return not keeps(change.resource_type, change.properties, region)
