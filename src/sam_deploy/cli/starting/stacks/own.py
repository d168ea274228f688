"""A stack that sam-deploy itself has made: what its functions call by name, they do again. Pure.

Source: `sam_deploy_runtime/app.json` in their archives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sam_deploy import naming
from sam_deploy.cli.starting.stacks.deployed import Code, Deployed

KINDS: Final = {
    "table": ("AWS::DynamoDB::Table", "DynamoDBCrudPolicy", "TableName"),
    "bucket": ("AWS::S3::Bucket", "S3CrudPolicy", "BucketName"),
    "queue": ("AWS::SQS::Queue", "SQSSendMessagePolicy", "QueueName"),
}
"""Kind in app.json -> type, and the policy template with its parameter."""


@dataclass(frozen=True, slots=True)
class OwnData:
    """Something that functions call by name."""

    kind: str
    physical: str


def first_environment(deployed: Deployed) -> str:
    """Return the environment that deployments moved; dev for a stack that is not sam-deploy's."""
    for code in deployed.functions.values():
        names = code.own.get("environments")
        if isinstance(names, list) and names:
            return str(names[0])
    return "dev"


def own_data(deployed: Deployed) -> dict[str, OwnData]:
    """Return name -> table, bucket or queue of the first environment; nothing for other stacks."""
    environment = first_environment(deployed)
    found: dict[str, OwnData] = {}
    for code in deployed.functions.values():
        for name, each in _resources(code).items():
            physical = (each.get("names") or {}).get(environment)
            if each.get("kind") in KINDS and physical:
                home = str(code.own.get("home_region") or deployed.region)
                suffix = naming.region_suffix(deployed.region, home) if each.get("regional") else ""
                found[name] = OwnData(KINDS[each["kind"]][0], f"{physical}{suffix}")
    return found


def own_policies(code: Code) -> list[Any]:
    """Return what a function may do, in SAM's words; nothing for another tool's function."""
    found = []
    for name, each in _resources(code).items():
        if each.get("kind") in KINDS:
            _, policy, parameter = KINDS[each["kind"]]
            found.append({policy: {parameter: {"Ref": naming.title(name)}}})
    return found


def _resources(code: Code) -> Mapping[str, Any]:
    found = code.own.get("resources")
    return found if isinstance(found, Mapping) else {}
