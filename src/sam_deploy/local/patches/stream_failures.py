"""Changes of a table that a function fails on are retried, split and given up as its mapping says.

Fault: MiniStack 1.5.33 calls a function with a failing batch for ever, once a second: it knows
neither MaximumRetryAttempts nor BisectBatchOnFunctionError, takes a partial batch response for a
success, and looks at MaximumRecordAgeInSeconds after a failure only.
Seam: `lambda_svc._poll_dynamodb_streams`, which is replaced, and `_release_esm_poll_state`.
Source: those of `sam_deploy.local.outcomes.batches`.

A batch that failed is tried again after the emulator's own wait, a second; AWS waits longer each
time. Nothing else of the stream is read meanwhile, as on AWS; there is one shard.
"""

from __future__ import annotations

import importlib
import time
import uuid
from typing import Any, TypeAlias

from sam_deploy.local.outcomes import batches, records, request_ids
from sam_deploy.local.outcomes.batches import Batch, Read, Rules
from sam_deploy.local.outcomes.destinations import Destinations

Record: TypeAlias = dict[str, Any]
Module: TypeAlias = Any
"""A module of the emulator."""


def service(name: str) -> Module:
    """One of the emulator's services."""
    return importlib.import_module(f"ministack.services.{name}")


class Streams:
    """Calls functions with the changes of tables, for every mapping that asks for it."""

    def __init__(self, lambda_svc: Module, tables: Module, responses: Module) -> None:
        self._lambda_svc, self._tables, self._responses = lambda_svc, tables, responses
        self._destinations = Destinations(service)
        # What is to be tried again or was split off, the next one first, by mapping.
        self._waiting: dict[str, list[Batch]] = {}

    def poll(self) -> bool:
        """Every mapping has had its turn. Whether one got further, so that there may be more."""
        further = False
        for account, region, mapping in self._lambda_svc._iter_all_esms():  # noqa: SLF001
            with self._responses.request_scope(account, region):
                further = self._turn(mapping) or further
        return further

    def forget(self, mapping_id: str) -> None:
        """The mapping is gone."""
        self._waiting.pop(mapping_id, None)

    def _turn(self, mapping: Record) -> bool:
        table = self._table(mapping)
        if not table:
            return False
        function, config = self._lambda_svc._get_func_record_for_qualifier(  # noqa: SLF001
            mapping["FunctionName"], mapping.get("Qualifier")
        )
        waits_until = self._lambda_svc._esm_backoff_until.get(mapping["UUID"], 0)  # noqa: SLF001
        if function is None or waits_until > time.time():
            return False
        read = self._read(table, mapping)
        if read is None:
            return False
        rules = batches.rules_of(mapping)
        created = [float(each["dynamodb"]["ApproximateCreationDateTime"]) for each in read.changes]
        if old := batches.too_old(created, time.time(), rules):
            self._give_up(mapping, config, read.first(old))
            return True
        if not read.changes:
            self._go_on(mapping, read.batch, ())
            return True
        record = self._lambda_svc._execution_record_for_config(function, config)  # noqa: SLF001
        return self._call(mapping, record, read, rules)

    def _table(self, mapping: Record) -> str:
        """The table whose stream an enabled mapping reads, or ''."""
        _, _, resource = str(mapping.get("EventSourceArn", "")).partition(":table/")
        name, marker, _ = resource.partition("/stream/")
        if not marker or str(mapping.get("Enabled", True)).lower() == "false":
            return ""
        table = self._tables._tables.get(name) or {}  # noqa: SLF001
        return name if table.get("LatestStreamArn") == mapping["EventSourceArn"] else ""

    def _read(self, table: str, mapping: Record) -> Read | None:
        batch = self._next(table, mapping)
        count = batch.end - batch.start
        found = self._tables.stream_records_since(table, batch.start, count)
        if not found:
            return None
        batch = Batch(batch.start, batch.start + len(found), batch.failures)
        kept = self._lambda_svc._apply_filter_criteria(found, mapping)  # noqa: SLF001
        passed = {id(each) for each in kept}
        positions = [batch.start + at for at, each in enumerate(found) if id(each) in passed]
        return Read(batch, kept, positions)

    def _next(self, table: str, mapping: Record) -> Batch:
        """What the function is called with next: what waits, or as much as it takes at once."""
        mapping_id = mapping["UUID"]
        horizon = self._tables.stream_start_position(table)
        known = self._lambda_svc._dynamodb_stream_positions  # noqa: SLF001
        with self._lambda_svc._dynamodb_stream_positions_lock:  # noqa: SLF001
            if mapping_id not in known:
                newest = mapping.get("StartingPosition", "LATEST") != "TRIM_HORIZON"
                known[mapping_id] = self._tables.stream_end_position(table) if newest else horizon
            # what the stream has forgotten cannot be tried again
            start = known[mapping_id] = max(known[mapping_id], horizon)
        waiting = [each for each in self._waiting.get(mapping_id, ()) if each.end > start]
        self._waiting[mapping_id] = waiting
        if waiting:
            return Batch(start, waiting[0].end, waiting[0].failures)
        return Batch(start, start + int(mapping.get("BatchSize") or 100))

    def _call(self, mapping: Record, function: Record, read: Read, rules: Rules) -> bool:
        """Whether the function got further than before."""
        request_id = str(uuid.uuid4())
        with request_ids.request_id(request_id):
            answer = self._lambda_svc._execute_function(  # noqa: SLF001
                function, {"Records": read.changes}
            )
        config = function["config"]
        answer = {"executed_version": config.get("Version"), **answer}
        if answer.get("throttle"):
            # it has not reached the function: neither a try, nor a reason to split
            self._wait(mapping)
            return False
        numbers = [str(each["dynamodb"]["SequenceNumber"]) for each in read.changes]
        failed = batches.failed_at(answer, numbers, rules)
        after = batches.after(read.batch, failed, read.positions, rules)
        mapping["LastProcessingResult"] = (
            "OK" if failed is None else "PROBLEM: Function call failed"
        )
        if after.given_up is not None:
            given_up = Read(after.given_up, read.within(after.given_up), [])
            self._give_up(mapping, config, given_up, request_id, answer)
            return True
        self._go_on(mapping, read.batch, after.again)
        if after.waits:
            self._wait(mapping)
        return not after.waits

    def _give_up(
        self,
        mapping: Record,
        config: Record,
        read: Read,
        request_id: str = "",
        answer: Record | None = None,
    ) -> None:
        """The stream goes on behind these changes, and the destination hears of them."""
        self._go_on(mapping, read.batch, ())
        to = ((mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
        if not to:
            return
        condition = batches.RETRIES_EXHAUSTED if answer else batches.RECORD_AGE_EXCEEDED
        request = records.Request(
            request_id or str(uuid.uuid4()),
            config["FunctionArn"],
            condition,
            read.batch.failures,
        )
        stream = mapping["EventSourceArn"]
        record = records.of_batch(request, read.changes, stream, answer, time.time())
        self._destinations.send(to, record)

    def _go_on(self, mapping: Record, done: Batch, again: tuple[Batch, ...]) -> None:
        """The stream's position is where the next try begins, or behind what is done."""
        mapping_id = mapping["UUID"]
        waiting = self._waiting.get(mapping_id, [])
        later = [each for each in waiting if each.end > done.end]
        self._waiting[mapping_id] = [*again, *later]
        with self._lambda_svc._dynamodb_stream_positions_lock:  # noqa: SLF001
            position = again[0].start if again else done.end
            self._lambda_svc._dynamodb_stream_positions[mapping_id] = position  # noqa: SLF001

    def _wait(self, mapping: Record) -> None:
        seconds = self._lambda_svc._ESM_BACKOFF_SECONDS  # noqa: SLF001
        self._lambda_svc._esm_backoff_until[mapping["UUID"]] = time.time() + seconds  # noqa: SLF001


def apply() -> None:
    """Poll streams so. Raises AttributeError when the emulator has no such function any more."""
    lambda_svc, tables = service("lambda_svc"), service("dynamodb")
    responses: Module = importlib.import_module("ministack.core.responses")
    streams = Streams(lambda_svc, tables, responses)
    release, _replaced = lambda_svc._release_esm_poll_state, lambda_svc._poll_dynamodb_streams  # noqa: SLF001

    def release_all(mapping_id: str) -> None:
        streams.forget(mapping_id)
        release(mapping_id)

    lambda_svc._release_esm_poll_state = release_all  # noqa: SLF001
    lambda_svc._poll_dynamodb_streams = streams.poll  # noqa: SLF001
