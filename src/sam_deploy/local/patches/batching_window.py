"""Messages of a queue are gathered for as long as the event source mapping says.

Fault: MiniStack 1.5.33 keeps MaximumBatchingWindowInSeconds and calls the function with what is
there at once, ten messages at most. On AWS it waits for a full batch or the end of the window, and
a batch may have up to 10,000 messages.
Seam: `sqs._receive_messages_for_esm`.
Source: Lambda developer guide, "Using Lambda with Amazon SQS", batching behavior.
"""

from __future__ import annotations

import importlib
import time
from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]
Module: TypeAlias = Any
"""A module of the emulator."""

BYTES_MOST = 6 * 1024 * 1024
"""Of a batch: it is the payload of one call."""


def apply() -> None:
    """Take nothing from a queue while more may come in time for the same call."""
    sqs: Module = importlib.import_module("ministack.services.sqs")
    lambda_svc: Module = importlib.import_module("ministack.services.lambda_svc")
    receive = sqs._receive_messages_for_esm  # noqa: SLF001

    def receive_in_time(queue_url: str, number: int) -> list[Record]:
        queue = sqs._queues.get(queue_url) or {}  # noqa: SLF001
        window = _window(lambda_svc, queue)
        if not window:
            found: list[Record] = receive(queue_url, number)
            return found
        with sqs._queues_lock:  # noqa: SLF001
            if _may_wait(queue, int(number), window):
                return []
            sqs._expire_retained(queue)  # noqa: SLF001
            sqs._dlq_sweep(queue)  # noqa: SLF001
            hidden = int(queue["attributes"].get("VisibilityTimeout", "30"))
            batch: list[Record] = sqs._collect_msgs(queue, int(number), hidden)  # noqa: SLF001
            return batch

    sqs._receive_messages_for_esm = receive_in_time  # noqa: SLF001


def _window(lambda_svc: Module, queue: Record) -> float:
    """Return the seconds that the mapping of a queue gathers messages for."""
    arn = (queue.get("attributes") or {}).get("QueueArn")
    windows = (
        float(esm.get("MaximumBatchingWindowInSeconds") or 0)
        for _, _, esm in lambda_svc._iter_all_esms()  # noqa: SLF001
        if esm.get("EventSourceArn") == arn and esm.get("Enabled", True)
    )
    return max(windows, default=0.0)


def _may_wait(queue: Record, number: int, window: float) -> bool:
    """Whether the batch is not full, and the first of its messages has not waited its time."""
    now = time.time()
    there = [each for each in queue["messages"] if each.get("visible_at", 0) <= now]
    size = sum(len(str(each.get("body", ""))) for each in there)
    if not there or len(there) >= number or size >= BYTES_MOST:
        return False
    # a message that was put back or delayed is there since it can be seen again
    since = min(max(float(each["sent_at"]), float(each.get("visible_at", 0))) for each in there)
    return now < since + window
