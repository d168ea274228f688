from __future__ import annotations

from typing import Any

from dzgroshared.queues import process


def test_one_bad_message_neither_stops_nor_repeats_the_others() -> None:
    """Only the failed message is reported and given back, and all the others are handled."""
    handled: list[str] = []
    given_back: list[dict[str, Any]] = []

    def handle(record: dict[str, Any]) -> None:
        if record["messageId"] == "b":
            raise ValueError(record["messageId"])
        handled.append(record["messageId"])

    event = {"Records": [{"messageId": each} for each in "abc"]}

    answer = process(event, handle, given_back.append)

    assert {"batchItemFailures": [{"itemIdentifier": "b"}]} == answer
    assert ["a", "c"] == handled
    assert [{"messageId": "b"}] == given_back
