"""Calls that nobody waits for are tried, aged and reported by the rules of the alias they are for.

Fault: MiniStack 1.5.33 reads the event invoke configuration of the unqualified function alone, so
that of an alias has no effect; it knows no OnSuccess; it calls a throttled function three times and
gives up; its dead letters are records, where AWS sends the event. Events of rules, schedules and
topics are called once and lost when they fail. Each try has a request id of its own.
Seam: `lambda_svc.invoke_async_with_retry`, where Invoke and S3 arrive, and the two functions that
go around it, `eventbridge._dispatch_to_lambda` and `sns._deliver_to_lambda`;
`lambda_svc._execute_function_dispatch` for the request id. The alias is in the ARN of the
configuration (for events because of `alias_in_arn`).
Source: Lambda developer guide, "Invoking a Lambda function asynchronously", and the sources of
`sam_deploy.local.outcomes`.

The waits are the emulator's own, 1 and 2 seconds, where AWS waits for 1 and 2 minutes.
"""

from __future__ import annotations

import functools
import importlib
import json
import time
import uuid
from typing import TYPE_CHECKING, Any, TypeAlias

from sam_deploy.local.outcomes import records, request_ids
from sam_deploy.local.outcomes.asynchronous import Clock, Ended, Pace, Rules, rules_of, tried
from sam_deploy.local.outcomes.destinations import Destinations

if TYPE_CHECKING:
    from collections.abc import Callable

Record: TypeAlias = dict[str, Any]
Module: TypeAlias = Any
"""A module of the emulator."""

CLOCK = Clock(time.monotonic, time.sleep)


def service(name: str) -> Module:
    """One of the emulator's services."""
    return importlib.import_module(f"ministack.services.{name}")


class Calls:
    """Carries asynchronous calls out, each in a thread of its own."""

    def __init__(self, lambda_svc: Module, concurrency: Module, pace: Pace) -> None:
        self._lambda_svc, self._concurrency, self._pace = lambda_svc, concurrency, pace
        self._destinations = Destinations(service)

    def start(self, function: Record, event: object) -> None:
        """The call will be made, soon and by the rules; its caller does not wait."""
        self._concurrency.spawn_background(
            self._lambda_svc._run_with_function_config_scope,  # noqa: SLF001
            *(function, self._carry_out, function, event),
            thread_name="sam-deploy-asynchronous",
        )

    def _carry_out(self, function: Record, event: object) -> None:
        config = function.get("config") or function
        arn, request_id = config["FunctionArn"], str(uuid.uuid4())
        name, qualifier = self._lambda_svc._lambda_function_name_and_qualifier_from_arn(arn)  # noqa: SLF001
        base = self._lambda_svc._functions.get(name) or function  # noqa: SLF001
        rules = rules_of(base, qualifier or "", config)

        def call() -> Record:
            with request_ids.request_id(request_id):
                answer: Record = self._lambda_svc._execute_function(function, event)  # noqa: SLF001
            return {"executed_version": config.get("Version"), **answer}

        def is_closed() -> bool:
            return bool(self._lambda_svc._reserved_concurrency(function, config) == 0)  # noqa: SLF001

        ended = tried(call, is_closed, rules, self._pace, CLOCK)
        self._report(rules, ended, request_id, arn, event)

    def _report(self, rules: Rules, ended: Ended, request_id: str, arn: str, event: object) -> None:
        to = rules.on_failure if ended.failed else rules.on_success
        if to:
            request = records.Request(request_id, arn, ended.condition, ended.calls)
            record = records.of_call(request, event, ended.answer, time.time())
            self._destinations.send(to, record)
        # A destination does not replace the dead letters. Source: PutFunctionEventInvokeConfig
        if ended.failed and rules.dead_letters:
            attributes = records.dead_letter(request_id, ended.answer)
            self._destinations.send(rules.dead_letters, event, attributes)


def apply() -> None:
    """Let every asynchronous call be carried out so."""
    lambda_svc, events, sns = service("lambda_svc"), service("eventbridge"), service("sns")
    concurrency: Module = importlib.import_module("ministack.core.concurrency")
    pace = Pace(
        lambda_svc._LAMBDA_ASYNC_RETRY_BASE_SECONDS,  # noqa: SLF001
        lambda_svc._LAMBDA_ASYNC_RETRY_MAX_SECONDS,  # noqa: SLF001
    )
    calls = Calls(lambda_svc, concurrency, pace)
    start = functools.partial(_start, lambda_svc, calls)
    _replace(lambda_svc, "invoke_async_with_retry", calls.start)
    _replace(events, "_dispatch_to_lambda", functools.partial(_from_rule, start))
    _replace(sns, "_deliver_to_lambda", functools.partial(_from_topic, start))
    _give_request_ids(lambda_svc)


def _replace(module: Module, name: str, by: Callable[..., object]) -> None:
    """Raises AttributeError when the emulator has no such function any more."""
    getattr(module, name)
    setattr(module, name, by)


def _start(lambda_svc: Module, calls: Calls, arn: str, event: object) -> None:
    function, config, name = lambda_svc._get_func_record_for_ref(arn)  # noqa: SLF001
    if not function or not config:
        lambda_svc.logger.warning("an event for %s was lost: there is no such function", name)
        return
    calls.start(lambda_svc._execution_record_for_config(function, config), event)  # noqa: SLF001


def _from_rule(start: Callable[[str, object], None], arn: str, payload: str) -> None:
    try:
        event = json.loads(payload)
    except (ValueError, TypeError):
        event = {"body": payload}
    start(arn, event)


def _from_topic(
    start: Callable[[str, object], None],
    endpoint: str,
    envelope: str,
    _topic: str,
    subscription: str,
    *_message: object,
) -> None:
    record = {
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription,
        "EventSource": "aws:sns",
        "Sns": json.loads(envelope),
    }
    start(endpoint, {"Records": [record]})


def _give_request_ids(lambda_svc: Module) -> None:
    dispatch = lambda_svc._execute_function_dispatch  # noqa: SLF001

    def dispatch_named(
        function: Record, config: Record, event: object, request_id: str, started: float
    ) -> Record:
        named = request_ids.given(request_id)
        answer: Record = dispatch(function, config, event, named, started)
        return answer

    lambda_svc._execute_function_dispatch = dispatch_named  # noqa: SLF001
