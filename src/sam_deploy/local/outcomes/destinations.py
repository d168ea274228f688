"""Sends records to queues, topics, functions and event buses, within the emulator.

It runs in the account and region of the function. What cannot be delivered is a line in the
emulator's log; on AWS it is the metric DestinationDeliveryFailures.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]
Module: TypeAlias = Any
"""A module of the emulator."""
Load: TypeAlias = Callable[[str], Module]


class RefusedError(Exception):
    """A destination does not exist, or does not take the record."""


class Destinations:
    """The services of the emulator that take records. `load` imports one of them by its name."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._logger = load("lambda_svc").logger
        self._ways: dict[str, Callable[[str, str, Record], None]] = {
            "sqs": self._to_queue,
            "sns": self._to_topic,
            "lambda": self._to_function,
            "events": self._to_bus,
        }

    def send(self, arn: str, content: object, attributes: Record | None = None) -> None:
        """The JSON value has arrived, or the log says why not. `attributes` are of the message."""
        service = arn.split(":")[2] if arn.count(":") > 1 else ""
        way = self._ways.get(service)
        try:
            if way is None:
                raise RefusedError("the embedded cloud sends to queues, topics, functions, buses")
            way(arn, json.dumps(content), attributes or {})
        except RefusedError as error:
            self._logger.warning("nothing was sent to %s: %s", arn, error)

    def _to_queue(self, arn: str, body: str, attributes: Record) -> None:
        sqs = self._load("sqs")
        if sqs._queue_by_arn(arn) is None:  # noqa: SLF001
            raise RefusedError("there is no such queue")
        url = sqs._queue_url(arn.rpartition(":")[2])  # noqa: SLF001
        message = {"QueueUrl": url, "MessageBody": body, "MessageAttributes": attributes}
        try:
            sqs._act_send_message(message, "")  # noqa: SLF001
        except sqs._Err as error:  # noqa: SLF001
            raise RefusedError(f"{error.code}: {error.message}") from error

    def _to_topic(self, arn: str, body: str, attributes: Record) -> None:
        sns = self._load("sns")
        if sns._topic_by_arn_any_scope(arn) is None:  # noqa: SLF001
            raise RefusedError("there is no such topic")
        sns._fanout(arn, str(uuid.uuid4()), body, "", "", attributes)  # noqa: SLF001

    def _to_function(self, arn: str, body: str, _attributes: Record) -> None:
        lambda_svc = self._load("lambda_svc")
        function, config, _name = lambda_svc._get_func_record_for_ref(arn)  # noqa: SLF001
        if not function or not config:
            raise RefusedError("there is no such function")
        record = lambda_svc._execution_record_for_config(function, config)  # noqa: SLF001
        lambda_svc.invoke_async_with_retry(record, json.loads(body))

    def _to_bus(self, arn: str, body: str, _attributes: Record) -> None:
        content = json.loads(body)
        called = content["requestContext"]
        how = "Success" if called["condition"] == "Success" else "Failure"
        entry = {
            "EventBusName": arn,
            "Source": "lambda",
            "DetailType": f"Lambda Function Invocation Result - {how}",
            "Resources": [arn, called["functionArn"]],
            "Detail": body,
        }
        _status, _headers, answer = self._load("eventbridge")._put_events({"Entries": [entry]})  # noqa: SLF001
        if json.loads(answer).get("FailedEntryCount"):
            raise RefusedError(answer.decode())
