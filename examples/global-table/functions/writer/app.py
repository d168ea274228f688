"""Writes items into this region's replica of the table; DynamoDB brings them to the others."""

from __future__ import annotations

import base64
import json
import logging
import os
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import boto3
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

logger = logging.getLogger()
# Lambda sets AWS_REGION itself, so the client reaches the replica of its own region
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
    """Store `item_data` under a new id (or its own), and say which.

    Answers 400 when there is no `item_data` or the table cannot keep it, and 502 when DynamoDB
    does not take it for another reason.
    """
    request_id = context.aws_request_id
    try:
        data = asked(event)["item_data"]
        item = {
            "id": str(uuid.uuid4()),
            "timestamp": datetime.now(tz=UTC).isoformat(),
            "writer_region": os.environ["AWS_REGION"],
            **data,
        }
        problem = unkept(item)
    except (KeyError, TypeError, ValueError, RecursionError):
        problem = "item_data must be an object, and not nested deeply"
    if problem:
        return answer(400, {"message": problem, "requestId": request_id})
    return stored(item, request_id)


def stored(item: dict[str, Any], request_id: str) -> dict[str, Any]:
    """Put an item into the table, and answer what became of it."""
    try:
        table.put_item(Item=item)
    except ClientError as error:
        logger.exception("the table did not take item %s", item["id"])
        told = error.response["Error"]
        # what the table cannot keep is the caller's; DynamoDB says why
        own = told["Code"] == "ValidationException"
        status, why = (400, told["Message"]) if own else (502, told["Code"])
        return answer(status, {"message": f"not stored: {why}", "requestId": request_id})
    return answer(
        200,
        {
            "message": "Item stored",
            "item_id": item["id"],
            "region": os.environ["AWS_REGION"],
            "requestId": request_id,
        },
    )


def unkept(item: dict[str, Any]) -> str:
    """Return what is wrong with a number of the item, or nothing.

    Python's JSON has NaN and numbers of any size. Source: DynamoDB, Data types, Number.
    """
    try:
        TypeSerializer().serialize(item)
    except (ArithmeticError, TypeError):
        return (
            "a number in item_data cannot be kept: DynamoDB has 38 digits, up to 9.9E+125, "
            "and neither NaN nor Infinity"
        )
    return ""


def asked(event: dict[str, Any]) -> dict[str, Any]:
    """Return what is asked for: the event itself, or the JSON body that a function URL brings.

    Raises TypeError or ValueError when the body is no JSON object.
    """
    if "requestContext" not in event:
        return json.loads(json.dumps(event), parse_float=Decimal)
    body = event.get("body") or "{}"
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body).decode()
    # DynamoDB keeps decimals, and refuses floats
    found = json.loads(body, parse_float=Decimal)
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found


def answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    """Return an HTTP answer, which is also what a direct call gets."""
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(body),
    }
