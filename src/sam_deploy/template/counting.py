"""Counts what an app has on AWS in each topology, without building or deploying it. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal

from sam_deploy.config.declare import changed
from sam_deploy.config.model import App
from sam_deploy.plan.model import Request
from sam_deploy.plan.stacks import stacks_of
from sam_deploy.template.render import render

TOPOLOGIES: Final[tuple[Literal["shared", "isolated"], ...]] = ("shared", "isolated")
ROWS: Final = {
    "functions": ("AWS::Serverless::Function",),
    "function aliases": ("AWS::Lambda::Alias",),
    "APIs": ("AWS::ApiGatewayV2::Api", "AWS::ApiGateway::RestApi"),
    "API stages": ("AWS::ApiGatewayV2::Stage", "AWS::ApiGateway::Stage"),
    "API domains": ("AWS::ApiGatewayV2::DomainName", "AWS::ApiGateway::DomainName"),
    "roles": ("AWS::IAM::Role",),
    "queues": ("AWS::SQS::Queue",),
    "topics": ("AWS::SNS::Topic",),
    "event buses": ("AWS::Events::EventBus",),
    "buckets": ("AWS::S3::Bucket",),
    "tables": ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"),
    "user pools": ("AWS::Cognito::UserPool",),
    "alarms": ("AWS::CloudWatch::Alarm",),
}
STACKS: Final = "stacks"
OTHERS: Final = "others"
TOTAL: Final = "resources"
ANY_KEY: Final = "archive.zip"
"""Archives are not built: how many resources there are does not depend on them."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are of one kind, in all regions together."""

    kind: str
    shared: int
    isolated: int

    @property
    def saved(self) -> float | None:
        """The part of the isolated topology's that the shared one does without, 0 to 1."""
        return 1 - self.shared / self.isolated if self.isolated else None


def count(app: App) -> tuple[Count, ...]:
    """Return the counts of both topologies, kinds that neither has left out (R326)."""
    shared, isolated = (_counted(changed(app, topology=each)) for each in TOPOLOGIES)
    rows = (STACKS, *ROWS, OTHERS, TOTAL)
    counted = (Count(row, shared[row], isolated[row]) for row in rows)
    return tuple(each for each in counted if each.shared or each.isolated)


def _counted(app: App) -> Counter[str]:
    row_of = {kind: row for row, kinds in ROWS.items() for kind in kinds}
    keys = {f"function/{function.name}": ANY_KEY for function in app.functions}
    isolated = app.topology == "isolated"
    found: Counter[str] = Counter()
    for environment in [each.name for each in app.environments] if isolated else [""]:
        for stack in stacks_of(app, Request(environment=environment)):
            regions = len(stack.regions)
            found[STACKS] += regions
            for kind in render(app, stack, keys).kinds.values():
                found[row_of.get(kind, OTHERS)] += regions
                found[TOTAL] += regions
    return found
