"""Answers with an order of the environment that is called."""

import json
from typing import Any

import boto3

from sam_deploy_runtime import per_environment, resource_name

table = per_environment(lambda: boto3.resource("dynamodb").Table(resource_name("Orders")))


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Return the order, or null."""
    found = table().get_item(Key={"id": event["pathParameters"]["id"]})
    return {"statusCode": 200, "body": json.dumps(found.get("Item"))}
