from __future__ import annotations

import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from dzgroshared.provenance import Provenance
from dzgroshared.storage import Bucket

pytest.importorskip("bson")

from dzgroshared.marketing_stream import store

TOPIC = "arn:aws:sns:us-east-1:570159413969:change"
Load = Callable[..., ModuleType]


def record(message: object, kind: str = "Notification") -> dict[str, Any]:
    envelope = {
        "Type": kind,
        "MessageId": "sns-1",
        "TopicArn": TOPIC,
        "Message": json.dumps(message),
        "SubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription",
        "Timestamp": "2026-01-01T00:00:00.000Z",
    }
    return {"messageId": "m-1", "body": json.dumps(envelope)}


@pytest.mark.parametrize(
    ("function_name", "model", "dataset"),
    [("AmsChange", "Change", "campaigns"), ("AmsPerformance", "Performance", "sp-traffic")],
)
def test_a_record_is_stored_whole_as_extended_json(
    function: Load, bucket: Bucket, call: Provenance, function_name: str, model: str, dataset: str
) -> None:
    """Fields nobody asked for are kept; the time is a date to mongoimport."""
    payload = {"dataset_id": dataset, "advertiser_id": "A", "marketplace_id": "M", "clicks": 3}
    kind = getattr(function(function_name), model)

    store(record(payload), kind, "ams/x", bucket, call)

    found = bucket.get_json("ams/x/m-1.json")
    assert payload.items() <= found["payload"].items()
    assert ("m-1", {"$date": "2026-01-01T00:00:00Z"}, "dev", "7") == (
        found["_id"],
        found["published_at"],
        found["environment"],
        found["version"],
    )


def test_a_subscription_is_kept_and_not_confirmed(
    function: Load, bucket: Bucket, objects: dict[str, bytes], call: Provenance
) -> None:
    """Who may publish is the owner's decision; the address to confirm is there for them."""
    kind = function("AmsChange").Change

    store(record({}, "SubscriptionConfirmation"), kind, "ams/change", bucket, call)

    assert ["ams/subscriptions/m-1.json"] == list(objects)
    assert TOPIC == bucket.get_json("ams/subscriptions/m-1.json")["TopicArn"]


@pytest.mark.parametrize(
    "bad",
    [
        {"messageId": "m-1", "body": "text"},
        {"messageId": "m-1", "body": "{}"},
        record({}, "UnsubscribeConfirmation"),
        record("text"),
        record({"dataset_id": "sp-traffic", "advertiser_id": "A", "marketplace_id": "M"}),
        record({"dataset_id": "campaigns", "advertiser_id": "A"}),
    ],
    ids=["no json", "no envelope", "other kind", "no object", "other data", "incomplete"],
)
def test_what_amazon_would_not_send_is_not_stored(
    function: Load, bucket: Bucket, objects: dict[str, bytes], call: Provenance, bad: dict[str, Any]
) -> None:
    """It raises, so that the message goes to the dead-letter queue."""
    kind = function("AmsChange").Change

    with pytest.raises(ValueError, match="validation error"):
        store(bad, kind, "ams/change", bucket, call)
    assert {} == objects
