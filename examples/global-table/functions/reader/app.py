"""Reads items from this region's replica of the table."""

from __future__ import annotations

import base64
import json
import logging
import os
from decimal import Decimal
from typing import Any

import boto3
from botocore.exceptions import ClientError

MOST = 100
"""Items a scan returns at most; more come with `next`."""

logger = logging.getLogger()
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
    """Answer `get` (with `id`) or `scan` (with `limit`, and `next` for the page after).

    Answers 400 for what it does not understand, 501 for `query`, 502 when DynamoDB refuses.
    """
    status, body = 400, {"message": "the request is no JSON object"}
    try:
        status, body = carried_out(asked(event))
    except ClientError as error:
        logger.exception("the table was not read")
        status, body = 502, {"message": f"not read: {error.response['Error']['Code']}"}
    except (TypeError, ValueError, RecursionError):
        pass
    told = {**body, "region": os.environ["AWS_REGION"], "requestId": context.aws_request_id}
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(told, default=number),
    }


def carried_out(request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Return the status and the answer to a request."""
    operation = request.get("operation", "scan")
    if operation == "get":
        return got(request)
    if operation == "scan":
        return scanned(request)
    if operation == "query":
        return 501, {"message": "query is not offered: the table has no sort key"}
    return 400, {"message": f"unknown operation: {operation}"}


def got(request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Return one item; an unknown id is an empty one."""
    key = request.get("id")
    if not isinstance(key, str) or not key:
        return 400, {"message": "get needs an id"}
    item = table.get_item(Key={"id": key}).get("Item")
    return 200, {"message": "Item found" if item else "Item not found", "item": item or {}}


def scanned(request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Return a page of items; `next` is there when it is not the last one."""
    try:
        limit = min(MOST, max(1, int(request.get("limit", 20))))
    except (TypeError, ValueError, OverflowError):
        return 400, {"message": "limit must be a number"}
    after = request.get("next")
    start = {"ExclusiveStartKey": {"id": after}} if isinstance(after, str) else {}
    page = table.scan(Limit=limit, **start)
    found = {"items": page["Items"], "count": len(page["Items"])}
    last = page.get("LastEvaluatedKey")
    return 200, {**found, "next": last["id"]} if last else found


def asked(event: dict[str, Any]) -> dict[str, Any]:
    """Return what is asked for: the event itself, or what a function URL brings.

    Raises TypeError or ValueError when the body is no JSON object.
    """
    if "requestContext" not in event:
        return event
    query = event.get("queryStringParameters") or {}
    body = event.get("body") or "{}"
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body).decode()
    found = json.loads(body)
    if not isinstance(found, dict):
        raise TypeError("no object")
    return {**query, **found}


def number(value: object) -> int | float:
    """Return a decimal of DynamoDB as JSON's number."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is no JSON")
    return int(value) if value == value.to_integral_value() else float(value)
