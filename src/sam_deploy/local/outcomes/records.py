"""The JSON that destinations and dead-letter queues are sent. Pure.

Source: Lambda developer guide, "Capturing records of Lambda asynchronous invocations", "Retaining
discarded batches for a DynamoDB event source" and "Adding a dead-letter queue".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

Record: TypeAlias = dict[str, Any]

SHARD: Final = "shardId-00000000000000000000-00000000"
"""The emulator's streams have one."""
_MESSAGE_MOST: Final = 1024


@dataclass(frozen=True, slots=True)
class Request:
    """The call that a record is about. `arn` is the invoked one, `calls` how often it was made."""

    request_id: str
    arn: str
    condition: str
    calls: int


def moment(seconds: float) -> str:
    """Unix time as records have it, in milliseconds."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def of_call(request: Request, event: object, answer: Record | None, now: float) -> Record:
    """The record of an asynchronous call. `answer` is None where the function was not reached."""
    record = _head(request, now) | {"requestPayload": event}
    if answer is not None:
        record |= {"responseContext": _context(answer), "responsePayload": payload(answer)}
    return record


def of_batch(
    request: Request, changes: list[Record], stream: str, answer: Record | None, now: float
) -> Record:
    """The record of changes of a table that were given up; it does not have the changes."""
    first, last = changes[0]["dynamodb"], changes[-1]["dynamodb"]
    record = _head(request, now)
    if answer is not None:
        record["responseContext"] = _context(answer)
    record["DDBStreamBatchInfo"] = {
        "shardId": SHARD,
        "startSequenceNumber": str(first["SequenceNumber"]),
        "endSequenceNumber": str(last["SequenceNumber"]),
        "approximateArrivalOfFirstRecord": _second(first),
        "approximateArrivalOfLastRecord": _second(last),
        "batchSize": len(changes),
        "streamArn": stream,
    }
    return record


def dead_letter(request_id: str, answer: Record | None) -> Record:
    """The attributes of a dead letter, whose body is the event itself."""
    found = payload(answer or {})
    message = found.get("errorMessage", "") if isinstance(found, dict) else ""
    attributes = {
        "RequestID": {"DataType": "String", "StringValue": request_id},
        "ErrorCode": {"DataType": "Number", "StringValue": "200" if answer else "429"},
    }
    if message:
        text = str(message)[:_MESSAGE_MOST]
        attributes["ErrorMessage"] = {"DataType": "String", "StringValue": text}
    return attributes


def payload(answer: Record) -> Any:  # noqa: ANN401 - any JSON value
    """What the function returned, or its error."""
    body = answer.get("body")
    if not isinstance(body, bytes | str):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return body if isinstance(body, str) else body.decode(errors="replace")


def _head(request: Request, now: float) -> Record:
    _, _, qualifier = request.arn.partition(":function:")
    named = request.arn if ":" in qualifier else f"{request.arn}:$LATEST"
    return {
        "version": "1.0",
        "timestamp": moment(now),
        "requestContext": {
            "requestId": request.request_id,
            "functionArn": named,
            "condition": request.condition,
            "approximateInvokeCount": request.calls,
        },
    }


def _context(answer: Record) -> Record:
    context = {"statusCode": 200, "executedVersion": answer.get("executed_version") or "$LATEST"}
    if answer.get("error"):
        context["functionError"] = answer.get("function_error") or "Unhandled"
    return context


def _second(change: Record) -> str:
    created = datetime.fromtimestamp(int(change["ApproximateCreationDateTime"]), UTC)
    return created.isoformat().replace("+00:00", "Z")
