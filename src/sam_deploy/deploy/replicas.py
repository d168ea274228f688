"""Gives global tables their replicas where CloudFormation makes none: in the embedded cloud.

AWS makes them with the table. The emulator makes the table in the stack's region alone, so what
the template says of replicas is done after it, by the call that AWS has for it, too. Nothing but
`cli/` knows when this is needed. May touch: `aws/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sam_deploy.aws import Aws, CloudFormation, Tables
from sam_deploy.deploy.execute import StackOutcome
from sam_deploy.events import Note, Report
from sam_deploy.template import Template
from sam_deploy.template.checks.parsed import document_of

GLOBAL_TABLE = "AWS::DynamoDB::GlobalTable"


def replicate(template: Template, outcome: StackOutcome, aws: Aws, report: Report) -> None:
    """Every global table of a stack that stands has the replicas that its template names."""
    for logical_id, regions in global_tables(template).items():
        stacks = CloudFormation(aws, outcome.region)
        table = stacks.physical_id(outcome.stack, logical_id)
        if table is not None:
            _complete(Tables(aws, outcome.region), table, regions, report)


def global_tables(template: Template) -> dict[str, tuple[str, ...]]:
    """Return logical id -> regions of the replicas, those that stand there as text."""
    if GLOBAL_TABLE not in template.body:
        # reading a template takes longer than looking for a word in it
        return {}
    resources = document_of(template).get("Resources")
    found: dict[str, tuple[str, ...]] = {}
    for logical_id, resource in resources.items() if isinstance(resources, Mapping) else ():
        if isinstance(resource, Mapping) and resource.get("Type") == GLOBAL_TABLE:
            found[str(logical_id)] = tuple(_regions(resource.get("Properties")))
    return found


def _regions(properties: object) -> Iterator[str]:
    listed = properties.get("Replicas") if isinstance(properties, Mapping) else ()
    for replica in listed if isinstance(listed, list) else ():
        region = replica.get("Region") if isinstance(replica, Mapping) else None
        if isinstance(region, str):
            yield region


def _complete(tables: Tables, table: str, regions: tuple[str, ...], report: Report) -> None:
    there = {tables.region, *tables.replicas(table)}
    for region in regions:
        if region not in there:
            tables.add_replica(table, region)
            words = f"table `{table}` got its replica in `{region}` after the stack"
            report(Note(f"{words}, since the embedded cloud makes none", region=tables.region))
