"""Indicators of a series of closing prices, the oldest first. Pure, in Decimal.

Returns and drawdowns are in percent. Each raises NoDataError when there are too few prices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from strategy_v2.dsl.errors import NoDataError

Closes = Sequence[Decimal]
HUNDRED: Final = Decimal(100)
SMOOTHED: Final = 250
"""Prices that a smoothed indicator looks back on: what is older counts for nothing."""


def rsi(closes: Closes, window: int) -> Decimal:
    """Relative strength index, 0-100, with Wilder's smoothing; 50 when no price moved."""
    _need(closes, window + 1)
    changes = [later - earlier for earlier, later in _pairs(closes)]
    gain = _mean([max(change, Decimal(0)) for change in changes[:window]])
    loss = _mean([max(-change, Decimal(0)) for change in changes[:window]])
    for change in changes[window:]:
        gain = (gain * (window - 1) + max(change, Decimal(0))) / window
        loss = (loss * (window - 1) + max(-change, Decimal(0))) / window
    if gain + loss == 0:
        return Decimal(50)
    return HUNDRED * gain / (gain + loss)


def current_price(closes: Closes, _: int) -> Decimal:
    """Return the last price."""
    _need(closes, 1)
    return closes[-1]


def moving_average_price(closes: Closes, window: int) -> Decimal:
    """Return the mean of the last prices."""
    _need(closes, window)
    return _mean(closes[-window:])


def exponential_moving_average_price(closes: Closes, window: int) -> Decimal:
    """Return the mean of the prices, the later the heavier: 2 / (window + 1)."""
    _need(closes, window)
    weight = Decimal(2) / (window + 1)
    average = closes[0]
    for close in closes[1:]:
        average += weight * (close - average)
    return average


def moving_average_return(closes: Closes, window: int) -> Decimal:
    """Return the mean of the last daily returns."""
    return _mean(_returns(closes, window))


def cumulative_return(closes: Closes, window: int) -> Decimal:
    """Return how much the price rose over the window."""
    _need(closes, window + 1)
    return HUNDRED * (closes[-1] / closes[-window - 1] - 1)


def stdev_return(closes: Closes, window: int) -> Decimal:
    """Return the standard deviation (of a sample) of the last daily returns."""
    returns = _returns(closes, max(window, 2))
    mean = _mean(returns)
    squares = sum(((each - mean) ** 2 for each in returns), Decimal(0))
    return (squares / (len(returns) - 1)).sqrt()


def max_drawdown(closes: Closes, window: int) -> Decimal:
    """Return the deepest fall from a height before it, within the window; never negative."""
    _need(closes, window)
    deepest, height = Decimal(0), closes[-window]
    for close in closes[-window:]:
        height = max(height, close)
        deepest = max(deepest, (height - close) / height)
    return HUNDRED * deepest


INDICATORS: Final[dict[str, tuple[Callable[[Closes, int], Decimal], int]]] = {
    "rsi": (rsi, 14),
    "current-price": (current_price, 1),
    "moving-average-price": (moving_average_price, 200),
    "moving-average-return": (moving_average_return, 21),
    "cumulative-return": (cumulative_return, 60),
    "exponential-moving-average-price": (exponential_moving_average_price, 12),
    "stdev-return": (stdev_return, 6),
    "max-drawdown": (max_drawdown, 60),
}
"""Operator -> the indicator and its usual window, in days."""


def _need(closes: Closes, count: int) -> None:
    if len(closes) < count:
        message = f"{count} closing prices are needed, there are {len(closes)}"
        raise NoDataError(message)


def _returns(closes: Closes, window: int) -> list[Decimal]:
    _need(closes, window + 1)
    return [HUNDRED * (later / earlier - 1) for earlier, later in _pairs(closes[-window - 1 :])]


def _pairs(closes: Closes) -> list[tuple[Decimal, Decimal]]:
    return list(pairwise(closes))


def _mean(values: Sequence[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)
