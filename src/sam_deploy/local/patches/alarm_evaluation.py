"""An alarm is judged by its own metric, period by period, and by time.

Fault: MiniStack 1.5.33 judges an alarm only when PutMetricData is called, by all metrics of its
name whatever their dimensions, over all its periods at once. What services record themselves is
never judged, `DatapointsToAlarm` and `TreatMissingData` are not looked at, and nothing ends an
alarm but a new value.
Seam: `cloudwatch._evaluate_alarm`, the calls that describe alarms, SetAlarmState, and a thread.
Source: CloudWatch user guide, "Using Amazon CloudWatch alarms" and "Configuring how CloudWatch
alarms treat missing data"; its tables are the tests of `verdict`.

Windows slide by the minute, as on AWS; those of a shorter period by that period. What is ours is
haste: the window that has not ended yet is judged, too. It can raise an alarm but not end one:
an alarm lasts at least until that window has ended, and so does one that comes late to the last
window. A state that SetAlarmState forces lasts for one period of the alarm, whatever comes.
"""

from __future__ import annotations

import contextvars
import importlib
import json
import math
import operator
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Record: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[str, str, str]  # account, region and name of an alarm

ALARM, OK, INSUFFICIENT = "ALARM", "OK", "INSUFFICIENT_DATA"
MINUTE: Final = 60
TICK_SECONDS: Final = 1.0
SPARE_WINDOWS: Final = 2
"""How many windows more than EvaluationPeriods are looked at (AWS's examples: 5 for 3)."""

BREACHES: Final[dict[str, Callable[[float, float], bool]]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_WORDS: Final = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}
_GROWING: Final = ("Sum", "SampleCount", "Maximum")


def verdict(
    breaching: Sequence[bool | None], periods: int, to_alarm: int, missing: str, state: str
) -> str:
    """The state that windows call for, oldest first; None is a window without data.

    `missing` is TreatMissingData, `state` the present one. Real data is looked for as far back as
    there are windows; only where it is less than `periods`, missing data counts.
    """
    real = [each for each in breaching if each is not None][-periods:]
    if missing == "breaching":
        real = [*real, *[True] * (periods - len(real))]
    elif not real:
        return {"notBreaching": OK, "ignore": state}.get(missing, INSUFFICIENT)
    if sum(real) >= to_alarm:
        return ALARM
    if len(real) == periods or missing == "notBreaching" or not all(real):
        return OK
    # Nothing but breaching data, and less of it than wanted.
    if missing == "ignore":
        return state
    oldest = len(breaching) - list(breaching).index(True)
    return ALARM if oldest >= to_alarm else OK


def windows(points: Sequence[Record], end: float, period: int, count: int) -> list[list[Record]]:
    """The points of the `count` windows before `end`, the oldest window first."""
    found: list[list[Record]] = [[] for _ in range(count)]
    for point in points:
        back = math.ceil((end - point["Timestamp"]) / period) - 1
        if 0 <= back < count:
            found[count - 1 - back].append(point)
    return found


def decided(unfinished: str | None, finished: str, state: str, *, fresh: bool) -> str:
    """The state that follows from the windows with the unfinished one, and from those without.

    `unfinished` is None where that window has no data; `fresh` says that the present state is as
    young as that window's last minute.
    """
    if ALARM in (unfinished, finished) or (state == ALARM and fresh and unfinished):
        return ALARM
    return finished if state == ALARM or unfinished is None else unfinished


def is_final(comparison: str, statistic: str, *, breaching: bool) -> bool:
    """Whether more data in the same window cannot turn this verdict around by its nature.

    "Fewer than ten calls" is true of the first second of every minute.
    """
    return not (breaching and comparison.startswith("LessThan") and statistic in _GROWING)


class Alarms:
    """The alarms of all accounts and regions, and what is known of their last evaluation."""

    def __init__(self, cloudwatch: Any, scope: Any) -> None:  # noqa: ANN401 - emulator's modules
        self._cloudwatch, self._scope = cloudwatch, scope
        self._lock = threading.RLock()
        self._seen: dict[Key, tuple[Record, object]] = {}
        self._forced: dict[Key, tuple[Record, float]] = {}

    def force(self, key: Key, alarm: Record, now: float) -> None:
        """The alarm keeps the state it has for one period; a new configuration ends that."""
        with self._lock:
            self._forced[key] = (alarm, now + int(alarm.get("Period") or MINUTE))

    def evaluate_all(self, now: float) -> None:
        """Every alarm has the state that its data and the time call for."""
        alarms: dict[Key, Record] = self._cloudwatch._alarms._data  # noqa: SLF001
        for key, alarm in list(alarms.items()):
            with self._scope(key[0], key[1]):
                try:
                    self.evaluate(key, alarm, now)
                except Exception:
                    # One alarm's fault is not the next one's.
                    self._cloudwatch.logger.exception("alarm %s was not judged", key[2])
        with self._lock:
            for known in (self._seen, self._forced):
                for key in known.keys() - alarms.keys():
                    del known[key]

    def evaluate(self, key: Key, alarm: Record, now: float) -> None:
        """The alarm has its state; its actions follow a change. Within the alarm's scope."""
        if alarm.get("ComparisonOperator") not in BREACHES or not alarm.get("MetricName"):
            return
        with self._lock:
            points = self._points(alarm)
            if self._is_forced(key, alarm, now) or self._is_known(key, alarm, points, now):
                return
            state, reason, data = judged(self._cloudwatch, alarm, points, now)
            old = alarm["StateValue"]
            if state == old:
                return
            alarm |= {"StateValue": state, "StateReason": reason}
            alarm["StateReasonData"] = json.dumps(data)
            alarm["StateUpdatedTimestamp"] = alarm["StateTransitionedTimestamp"] = int(now)
            name = alarm["AlarmName"]
            self._cloudwatch._record_history(name, old, state, reason, reason_data=data)  # noqa: SLF001
            self._cloudwatch._dispatch_alarm_actions(alarm, old, state, reason)  # noqa: SLF001
            self._cloudwatch._evaluate_parent_alarms(alarm)  # noqa: SLF001

    def _points(self, alarm: Record) -> list[Record]:
        cloudwatch = self._cloudwatch
        dimensions = cloudwatch._dims_from_list(alarm.get("Dimensions") or [])  # noqa: SLF001
        key = (alarm["Namespace"], alarm["MetricName"], cloudwatch._dims_key(dimensions))  # noqa: SLF001
        points = list(cloudwatch._metrics.get(key) or ())  # noqa: SLF001
        unit = alarm.get("Unit")
        return [each for each in points if each["Unit"] == unit] if unit else points

    def _is_forced(self, key: Key, alarm: Record, now: float) -> bool:
        forced, until = self._forced.get(key, (None, 0.0))
        if forced is alarm and now < until:
            return True
        if forced is not None:
            del self._forced[key]
            self._seen.pop(key, None)
        return False

    def _is_known(self, key: Key, alarm: Record, points: list[Record], now: float) -> bool:
        """Whether nothing has come since the last evaluation, neither data nor a new window."""
        # Counts of the last few points may rise without a new point.
        counts = sum(each.get("Count", 1.0) for each in points[-4:])
        step = min(int(alarm.get("Period") or MINUTE), MINUTE)
        token = (len(points), counts, now // step, alarm["StateValue"])
        seen, last = self._seen.get(key, (None, None))
        self._seen[key] = (alarm, token)
        return seen is alarm and last == token


def judged(
    cloudwatch: Any,  # noqa: ANN401 - the emulator's module
    alarm: Record,
    points: list[Record],
    now: float,
) -> tuple[str, str, Record]:
    """The state of an alarm at a time, the reason in CloudWatch's words, and the reason's data."""
    period, periods = int(alarm.get("Period") or MINUTE), int(alarm.get("EvaluationPeriods") or 1)
    to_alarm = min(int(alarm.get("DatapointsToAlarm") or periods), periods)
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    state, step, missing = alarm["StateValue"], min(period, MINUTE), _missing(alarm)
    begun = now // step * step

    def values(end: float) -> list[float | None]:
        found = windows(points, end, period, periods + SPARE_WINDOWS)
        return [_value(cloudwatch, statistic, each) for each in found]

    def verdict_on(found: list[float | None]) -> str:
        flags = [None if each is None else _breaches(alarm, each) for each in found]
        return verdict(flags, periods, to_alarm, missing, state)

    latest, finished = values(begun + step), values(begun)
    known = latest[-1] is not None and is_final(
        alarm["ComparisonOperator"], statistic, breaching=_breaches(alarm, latest[-1])
    )
    early = verdict_on(latest) if known else None
    fresh = alarm.get("StateUpdatedTimestamp", 0) >= begun
    new = decided(early, verdict_on(finished), state, fresh=fresh)
    told = latest if early == new else finished
    real = [each for each in told if each is not None][-periods:]
    asked = datetime.fromtimestamp(now, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    data: Record = {"version": "1.0", "queryDate": asked, "statistic": statistic, "period": period}
    data |= {"recentDatapoints": real, "threshold": float(alarm.get("Threshold") or 0)}
    return new, _reason(alarm, new, real), data


def _missing(alarm: Record) -> str:
    # "Alarms that evaluate metrics in the AWS/DynamoDB namespace always ignore missing data."
    always = alarm["Namespace"] == "AWS/DynamoDB"
    return "ignore" if always else str(alarm.get("TreatMissingData") or "missing")


def _breaches(alarm: Record, value: float) -> bool:
    return BREACHES[alarm["ComparisonOperator"]](value, float(alarm.get("Threshold") or 0))


def _value(cloudwatch: Any, statistic: str, points: list[Record]) -> float | None:  # noqa: ANN401
    found = cloudwatch._calc_stats(points)  # noqa: SLF001
    return cloudwatch._stat_value(found, statistic, points) if found else None  # noqa: SLF001


def _reason(alarm: Record, state: str, real: list[float]) -> str:
    periods = int(alarm.get("EvaluationPeriods") or 1)
    if state == INSUFFICIENT:
        return f"Insufficient Data: {periods} datapoint(s) were unknown."
    if not real:
        none = f"no datapoints were received for {periods} period(s)"
        treated = "Breaching" if state == ALARM else "NonBreaching"
        return f"Threshold Crossed: {none}, and missing data was treated as [{treated}]."
    crossed = [each for each in real if _breaches(alarm, each) == (state == ALARM)]
    words = ("" if state == ALARM else "not ") + _WORDS[alarm["ComparisonOperator"]]
    share = f"{len(crossed)} out of the last {len(real)} datapoints {crossed or real}"
    threshold = float(alarm.get("Threshold") or 0)
    return f"Threshold Crossed: {share} was {words} the threshold ({threshold})."


def apply() -> None:
    """Judge alarms so: when data is put, when they are described, and every second."""
    cloudwatch: Any = importlib.import_module("ministack.services.cloudwatch")
    responses: Any = importlib.import_module("ministack.core.responses")
    alarms = Alarms(cloudwatch, responses.request_scope)
    set_state = cloudwatch._set_alarm_state  # noqa: SLF001

    def key_of(name: str) -> Key:
        return responses.get_account_id(), responses.get_region(), name

    def set_state_forced(params: Record, asked: Record, *protocol: bool) -> object:
        name = asked.get("AlarmName") or cloudwatch._p(params, "AlarmName")  # noqa: SLF001
        alarm = cloudwatch._alarms.get(name)  # noqa: SLF001
        if alarm is not None:
            alarms.force(key_of(name), alarm, time.time())
        return set_state(params, asked, *protocol)

    cloudwatch._evaluate_alarm = lambda alarm: alarms.evaluate(  # noqa: SLF001
        key_of(alarm["AlarmName"]), alarm, time.time()
    )
    cloudwatch._set_alarm_state = set_state_forced  # noqa: SLF001
    cloudwatch._dispatch_alarm_actions = _aside(cloudwatch._dispatch_alarm_actions)  # noqa: SLF001
    for name in ("_describe_alarms", "_describe_alarms_for_metric", "_describe_alarm_history"):
        setattr(cloudwatch, name, _evaluated(alarms, getattr(cloudwatch, name)))
    threading.Thread(target=_tick, args=(alarms,), daemon=True).start()


def _evaluated(alarms: Alarms, describe: Callable[..., object]) -> Callable[..., object]:
    def describe_evaluated(*request: object) -> object:
        alarms.evaluate_all(time.time())
        return describe(*request)

    return describe_evaluated


def _aside(dispatch: Callable[..., None]) -> Callable[..., None]:
    # In a thread of its own: a topic may call a function that asks for the alarm.
    def dispatch_aside(*change: object) -> None:
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(dispatch, *change), daemon=True).start()

    return dispatch_aside


def _tick(alarms: Alarms) -> None:
    while True:
        time.sleep(TICK_SECONDS)
        alarms.evaluate_all(time.time())
