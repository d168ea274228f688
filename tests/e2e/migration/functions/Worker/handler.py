"""Stores the orders that come by the queue."""

import json
from typing import Any

import boto3

from sam_deploy_runtime import per_environment, resource_name

table = per_environment(lambda: boto3.resource("dynamodb").Table(resource_name("Orders")))


def handler(event: dict[str, Any], context: Any) -> None:
    """Store each order, and which function did it."""
    for record in event["Records"]:
        table().put_item(Item={**json.loads(record["body"]), "by": context.function_name})
