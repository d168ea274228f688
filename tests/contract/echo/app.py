"""The function of the contract tests: it answers with what it saw, or does what it is asked."""

import json
import os
import time
from typing import Any

from build import BUILD


def seen(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {
        "arn": context.invoked_function_arn,
        "version": context.function_version,
        "variable": os.environ["AWS_LAMBDA_FUNCTION_VERSION"],
        "build": BUILD,
        "event": event,
    }


def handler(event: dict[str, Any], context: Any) -> Any:
    """An HTTP request is answered; any other event is noted in a queue."""
    if event.get("version") != "2.0":
        import boto3  # noqa: PLC0415 - it takes a third of a second

        body = json.dumps(seen(event, context))
        boto3.client("sqs").send_message(QueueUrl=os.environ["SEEN_QUEUE"], MessageBody=body)
        return event
    asked = event.get("queryStringParameters") or {}
    action = asked.get("do", "")
    if action == "raise":
        raise RuntimeError("as asked")
    if action == "sleep":
        time.sleep(float(asked["seconds"]))
    if action == "text":
        return "plain"
    if action == "environment":
        return dict(os.environ)
    if action == "log":
        print("first", flush=True)  # noqa: T201 - as functions do
        time.sleep(0.03)
        print("last", end="", flush=True)  # noqa: T201 - as functions do
    if action == "binary":
        return {
            "statusCode": 201,
            "headers": {"Content-Type": "image/png"},
            "cookies": ["a=1; Path=/", "b=2"],
            "isBase64Encoded": True,
            "body": "iVBORw==",
        }
    headers = {"content-type": "application/json"}
    return {"statusCode": 200, "headers": headers, "body": json.dumps(seen(event, context))}
