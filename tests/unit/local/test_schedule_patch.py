"""The pure part of the patch that runs one-time schedules, loaded by path as in the emulator."""

from __future__ import annotations

import importlib.util
from types import ModuleType, SimpleNamespace
from typing import Any, TypeAlias

import pytest

from sam_deploy.local.emulator import LAUNCHER

Record: TypeAlias = dict[str, Any]

KEY = ("000000000000", "eu-west-1", "default/guard")


@pytest.fixture(scope="module")
def patch() -> ModuleType:
    path = LAUNCHER.with_name("patches") / "universal_targets.py"
    spec = importlib.util.spec_from_file_location("loaded_universal_targets", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def schedule(second: int, **more: str) -> Record:
    return {"ScheduleExpression": f"at(1970-01-01T00:00:{second:02d})", "State": "ENABLED", **more}


class Ran:
    """The schedules of one region, and what was fired."""

    def __init__(self, patch: ModuleType) -> None:
        self.records: dict[tuple[str, str, str], Record] = {}
        self.fired: list[Record] = []
        held = SimpleNamespace(_schedules=SimpleNamespace(_data=self.records))
        self.schedules = patch.Schedules(held, lambda _, record: self.fired.append(record))

    def write(self, record: Record) -> None:
        """As CreateSchedule and UpdateSchedule do: a new record for each state."""
        self.schedules.between_runs(self.records.__setitem__)(KEY, record)


@pytest.fixture
def ran(patch: ModuleType) -> Ran:
    return Ran(patch)


@pytest.mark.parametrize(
    ("expression", "zone", "expected"),
    [
        ("at(1970-01-02T00:00:00)", None, 86400),
        ("at(1970-01-02T00:00:00)", "UTC", 86400),
        (" at( 1970-01-02T00:00:00 ) ", "UTC", 86400),
        ("at(1970-01-02T09:00:00)", "Asia/Tokyo", 86400),
        ("at(1970-01-02T00:00:00)", "Nowhere/Atall", None),
        ("at(tomorrow)", "UTC", None),
        ("rate(5 minutes)", "UTC", None),
        ("cron(0 9 * * ? *)", "UTC", None),
    ],
)
def test_a_time_is_read_in_its_zone(
    patch: ModuleType, expression: str, zone: str | None, expected: float | None
) -> None:
    """Only `at(...)` is a time; what cannot be read is none."""
    given = {"ScheduleExpression": expression, "ScheduleExpressionTimezone": zone}
    assert expected == patch.due_at(given)


def test_a_schedule_runs_once_and_not_before_its_time(ran: Ran) -> None:
    """Looked at again and again, it has run once."""
    ran.write(record := schedule(10))
    ran.schedules.run_due(9.9)
    assert [] == ran.fired
    for now in (10, 11, 12):
        ran.schedules.run_due(now)
    assert [record] == ran.fired


def test_a_disabled_schedule_does_not_run(ran: Ran) -> None:
    """Its time passes without a run."""
    ran.write(schedule(10, State="DISABLED"))
    ran.schedules.run_due(11)
    assert [] == ran.fired


def test_a_schedule_may_delete_itself(ran: Ran) -> None:
    """With ActionAfterCompletion DELETE it is gone once it has run."""
    ran.write(schedule(10, ActionAfterCompletion="DELETE"))
    ran.schedules.run_due(11)
    assert (1, {}) == (len(ran.fired), ran.records)


def test_a_moved_schedule_runs_at_its_new_time_only(ran: Ran) -> None:
    """Whether it had run before or not."""
    ran.write(schedule(10))
    ran.write(moved := schedule(20))
    ran.schedules.run_due(11)
    assert [] == ran.fired
    ran.schedules.run_due(21)
    ran.write(again := schedule(30))
    ran.schedules.run_due(31)
    assert [moved, again] == ran.fired


def test_what_has_run_stays_so_when_something_else_is_changed(ran: Ran) -> None:
    """A new description at the same time is no new run; the same name made anew is one."""
    ran.write(schedule(10))
    ran.schedules.run_due(11)
    ran.write(schedule(10, Description="new"))
    ran.schedules.run_due(12)
    assert 1 == len(ran.fired)
    ran.schedules.between_runs(ran.records.pop)(KEY)
    ran.write(schedule(10))
    ran.schedules.run_due(13)
    assert 2 == len(ran.fired)


def test_a_schedule_that_is_replaced_while_others_run_is_left_alone(ran: Ran) -> None:
    """What was seen at the beginning of a look is no reason to run it."""
    later = ("000000000000", "eu-west-1", "default/later")
    ran.write(schedule(10))
    ran.records[later] = schedule(10)

    class Moving(list[Record]):
        def append(self, record: Record) -> None:
            super().append(record)
            ran.records[later] = schedule(50)

    ran.fired = Moving()
    ran.schedules.run_due(11)
    assert 1 == len(ran.fired)


@pytest.mark.parametrize(
    ("action", "given", "why"),
    [
        ("ec2:stopInstances", "{}", "lambda:invoke and sqs:sendMessage only"),
        ("lambda:updateAlias", "{", "its Input is no JSON: "),
        ("lambda:updateAlias", "[]", "its Input is no JSON object"),
    ],
)
def test_a_target_that_cannot_be_called_says_why(
    patch: ModuleType, action: str, given: str, why: str
) -> None:
    """An API that is not known, and parameters that are none."""
    targets = patch.Targets(lambdas=None)
    with pytest.raises(patch.RefusedError, match=why):
        targets.call(patch.PREFIX + action, given)
