from __future__ import annotations

import math

import pytest

from bench.results import Case, Results, Series, fitted, from_json, ratio, to_json


def test_the_median_is_the_middle_run_and_the_spread_its_neighbours() -> None:
    """One slow run does not move the figure, but it is shown."""
    series = Series("a", {"seconds": (0.3, 9.0, 0.2)})

    assert 0.3 == series.median("seconds")
    assert (0.2, 9.0) == series.spread("seconds")


def test_a_metric_that_was_not_measured_has_no_median() -> None:
    """Nothing is told as zero."""
    assert None is Series("a", {"seconds": (1.0,)}).median("peak_bytes")


def test_a_ratio_says_how_many_times_less_ours_is() -> None:
    """Above 1 is better; nothing at all is infinitely less."""
    assert 5.0 == ratio(22.0, 4.4)
    assert 0.5 == ratio(1.0, 2.0)
    assert math.inf == ratio(1.0, 0.0)


def test_the_fitted_line_goes_through_points_that_lie_on_one() -> None:
    """A base and a slope come back as they went in."""
    line = fitted([(float(x), 0.2 + 0.0005 * x) for x in (1, 10, 100, 1000)])

    assert 0.2 == pytest.approx(line.base)
    assert 0.0005 == pytest.approx(line.slope)
    assert 0.7 == pytest.approx(line.at(1000))


def test_the_largest_app_does_not_decide_the_line_alone() -> None:
    """Relative distances count: small apps keep their weight."""
    line = fitted([(1.0, 0.2), (10.0, 0.2), (100.0, 0.25), (1000.0, 2.0)])

    assert 0.2 == pytest.approx(line.at(1), rel=0.25)


def test_results_survive_being_written() -> None:
    """The raw figures can be read again as they were."""
    series = Series("a", {"seconds": [1.5, 2.0]})
    case = Case("cold", "Cold", (series,), ("a note",))
    results = Results("2026-11-20", {"cores": "2"}, {"Python": "3.11.7"}, 2, (case,), ("x: why",))

    assert results == from_json(to_json(results))
