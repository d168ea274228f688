"""A one-time schedule runs in its second, and may call an API: a universal target.

Fault: MiniStack 1.5.33 keeps schedules for `arn:aws:scheduler:::aws-sdk:...` and never runs them.
It looks at schedules every ten seconds, reads `at(...)` as UTC whatever the time zone, and runs a
schedule that was moved or deleted in the moment in which it was due; one that has run and is moved
to a later time never runs again.
Seam: `scheduler._tick_schedules` and the calls that write schedules; `eventbridge._invoke_target`
for schedules that recur.
Source: EventBridge Scheduler user guide, "Using universal targets" and "Schedule types".

Known are lambda:updateAlias, lambda:invoke and sqs:sendMessage, with the parameters of their API.
What is refused, and any other target, is one line in the emulator's log; nothing is tried again.
"""

from __future__ import annotations

import contextvars
import functools
import importlib
import json
import re
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

Record: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[str, str, str]  # account, region, and group with name

PREFIX: Final = "arn:aws:scheduler:::aws-sdk:"
TICK_SECONDS: Final = 1
_AT: Final = re.compile(r"\s*at\((.+)\)\s*")
_REFUSED: Final = 400


class RefusedError(Exception):
    """A target's API said no, or there is none."""


def due_at(schedule: Record) -> float | None:
    """When a one-time schedule runs, as Unix time; None for one that recurs or cannot be read."""
    found = _AT.fullmatch(schedule.get("ScheduleExpression", ""))
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found[1].strip())
        name = schedule.get("ScheduleExpressionTimezone") or "UTC"
        # A machine may know no zones at all.
        zone = UTC if name == "UTC" else ZoneInfo(name)
    except (ValueError, ZoneInfoNotFoundError):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()


def same_time(one: Record, other: Record) -> bool:
    """Whether two states of a schedule run at the same time."""
    names = ("ScheduleExpression", "ScheduleExpressionTimezone")
    return all(one.get(name) == other.get(name) for name in names)


class Schedules:
    """The one-time schedules of all accounts and regions, and which of them have run.

    Each state of a schedule is a record of its own, so that one that has been replaced or deleted
    can be told from the present one.
    """

    def __init__(self, scheduler: Any, fire: Callable[[Key, Record], None]) -> None:  # noqa: ANN401
        self._records: dict[Key, Record] = scheduler._schedules._data  # noqa: SLF001
        self._fire = fire
        self._lock = threading.RLock()
        self._ran: dict[Key, Record] = {}

    def run_due(self, now: float) -> None:
        """Every enabled one-time schedule whose time has come has run once, and no other."""
        for key, record in list(self._records.items()):
            at = due_at(record)
            if at is None or now < at or record.get("State") != "ENABLED":
                continue
            # A change of the schedule waits: it comes before the run, or after it.
            with self._lock:
                if self._records.get(key) is record and self._ran.get(key) is not record:
                    self._ran[key] = record
                    self._fire(key, record)
                    if record.get("ActionAfterCompletion") == "DELETE":
                        del self._records[key]
        with self._lock:
            for key in self._ran.keys() - self._records.keys():
                del self._ran[key]

    def between_runs(self, write: Callable[..., object]) -> Callable[..., object]:
        """The call, never in the midst of a run. What has run does not run again at its time."""

        def write_between_runs(*request: object) -> object:
            with self._lock:
                before = [key for key, ran in self._ran.items() if self._records.get(key) is ran]
                answer = write(*request)
                for key in before:
                    present = self._records.get(key)
                    if present is not None and same_time(present, self._ran[key]):
                        self._ran[key] = present
                return answer

        return write_between_runs


class Targets:
    """The APIs that a schedule may call, within the emulator."""

    def __init__(self, lambdas: Any) -> None:  # noqa: ANN401 - the emulator's module
        self._lambda = lambdas
        self._calls: dict[str, Callable[[Record], None]] = {
            "lambda:updatealias": self._update_alias,
            "lambda:invoke": self._invoke,
            "sqs:sendmessage": self._send_message,
        }

    def call(self, arn: str, given: str) -> None:
        """The API was called with the JSON `given`. Raises RefusedError with its answer."""
        name = arn.removeprefix(PREFIX)
        call = self._calls.get(name.lower())
        if call is None:
            known = "lambda:updateAlias, lambda:invoke and sqs:sendMessage"
            raise RefusedError(f"the embedded cloud runs {known} only")
        parameters = _read(given or "{}", "Input")
        if not isinstance(parameters, dict):
            raise RefusedError("its Input is no JSON object")
        call(parameters)

    def _update_alias(self, parameters: Record) -> None:
        function = self._lambda._resolve_request_scoped_name(parameters.get("FunctionName", ""))  # noqa: SLF001
        name = parameters.get("Name", "")
        # Null is "not given", as in the API.
        changes = {key: value for key, value in parameters.items() if value is not None}
        status, _headers, body = self._lambda._update_alias(function, name, changes)  # noqa: SLF001
        if status >= _REFUSED:
            raise RefusedError(body.decode())

    def _invoke(self, parameters: Record) -> None:
        service = self._lambda
        name, qualifier = service._resolve_request_scoped_name_and_qualifier(  # noqa: SLF001
            parameters.get("FunctionName", "")
        )
        qualifier = parameters.get("Qualifier") or qualifier
        record, config = service._get_func_record_for_qualifier(name, qualifier)  # noqa: SLF001
        if record is None or config is None:
            raise RefusedError(f"ResourceNotFoundException: no function {name}:{qualifier}")
        payload = parameters.get("Payload", {})
        event = _read(payload, "Payload") if isinstance(payload, str) else payload
        called = service._execution_record_for_config(record, config)  # noqa: SLF001
        if parameters.get("InvocationType") == "Event":
            service.invoke_async_with_retry(called, event)
        else:
            run = service._execute_function_with_config_scope  # noqa: SLF001
            threading.Thread(target=run, args=(called, event), daemon=True).start()

    def _send_message(self, parameters: Record) -> None:
        sqs: Any = importlib.import_module("ministack.services.sqs")
        try:
            sqs._act_send_message(parameters, "")  # noqa: SLF001
        except sqs._Err as error:  # noqa: SLF001
            raise RefusedError(f"{error.code}: {error.message}") from error


def _read(text: str, name: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(text)
    except ValueError as error:
        raise RefusedError(f"its {name} is no JSON: {error}") from error


def apply() -> None:
    """Run one-time schedules so, and universal targets of any schedule."""
    scheduler: Any = importlib.import_module("ministack.services.scheduler")
    events: Any = importlib.import_module("ministack.services.eventbridge")
    responses: Any = importlib.import_module("ministack.core.responses")
    targets = Targets(importlib.import_module("ministack.services.lambda_svc"))
    tick = scheduler._tick_schedules  # noqa: SLF001
    invoke = _with_targets(events._invoke_target, targets, scheduler.logger)  # noqa: SLF001

    def fire(key: Key, record: Record) -> None:
        target = record.get("Target") or {}
        with responses.request_scope(key[0], key[1]):
            run = functools.partial(invoke, target, _event(key, record), record)
            if target.get("Arn", "").startswith(PREFIX):
                run()
            else:
                # It may take its time, and the calls that write schedules wait for a run.
                context = contextvars.copy_context()
                threading.Thread(target=context.run, args=(run,), daemon=True).start()

    schedules = Schedules(scheduler, fire)

    def tick_with_once() -> None:
        schedules.run_due(time.time())
        tick()

    for name in ("create_schedule", "update_schedule", "delete_schedule", "delete_schedule_group"):
        write = getattr(scheduler, f"_{name}")
        setattr(scheduler, f"_{name}", schedules.between_runs(write))
    scheduler._tick_schedules = tick_with_once  # noqa: SLF001
    scheduler._SCHEDULE_TICK_INTERVAL = TICK_SECONDS  # noqa: SLF001
    # What runs once is never due for the emulator itself.
    scheduler._at_time_epoch = lambda text: float("inf") if _AT.fullmatch(text) else None  # noqa: SLF001
    events._invoke_target = invoke  # noqa: SLF001


def _with_targets(
    invoke: Callable[..., None],
    targets: Targets,
    logger: Any,  # noqa: ANN401 - the emulator's
) -> Callable[..., None]:
    """What calls a target, universal or not."""

    def invoke_any(target: Record, event: Record, rule: Record, view: object = None) -> None:
        arn = target.get("Arn", "")
        if not arn.startswith(PREFIX):
            invoke(target, event, rule, view)
            return
        try:
            targets.call(arn, target.get("Input", ""))
        except RefusedError as error:
            called, name = arn.removeprefix(PREFIX), rule.get("Name", "")
            logger.warning("schedule %s: %s was refused: %s", name, called, error)

    return invoke_any


def _event(key: Key, record: Record) -> Record:
    """The event that a target without an `Input` is given."""
    return {
        "EventId": f"{key[2]}@{int(time.time())}",
        "Source": "aws.scheduler",
        "DetailType": "Scheduled Event",
        "Detail": "{}",
        "Time": datetime.now(UTC).timestamp(),
        "Resources": [record.get("Arn", "")],
        "Account": key[0],
        "Region": key[1],
    }
