"""The old handler: the same function answers people and works on the queue."""

import json
import os
from typing import Any

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Store what came by the queue, let people sign in, or answer with an order."""
    if "triggerSource" in event:
        return event  # whoever signs in may
    for record in event.get("Records", []):
        table.put_item(Item={**json.loads(record["body"]), "by": context.function_name})
    if "pathParameters" not in event:
        return {}
    found = table.get_item(Key={"id": event["pathParameters"]["id"]})
    return {"statusCode": 200, "body": json.dumps(found.get("Item"))}
