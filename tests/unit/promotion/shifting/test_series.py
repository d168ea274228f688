"""Figures of a shift by the minute: old and new, of all functions that move together."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.promotion.conftest import NEW, OLD, flip_of

from sam_deploy.promotion.model import Flip, Version
from sam_deploy.promotion.shifting import series
from sam_deploy.promotion.shifting.series import Point

HERE = "eu-west-1"
API = flip_of(HERE)
WORKER = Flip(HERE, "WorkerFunction", "Worker", "prod", replace(OLD, number="8"), NEW, "r")


def test_each_version_of_a_function_is_measured_by_way_of_its_alias() -> None:
    """Sums of calls and errors, and the median of durations."""
    metrics = series.asked([API])
    assert [
        ("46", "Invocations", "Sum"),
        ("46", "Errors", "Sum"),
        ("46", "Duration", "p50"),
        ("47", "Invocations", "Sum"),
        ("47", "Errors", "Sum"),
        ("47", "Duration", "p50"),
    ] == [(each.dimensions["ExecutedVersion"], each.name, each.statistic) for each in metrics]
    assert {"ApiFunction:prod"} == {each.dimensions["Resource"] for each in metrics}
    assert len(metrics) == series.metrics_of([API])


def test_one_function_has_its_versions_numbers() -> None:
    """A minute without calls has no duration, and minutes of both sides are apart."""
    answers = [((60.0, 9.0),), ((60.0, 1.0),), ((60.0, 20.0),), ((120.0, 0.0),), (), ()]
    assert [
        Point(60.0, HERE, "46", "old", 9, 1, 20.0),
        Point(120.0, HERE, "47", "new", 0, 0, None),
    ] == list(series.told(HERE, [API], answers))


def test_several_functions_are_summed_and_durations_weighted_by_calls() -> None:
    """Old versions that have other numbers are called old."""
    one = [((60.0, 30.0),), ((60.0, 1.0),), ((60.0, 10.0),)]
    other = [((60.0, 10.0),), ((60.0, 2.0),), ((60.0, 50.0),)]
    found = list(series.told(HERE, [API, WORKER], [*one, *one, *other, *other]))
    assert [("old", "old", 40, 3, 20.0), ("new", "47", 40, 3, 20.0)] == [
        (each.side, each.version, each.invocations, each.errors, each.duration_p50_ms)
        for each in found
    ]


def test_a_function_that_is_new_has_no_old_figures() -> None:
    """Nobody was served before."""
    new = replace(API, before=Version())
    assert 3 == len(series.asked([new]))
    (point,) = series.told(HERE, [new], [((60.0, 5.0),), (), ()])
    assert ("new", 5) == (point.side, point.invocations)
