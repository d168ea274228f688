"""The pure part of the patch that judges alarms, loaded by path as in the emulator.

The tables are those of the CloudWatch user guide, "Configuring how CloudWatch alarms treat missing
data": `X` is a breaching window, `0` one that is not, `-` one without data, the newest at the end.
"""

from __future__ import annotations

import importlib.util
from types import ModuleType
from typing import Any

import pytest

from sam_deploy.local.emulator import LAUNCHER

FLAGS = {"X": True, "0": False, "-": None}
TREATED = ("missing", "ignore", "breaching", "notBreaching")
KEPT = "the present state"


@pytest.fixture(scope="module")
def alarms() -> ModuleType:
    path = LAUNCHER.with_name("patches") / "alarm_evaluation.py"
    spec = importlib.util.spec_from_file_location("loaded_alarm_evaluation", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("state", ["OK", "ALARM", "INSUFFICIENT_DATA"])
@pytest.mark.parametrize(
    ("seen", "to_alarm", "expected"),
    [
        ("0-X-X", 3, ("OK", "OK", "OK", "OK")),
        ("----0", 3, ("OK", "OK", "OK", "OK")),
        ("-----", 3, ("INSUFFICIENT_DATA", KEPT, "ALARM", "OK")),
        ("0XX-X", 3, ("ALARM", "ALARM", "ALARM", "ALARM")),
        ("--X--", 3, ("ALARM", KEPT, "ALARM", "OK")),
        ("0-X-X", 2, ("ALARM", "ALARM", "ALARM", "ALARM")),
        ("00X0X", 2, ("ALARM", "ALARM", "ALARM", "ALARM")),
        ("0-X--", 2, ("OK", "OK", "ALARM", "OK")),
        ("----0", 2, ("OK", "OK", "ALARM", "OK")),
        ("---X-", 2, ("ALARM", KEPT, "ALARM", "OK")),
    ],
)
def test_missing_data_is_treated_as_in_the_tables_of_aws(
    alarms: ModuleType, seen: str, to_alarm: int, expected: tuple[str, ...], state: str
) -> None:
    """Three evaluation periods, three or two datapoints to alarm, a range of five."""
    flags = [FLAGS[each] for each in seen]
    found = tuple(alarms.verdict(flags, 3, to_alarm, treated, state) for treated in TREATED)
    assert tuple(state if each is KEPT else each for each in expected) == found


@pytest.mark.parametrize("seen", ["----X", "---X-"])
def test_an_alarm_is_not_raised_by_the_first_breach_of_three(alarms: ModuleType, seen: str) -> None:
    """The next window may be good: not yet an alarm, as AWS describes it."""
    assert "OK" == alarms.verdict([FLAGS[each] for each in seen], 3, 3, "missing", "OK")


def test_points_lie_in_the_window_that_holds_them(alarms: ModuleType) -> None:
    """A window holds its beginning and not its end; what is older or newer is left out."""
    points: list[dict[str, Any]] = [{"Timestamp": at} for at in (-1, 0, 59, 60, 119, 120)]
    found = alarms.windows(points, 120, 60, 2)
    assert [[0, 59], [60, 119]] == [[each["Timestamp"] for each in window] for window in found]


@pytest.mark.parametrize(
    ("unfinished", "finished", "state", "fresh", "expected"),
    [
        ("ALARM", "OK", "OK", False, "ALARM"),
        ("ALARM", "INSUFFICIENT_DATA", "INSUFFICIENT_DATA", False, "ALARM"),
        ("OK", "ALARM", "OK", False, "ALARM"),
        ("OK", "INSUFFICIENT_DATA", "INSUFFICIENT_DATA", False, "OK"),
        (None, "INSUFFICIENT_DATA", "OK", False, "INSUFFICIENT_DATA"),
        ("OK", "ALARM", "ALARM", False, "ALARM"),
        ("OK", "OK", "ALARM", True, "ALARM"),
        ("OK", "OK", "ALARM", False, "OK"),
        (None, "OK", "ALARM", False, "OK"),
        ("OK", "OK", "OK", True, "OK"),
    ],
)
def test_an_unfinished_window_raises_an_alarm_and_ends_none(
    alarms: ModuleType,
    unfinished: str | None,
    finished: str,
    state: str,
    fresh: bool,  # noqa: FBT001
    expected: str,
) -> None:
    """An alarm comes at once, and lasts at least until the window in which it came has ended."""
    assert expected == alarms.decided(unfinished, finished, state, fresh=fresh)


@pytest.mark.parametrize(
    ("comparison", "statistic", "breaching", "expected"),
    [
        ("GreaterThanThreshold", "Sum", True, True),
        ("LessThanThreshold", "Sum", True, False),
        ("LessThanOrEqualToThreshold", "SampleCount", True, False),
        ("LessThanThreshold", "Sum", False, True),
        ("LessThanThreshold", "Minimum", True, True),
        ("LessThanThreshold", "Average", True, True),
    ],
)
def test_too_little_is_not_said_before_the_window_has_ended(
    alarms: ModuleType,
    comparison: str,
    statistic: str,
    breaching: bool,  # noqa: FBT001
    expected: bool,  # noqa: FBT001
) -> None:
    """A sum below its limit may still grow; one above it stays above."""
    assert expected is alarms.is_final(comparison, statistic, breaching=breaching)
