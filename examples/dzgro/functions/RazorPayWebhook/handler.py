"""Razorpay's webhooks, answered directly: each event takes effect once.

Source: Razorpay, Validate and Test Webhooks. The signature is an HMAC-SHA256 over the raw body
with the *webhook* secret; events are sent again for 24 hours until they are answered with 2xx.
"""

import base64
import binascii
import hashlib
import hmac
import json
import logging
import re
from http import HTTPStatus
from typing import Any

import dzgro_secrets
from botocore.exceptions import ClientError
from dzgro_secrets import Secret
from dzgroshared.provenance import Provenance, provenance
from dzgroshared.storage import Bucket

EVENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
    """Answer one webhook."""
    try:
        secret = dzgro_secrets.read(Secret.RAZORPAY_WEBHOOK_SECRET)
    except dzgro_secrets.SettingMissingError as error:
        # Razorpay tries again, so nothing is lost until somebody sets it.
        logger.error("%s", error)  # noqa: TRY400 - the sentence says it all
        return answer(HTTPStatus.SERVICE_UNAVAILABLE, error="no webhook secret is configured")
    return receive(event, secret, Bucket.of("dzgro-invoice"), provenance(event, context))


def receive(event: dict[str, Any], secret: str, bucket: Bucket, call: Provenance) -> dict[str, Any]:
    """Check and store one webhook; a replay stores nothing. Nothing is parsed before the check."""
    headers = {name.lower(): value for name, value in event.get("headers", {}).items()}
    body = raw_body(event)
    if body is None or not is_signed(body, secret, headers.get("x-razorpay-signature", "")):
        return answer(HTTPStatus.UNAUTHORIZED, error="the signature does not match")
    event_id = headers.get("x-razorpay-event-id", "")
    if not EVENT_ID.fullmatch(event_id):
        return answer(HTTPStatus.BAD_REQUEST, error="no valid x-razorpay-event-id")
    try:
        payload = json.loads(body)
    except ValueError:
        return answer(HTTPStatus.BAD_REQUEST, error="the body is no JSON")
    record = {
        "event_id": event_id,
        "path": event.get("rawPath"),
        "payload": payload,
        **call.as_json(),
    }
    return store(bucket, f"webhooks/{event_id}.json", record)


def store(bucket: Bucket, key: str, record: dict[str, Any]) -> dict[str, Any]:
    """Store the event unless it is there already: the same id is the same event."""
    try:
        new = bucket.put_json_once(key, record)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalRequestConflict":
            raise
        # Two deliveries at this very moment; which one won is known when this one comes again.
        return answer(HTTPStatus.SERVICE_UNAVAILABLE, error="in progress, send it again")
    if new:
        return answer(HTTPStatus.OK, status="webhook received")
    return answer(HTTPStatus.OK, status="webhook received", duplicate=True)


def raw_body(event: dict[str, Any]) -> bytes | None:
    """Return the body as it was sent, or None when it cannot be decoded."""
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        return None


def is_signed(body: bytes, secret: str, signature: str) -> bool:
    """Tell whether `signature` is the body's, in constant time."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


def answer(code: HTTPStatus, **fields: object) -> dict[str, Any]:
    """Return an HTTP API answer with a JSON body."""
    return {
        "statusCode": int(code),
        "headers": {"content-type": "application/json"},
        "body": json.dumps(fields),
    }
