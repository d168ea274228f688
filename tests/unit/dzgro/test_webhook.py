from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from dzgroshared.provenance import Provenance
from dzgroshared.storage import Bucket
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SECRET = "webhook secret"
BODY = '{"event":"order.paid",  "amount": 100}'


def sign(body: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()


def delivery(body: str = BODY, **headers: str | None) -> dict[str, Any]:
    """A webhook as the HTTP API hands it over; header names with _ for -, None to leave out."""
    given = {"x_razorpay_event_id": "ev_1", "X_Razorpay_Signature": sign(body), **headers}
    return {
        "version": "2.0",
        "rawPath": "/dev/webhook/rzrpay/order/paid",
        "headers": {k.replace("_", "-"): v for k, v in given.items() if v is not None},
        "body": body,
        "isBase64Encoded": False,
    }


@pytest.fixture
def receive(
    function: Callable[..., ModuleType], bucket: Bucket, call: Provenance
) -> Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]:
    handler = function("RazorPayWebhook")

    def receive(event: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        answer = handler.receive(event, SECRET, bucket, call)
        return answer["statusCode"], json.loads(answer["body"])

    return receive


Receive = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]


def test_three_deliveries_of_one_event_take_effect_once(
    receive: Receive, objects: dict[str, bytes]
) -> None:
    """Razorpay repeats events; a repeat is answered like the first, and stores nothing."""
    answers = [receive(delivery()) for _ in range(3)]

    first = (200, {"status": "webhook received"})
    again = (200, {"status": "webhook received", "duplicate": True})
    assert [first, again, again] == answers
    assert ["webhooks/ev_1.json"] == list(objects)


def test_the_event_is_stored_with_who_received_it(receive: Receive, bucket: Bucket) -> None:
    """What Razorpay sent, on which path, and the environment and version that took it."""
    receive(delivery())

    expected = {
        "event_id": "ev_1",
        "path": "/dev/webhook/rzrpay/order/paid",
        "payload": {"event": "order.paid", "amount": 100},
        "environment": "dev",
        "alias": "dev",
        "version": "7",
        "region": "ap-south-1",
    }
    assert expected == bucket.get_json("webhooks/ev_1.json")


def test_a_base64_body_is_checked_as_it_was_sent(receive: Receive) -> None:
    """API Gateway encodes some bodies; the signature is of what was encoded."""
    event = delivery()
    event["body"] = base64.b64encode(BODY.encode()).decode()
    event["isBase64Encoded"] = True

    assert 200 == receive(event)[0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.integers(0, len(BODY) - 1), letter=st.characters(codec="utf-8"))
def test_one_changed_letter_in_the_body_is_a_forgery(
    receive: Receive, objects: dict[str, bytes], place: int, letter: str
) -> None:
    """Whatever letter, wherever: the old signature no longer matches, and nothing is stored."""
    changed = BODY[:place] + letter + BODY[place + 1 :]
    if changed == BODY:
        return

    assert 401 == receive(delivery(changed, X_Razorpay_Signature=sign(BODY)))[0]
    assert {} == objects


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "é",
        sign(BODY)[:-1],
        sign(BODY)[:-1] + ("0" if sign(BODY)[-1] != "0" else "1"),
        sign(BODY, "another secret"),
        sign(json.dumps(json.loads(BODY))),
    ],
    ids=["none", "empty", "no ascii", "short", "one digit", "other secret", "re-serialised"],
)
def test_a_wrong_signature_is_refused(
    receive: Receive, objects: dict[str, bytes], signature: str | None
) -> None:
    """It must be of exactly these bytes, with exactly this secret."""
    assert 401 == receive(delivery(X_Razorpay_Signature=signature))[0]
    assert {} == objects


def test_a_body_that_cannot_be_decoded_is_refused(receive: Receive) -> None:
    """Broken base64 is no reason for an error that nobody understands."""
    event = delivery()
    event["isBase64Encoded"] = True

    assert 401 == receive(event)[0]


@pytest.mark.parametrize("event_id", [None, "", "../invoices/1", "a b", "x" * 65])
def test_an_event_without_a_proper_id_is_refused(
    receive: Receive, objects: dict[str, bytes], event_id: str | None
) -> None:
    """Without the id a repeat could not be told from a new event; it also becomes a key."""
    assert 400 == receive(delivery(x_razorpay_event_id=event_id))[0]
    assert {} == objects


def test_a_signed_body_that_is_no_json_is_refused(
    receive: Receive, objects: dict[str, bytes]
) -> None:
    """The signature is right, so this is not a forgery but a bad request."""
    assert 400 == receive(delivery("order paid"))[0]
    assert {} == objects


def test_two_deliveries_at_the_same_moment_are_asked_again(
    receive: Receive, bucket: Bucket
) -> None:
    """S3 does not say who won, so neither is told that it was received."""
    bucket.client.fails = "ConditionalRequestConflict"

    assert 503 == receive(delivery())[0]
