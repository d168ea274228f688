"""The patch `stream_failures`: retries, halves, partial batch responses and dead letters of tables.

A test named `..._without_the_patch` fails on the day the emulator does it right by itself. Then
the patch goes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.contract.noting import FUNCTION, Noting, Stack, arn_of, noting


@dataclass(frozen=True, slots=True)
class Streamed:
    """A table whose changes the function is called with, and what it is called with."""

    noted: Noting
    table: str
    stream: str
    mapping: str

    def ruled(self, **rules: Any) -> None:
        """The mapping has these rules, and tells the queue of what is given up."""
        failures = {"OnFailure": {"Destination": arn_of(self.noted.given)}}
        self.noted.client("lambda").update_event_source_mapping(
            UUID=self.mapping, DestinationConfig=failures, **rules
        )

    def put(self, *keys: str) -> None:
        """The items are there, and the function is called with all of them at once."""
        functions = self.noted.client("lambda")
        functions.update_event_source_mapping(UUID=self.mapping, Enabled=False)
        for key in keys:
            item = {"id": {"S": key}}
            self.noted.client("dynamodb").put_item(TableName=self.table, Item=item)
        functions.update_event_source_mapping(UUID=self.mapping, Enabled=True)

    def batches(self) -> list[list[str]]:
        """The keys of each call so far."""
        return [
            [each["dynamodb"]["Keys"]["id"]["S"] for each in event["Records"]]
            for event, _, _ in self.noted.made()
        ]

    def after(self, wanted: list[str]) -> list[list[str]]:
        """The keys of each call, once the function was called with these."""
        deadline = time.monotonic() + 20
        while wanted not in self.batches():
            assert time.monotonic() < deadline, self.batches()
            time.sleep(0.1)
        return self.batches()


@contextmanager
def streamed(stack: Stack, folder: Path) -> Iterator[Streamed]:
    with noting(stack, folder) as noted:
        tables, functions = stack.client("dynamodb"), stack.client("lambda")
        made = tables.create_table(
            TableName="Noted",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        stream = made["TableDescription"]["LatestStreamArn"]
        mapping = functions.create_event_source_mapping(
            EventSourceArn=stream,
            FunctionName=f"{FUNCTION}:dev",
            StartingPosition="TRIM_HORIZON",
            BatchSize=100,
        )
        try:
            yield Streamed(noted, "Noted", stream, mapping["UUID"])
        finally:
            functions.delete_event_source_mapping(UUID=mapping["UUID"])
            tables.delete_table(TableName="Noted")


@pytest.fixture
def items(stack: Stack, tmp_path: Path) -> Iterator[Streamed]:
    with streamed(stack, tmp_path) as made:
        yield made


def test_a_batch_that_fails_is_given_up_after_its_retries(items: Streamed) -> None:
    """One retry is two calls; then the destination hears of it, and the stream goes on."""
    items.ruled(MaximumRetryAttempts=1)
    items.put("bad")
    record = json.loads(items.noted.next_from(items.noted.given)["Body"])
    items.put("good")
    assert [["bad"], ["bad"], ["good"]] == items.after(["good"])
    ((event, request_id, _), *_) = reversed(items.noted.made()[:2])
    number = event["Records"][0]["dynamodb"]["SequenceNumber"]
    about, batch = record["requestContext"], record["DDBStreamBatchInfo"]
    context = {
        "requestId": request_id,
        "functionArn": f"{FUNCTION}:dev",
        "condition": "RetryAttemptsExhausted",
        "approximateInvokeCount": 2,
    }
    answer = {"statusCode": 200, "executedVersion": "1", "functionError": "Unhandled"}
    assert (context, answer) == (about, record["responseContext"])
    assert (number, number, 1, items.stream) == (
        batch["startSequenceNumber"],
        batch["endSequenceNumber"],
        batch["batchSize"],
        batch["streamArn"],
    )


def test_a_failing_batch_is_split_until_the_bad_item_is_alone(items: Streamed) -> None:
    """The others are processed, in their order, and one item is given up."""
    items.ruled(MaximumRetryAttempts=0, BisectBatchOnFunctionError=True)
    items.put("a", "b", "bad", "d")
    found = items.after(["d"])
    assert [["a", "b", "bad", "d"], ["a", "b"], ["bad", "d"], ["bad"], ["d"]] == found
    record = json.loads(items.noted.next_from(items.noted.given)["Body"])
    assert 1 == record["DDBStreamBatchInfo"]["batchSize"]


def test_a_partial_response_is_retried_from_the_first_that_failed(items: Streamed) -> None:
    """What came before it is not delivered again."""
    items.ruled(MaximumRetryAttempts=1, FunctionResponseTypes=["ReportBatchItemFailures"])
    items.put("a", "wrong", "c")
    record = json.loads(items.noted.next_from(items.noted.given)["Body"])
    assert [["a", "wrong", "c"], ["wrong", "c"]] == items.batches()
    assert 2 == record["DDBStreamBatchInfo"]["batchSize"]


def test_a_filter_does_not_hide_where_a_batch_goes_on(items: Streamed) -> None:
    """Positions are those of the stream, and what passed the filter is a part of it."""
    pattern = {"dynamodb": {"Keys": {"id": {"S": [{"anything-but": ["a", "c"]}]}}}}
    items.ruled(
        MaximumRetryAttempts=0,
        BisectBatchOnFunctionError=True,
        FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]},
    )
    items.put("a", "b", "c", "bad", "e")
    assert [["b", "bad", "e"], ["b"], ["bad", "e"], ["bad"], ["e"]] == items.after(["e"])


@pytest.mark.slow
def test_what_is_too_old_is_not_tried(items: Streamed) -> None:
    """A minute is the least age that AWS takes."""
    items.ruled(MaximumRecordAgeInSeconds=60, MaximumRetryAttempts=10000)
    items.put("bad")
    record = json.loads(items.noted.next_from(items.noted.given, seconds=75)["Body"])
    assert "RecordAgeExceeded" == record["requestContext"]["condition"]
    assert 40 < record["requestContext"]["approximateInvokeCount"] == len(items.batches())


@pytest.mark.slow
def test_a_failing_batch_is_tried_for_ever_without_the_patch(
    unmended: Stack, tmp_path: Path
) -> None:
    """Without `stream_failures` retries are not counted, and no destination hears of them."""
    with streamed(unmended, tmp_path) as items:
        items.ruled(MaximumRetryAttempts=0)
        items.put("bad")
        time.sleep(6)
        found = items.noted.client("sqs").receive_message(QueueUrl=items.noted.given)
        assert (True, []) == (len(items.batches()) > 2, found.get("Messages", []))


@pytest.mark.slow
def test_a_partial_response_is_a_success_without_the_patch(unmended: Stack, tmp_path: Path) -> None:
    """Without `stream_failures` what a function reports is lost."""
    with streamed(unmended, tmp_path) as items:
        items.ruled(FunctionResponseTypes=["ReportBatchItemFailures"])
        items.put("wrong")
        items.after(["wrong"])
        time.sleep(3)
        assert [["wrong"]] == items.batches()
