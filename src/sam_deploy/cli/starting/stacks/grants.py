"""What the role of a deployed function may do to the stack's data, in SAM's words. Pure.

Source: Service Authorization Reference; AWS SAM specification, "Policy templates".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sam_deploy.cli.starting.deriving.reading import refers
from sam_deploy.cli.starting.stacks.deployed import Deployed

KINDS: Final = {
    "dynamodb": ("DynamoDB", "TableName", ("Get", "BatchGet", "Query", "Scan", "Describe", "List")),
    "s3": ("S3", "BucketName", ("Get", "List", "Head")),
    "sqs": ("SQS", "QueueName", ("Get", "Receive", "DeleteMessage", "ChangeMessageVisibility")),
}
"""Service -> prefix of its policy templates, their parameter, and the actions that only read."""


def policies(deployed: Deployed, given: Mapping[str, Any], data: Mapping[str, str]) -> list[Any]:
    """Return the policies of a function: SAM's own, and of its role what is about `data`.

    `data` maps logical ids to names; what a role may do beside that is told with the role.
    """
    own = given.get("Policies")
    found = own if isinstance(own, list) else [own] if own else []
    role = refers(given.get("Role"))
    if role:
        for service, allowed in _allowed(deployed, role, data).items():
            for name, actions in allowed.items():
                found = [*found, _template(service, name, actions)]
    return found


def _allowed(
    deployed: Deployed, role: str, data: Mapping[str, str]
) -> dict[str, dict[str, set[str]]]:
    """Return service -> logical id -> actions."""
    found: dict[str, dict[str, set[str]]] = {}
    for statement in _statements(deployed.document["Resources"], role):
        if statement.get("Effect") != "Allow":
            continue
        text = json.dumps(statement.get("Resource"))
        for action in _listed(statement.get("Action")):
            service, _, name = str(action).partition(":")
            if service not in KINDS:
                continue
            for logical_id, physical in data.items():
                if _is_about(text, logical_id, physical, service, deployed):
                    found.setdefault(service, {}).setdefault(logical_id, set()).add(name)
    return found


def _is_about(text: str, logical_id: str, physical: str, service: str, deployed: Deployed) -> bool:
    named = (
        f'"{logical_id}"',
        f'"{logical_id}.Arn"',
        f"${{{logical_id}}}",
        f"${{{logical_id}.Arn}}",
        f"/{physical}",
        f":{physical}",
    )
    kind = deployed.resources[logical_id].resource_type.lower()
    return service in kind and any(each in text for each in named)


def _statements(resources: Mapping[str, Any], role: str) -> Iterator[Mapping[str, Any]]:
    """Yield the statements in a role, and in the policies that are attached to it."""
    own = (resources.get(role) or {}).get("Properties") or {}
    documents = [each.get("PolicyDocument") for each in _listed(own.get("Policies"))]
    for each in resources.values():
        properties = each.get("Properties") or {}
        attached = [refers(one) for one in _listed(properties.get("Roles"))]
        if each.get("Type") in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"} and role in attached:
            documents.append(properties.get("PolicyDocument"))
    for document in documents:
        for statement in _listed((document or {}).get("Statement")):
            if isinstance(statement, Mapping):
                yield statement


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _template(service: str, logical_id: str, actions: set[str]) -> dict[str, Any]:
    prefix, parameter, reading = KINDS[service]
    reads = all(each.startswith(reading) for each in actions)
    if service == "sqs":
        name = "SQSPollerPolicy" if reads else "SQSSendMessagePolicy"
    else:
        name = f"{prefix}{'Read' if reads else 'Crud'}Policy"
    return {name: {parameter: {"Ref": logical_id}}}
