"""Which changes of a stream a function is called with next, after what it did with these. Pure.

Source: Lambda developer guide, "Configuring partial batch response with DynamoDB and Lambda" and
"Retaining discarded batches for a DynamoDB event source", and the parameters of Lambda API,
CreateEventSourceMapping: MaximumRetryAttempts, MaximumRecordAgeInSeconds,
BisectBatchOnFunctionError, FunctionResponseTypes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from sam_deploy.local.outcomes.records import payload

Record: TypeAlias = dict[str, Any]

REPORTS: Final = "ReportBatchItemFailures"
RETRIES_EXHAUSTED: Final = "RetryAttemptsExhausted"
RECORD_AGE_EXCEEDED: Final = "RecordAgeExceeded"
WHOLE: Final = -1
"""The whole batch failed, and nobody knows where."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The changes from position `start` of a stream to before `end`, and how often they failed."""

    start: int
    end: int
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """A batch with the changes that passed the filter, and their positions in the stream."""

    batch: Batch
    changes: list[Record]
    positions: list[int]

    def first(self, count: int) -> Read:
        """Those changes alone, up to before the one that follows them."""
        end = self.positions[count] if count < len(self.positions) else self.batch.end
        batch = Batch(self.batch.start, end, self.batch.failures)
        return Read(batch, self.changes[:count], self.positions[:count])

    def within(self, batch: Batch) -> list[Record]:
        """The changes of a part of the batch."""
        found = zip(self.changes, self.positions, strict=True)
        return [change for change, position in found if batch.start <= position < batch.end]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a mapping does about failures. -1 is for ever, until the stream forgets its records."""

    retries: int = -1
    age_seconds: int = -1
    splits: bool = False
    reports: bool = False


@dataclass(frozen=True, slots=True)
class Next:
    """What comes after a call: batches to be tried, in order, and the one that is given up.

    `waits` says that the next try is one of the same changes, which is not made at once.
    """

    again: tuple[Batch, ...] = ()
    given_up: Batch | None = None
    waits: bool = False


def rules_of(mapping: Record) -> Rules:
    """What an event source mapping says."""
    retries, age = mapping.get("MaximumRetryAttempts"), mapping.get("MaximumRecordAgeInSeconds")
    return Rules(
        retries=-1 if retries is None else int(retries),
        age_seconds=-1 if age is None else int(age),
        splits=str(mapping.get("BisectBatchOnFunctionError") or "").lower() == "true",
        reports=REPORTS in (mapping.get("FunctionResponseTypes") or ()),
    )


def too_old(created: Sequence[float], now: float, rules: Rules) -> int:
    """How many of the changes, the first of which is the oldest, are too old to be tried."""
    if rules.age_seconds < 0:
        return 0
    return sum(1 for moment in created if now - moment > rules.age_seconds)


def failed_at(answer: Record, numbers: Sequence[str], rules: Rules) -> int | None:
    """The index of the first change that failed, `WHOLE`, or None where all went well.

    `numbers` are the sequence numbers that the function was called with.
    """
    if answer.get("error"):
        return WHOLE
    body = payload(answer) if rules.reports else None
    failures = body.get("batchItemFailures") if isinstance(body, dict) else None
    if not failures:
        return None
    if not isinstance(failures, list):
        return WHOLE
    found = [each.get("itemIdentifier") for each in failures if isinstance(each, dict)]
    if len(found) < len(failures) or not set(found) <= set(numbers):
        return WHOLE
    return min(numbers.index(number) for number in found)


def after(batch: Batch, failed: int | None, positions: Sequence[int], rules: Rules) -> Next:
    """What comes after a call of the function with a batch.

    `positions` are those of the changes that passed the filter. Splitting costs no retry. Where
    the function says which change failed first, those before it are done, and the rest is tried
    again from there on, with retries of its own; it is not split further.
    """
    if failed is None:
        return Next()
    if failed == WHOLE and rules.splits and len(positions) > 1:
        middle = positions[len(positions) // 2]
        return Next((Batch(batch.start, middle), Batch(middle, batch.end)))
    if failed > 0:
        rest = Batch(positions[failed], batch.end, failures=1)
    else:
        rest = replace(batch, failures=batch.failures + 1)
    if 0 <= rules.retries < rest.failures:
        return Next(given_up=rest)
    return Next((rest,), waits=True)
