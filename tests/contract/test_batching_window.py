"""The patch `batching_window`: messages of a queue are gathered for one call, as on AWS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import pytest

Stack: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""


@contextmanager
def gathering(stack: Stack, seconds: int, size: int) -> Iterator[None]:
    """The mapping of the queue gathers messages for so long."""
    functions, queue = stack.client("lambda"), stack.outputs["Work"].rpartition("/")[2]
    (found,) = (
        each
        for each in functions.list_event_source_mappings()["EventSourceMappings"]
        if each["EventSourceArn"].endswith(f":{queue}")
    )
    set_to = functions.update_event_source_mapping
    set_to(UUID=found["UUID"], MaximumBatchingWindowInSeconds=seconds, BatchSize=size)
    try:
        yield
    finally:
        set_to(UUID=found["UUID"], MaximumBatchingWindowInSeconds=0, BatchSize=found["BatchSize"])


def batches(stack: Stack, groups: tuple[int, ...]) -> list[int]:
    """How many messages each call had, when messages are sent in such groups."""
    queue, sizes = stack.client("sqs"), list[int]()
    for number, count in enumerate(groups):
        entries = [{"Id": f"{each}", "MessageBody": f"{number}-{each}"} for each in range(count)]
        queue.send_message_batch(QueueUrl=stack.outputs["Work"], Entries=entries)
    while sum(sizes) < sum(groups):
        seen = stack.next_seen(
            lambda event: (event.get("Records") or [{}])[0].get("eventSource") == "aws:sqs"
        )
        sizes.append(len(seen["event"]["Records"]))
    return sizes


def test_messages_are_gathered_until_the_window_ends(stack: Stack) -> None:
    """With `batching_window` two groups of ten and two messages are one call."""
    with gathering(stack, 3, 20):
        assert [12] == batches(stack, (10, 2))


def test_a_full_batch_waits_for_nothing(stack: Stack) -> None:
    """The window is five minutes, and the call comes all the same."""
    with gathering(stack, 300, 2):
        assert [2, 2] == batches(stack, (2, 2))


@pytest.mark.slow
def test_messages_are_not_gathered_without_the_patch(unmended: Stack) -> None:
    """Without `batching_window` the emulator calls with what is there, ten messages at most."""
    with gathering(unmended, 3, 20):
        assert len(batches(unmended, (10, 2))) > 1
