"""Sessions in a real table, which refuses as DynamoDB does while others write the same items."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError
from orchestration.sessions import Sessions
from shared.events import PartialSignalGenerated
from shared.transactions import TRIES

NOW = dt.datetime(2025, 11, 28, 14, 35, tzinfo=dt.UTC)
STRATEGIES = tuple(f"{number}.clj" for number in range(1, 8))
CANCELLED = b"""{"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
"Message": "Transaction cancelled", "CancellationReasons": [{"Code": "None"},
{"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}]}"""
REFUSED = b"""{"__type": "com.amazonaws.dynamodb.v20120810#TransactionConflictException",
"message": "Transaction is ongoing for the item"}"""


def answer(session: str, strategy: str) -> PartialSignalGenerated:
    return PartialSignalGenerated(
        correlation_id=session,
        strategy=strategy,
        share=Decimal("0.5"),
        weights={"SPY": Decimal(1)},
        as_of=dt.date(2025, 11, 28),
    )


def refuse(table: Any, operation: str, body: bytes, times: int) -> None:
    """Let the next calls of an operation meet a transaction of somebody else."""
    left = iter([body] * times)

    def instead(**_: Any) -> AWSResponse | None:
        if (refused := next(left, None)) is None:
            return None
        refusal = AWSResponse("https://dynamodb", 400, {}, None)
        refusal._content = refused  # noqa: SLF001 - else it is read from a connection
        return refusal

    table.meta.client.meta.events.register(f"before-send.dynamodb.{operation}", instead)


def kept(sessions: Sessions, session: str) -> Callable[[str], bool]:
    """Return a function that adds the answer of a strategy, and returns whether all are there."""
    return lambda strategy: sessions.add(answer(session, strategy), NOW) is not None


def test_an_answer_that_meets_another_one_is_kept_a_little_later(stack: Any, workflow: str) -> None:
    """Answer and counter are one transaction, which is tried again after pauses that grow."""
    table, pauses = stack.table("aggregation-sessions"), list[float]()
    sessions = Sessions(table, pauses.append)
    sessions.open(workflow, STRATEGIES[:1], NOW)
    refuse(table, "TransactWriteItems", CANCELLED, times=3)
    refuse(table, "UpdateItem", REFUSED, times=2)

    found = sessions.add(answer(workflow, STRATEGIES[0]), NOW)
    sessions.done(workflow)

    assert [answer(workflow, STRATEGIES[0])] == found
    assert 5 == len(pauses)
    assert 0 < pauses[0] < pauses[1] < pauses[2] < 1
    again = sessions.add(answer(workflow, STRATEGIES[0]), NOW)
    assert again is None  # it was told


def test_an_answer_that_always_meets_another_one_is_left_to_lambda(
    stack: Any, workflow: str
) -> None:
    """It ends in time to be tried again: nothing is kept, and the caller hears of it."""
    table, pauses = stack.table("aggregation-sessions"), list[float]()
    sessions = Sessions(table, pauses.append)
    sessions.open(workflow, STRATEGIES, NOW)
    refuse(table, "TransactWriteItems", CANCELLED, times=TRIES)

    with pytest.raises(ClientError, match="TransactionCanceledException"):
        sessions.add(answer(workflow, STRATEGIES[0]), NOW)

    assert sum(pauses) < 30
    item = table.get_item(Key={"PK": f"SESSION#{workflow}", "SK": "METADATA"})["Item"]
    assert 0 == item["Received"]


def test_seven_answers_at_once_are_all_counted(stack: Any, workflow: str) -> None:
    """Each of the seven meets another transaction first; the last one brings them all."""
    table = stack.table("aggregation-sessions")
    sessions = Sessions(table, lambda _: None)
    sessions.open(workflow, STRATEGIES, NOW)
    refuse(table, "TransactWriteItems", CANCELLED, times=len(STRATEGIES))

    with ThreadPoolExecutor(len(STRATEGIES)) as threads:
        complete = list(threads.map(kept(sessions, workflow), STRATEGIES))

    assert any(complete)
    item = table.get_item(Key={"PK": f"SESSION#{workflow}", "SK": "METADATA"})["Item"]
    assert len(STRATEGIES) == item["Received"]
