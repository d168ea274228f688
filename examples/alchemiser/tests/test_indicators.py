"""Indicators against other ways to compute them: the statistics module, pandas, the definition."""

from __future__ import annotations

import statistics
from decimal import Decimal
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategy_v2 import indicators
from strategy_v2.dsl.errors import NoDataError

prices = st.lists(st.decimals("0.01", 10_000, places=2), min_size=31, max_size=60)
windows = st.integers(2, 30)


def close(expected: float, actual: Decimal) -> None:
    assert pytest.approx(expected, rel=1e-9, abs=1e-9) == float(actual)


def returns(series: list[Decimal], window: int) -> list[float]:
    changes = [float(b) / float(a) - 1 for a, b in pairwise(series)]
    return [100 * change for change in changes[-window:]]


@given(prices, windows)
def test_deviation_and_means_are_those_of_statistics(series: list[Decimal], window: int) -> None:
    """The sample's standard deviation, and plain means."""
    close(statistics.stdev(returns(series, window)), indicators.stdev_return(series, window))
    close(
        statistics.fmean(returns(series, window)), indicators.moving_average_return(series, window)
    )
    mean = statistics.fmean(float(each) for each in series[-window:])
    close(mean, indicators.moving_average_price(series, window))


@given(prices, windows)
def test_the_exponential_average_is_that_of_pandas(series: list[Decimal], window: int) -> None:
    """`ewm(span, adjust=False)`."""
    expected = pd.Series([float(each) for each in series]).ewm(span=window, adjust=False).mean()
    close(expected.iloc[-1], indicators.exponential_moving_average_price(series, window))


@given(prices, windows)
def test_strength_is_that_of_wilder(series: list[Decimal], window: int) -> None:
    """Means of the first window, then `ewm(alpha=1/window)` from there on; between 0 and 100."""
    changes = [float(b - a) for a, b in pairwise(series)]

    def smoothed(parts: list[float]) -> float:
        start = [statistics.fmean(parts[:window]), *parts[window:]]
        return float(pd.Series(start).ewm(alpha=1 / window, adjust=False).mean().iloc[-1])

    gain = smoothed([max(change, 0) for change in changes])
    loss = smoothed([max(-change, 0) for change in changes])
    expected = 50.0 if gain + loss == 0 else 100 * gain / (gain + loss)
    close(expected, indicators.rsi(series, window))
    assert 0 <= indicators.rsi(series, window) <= 100


@given(prices, windows)
def test_the_drawdown_is_the_deepest_of_all_pairs(series: list[Decimal], window: int) -> None:
    """From any day to any later one, within the window."""
    last = [float(each) for each in series[-window:]]
    falls = [100 * (a - b) / a for day, a in enumerate(last) for b in last[day:]]
    close(max(falls), indicators.max_drawdown(series, window))


def test_returns_over_a_window_are_exact() -> None:
    """In percent, in Decimal: 100 to 110 is 10, and not nearly."""
    series = [Decimal(100), Decimal(90), Decimal(110)]
    assert Decimal(10) == indicators.cumulative_return(series, 2)
    assert Decimal(110) == indicators.current_price(series, 1)


def test_what_only_rises_or_falls_or_stands_still_is_at_the_ends_and_in_the_middle() -> None:
    """100, 0 and 50: no division by zero."""
    rising = [Decimal(day) for day in range(1, 40)]
    assert Decimal(100) == indicators.rsi(rising, 14)
    assert Decimal(0) == indicators.rsi(rising[::-1], 14)
    assert Decimal(50) == indicators.rsi([Decimal(7)] * 40, 14)
    assert (Decimal(0), Decimal(0)) == (
        indicators.stdev_return([Decimal(7)] * 40, 6),
        indicators.max_drawdown(rising, 30),
    )


@pytest.mark.parametrize("name", sorted(indicators.INDICATORS))
def test_each_indicator_says_how_many_prices_it_lacks(name: str) -> None:
    """With its usual window: none at all is too few, and its own length suffices."""
    compute, usual = indicators.INDICATORS[name]
    with pytest.raises(NoDataError, match="there are 0"):
        compute([], usual)
    compute([Decimal(1)] * (usual + 1), usual)
