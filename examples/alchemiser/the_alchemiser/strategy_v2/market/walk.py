"""Made-up prices: a random walk for each symbol, always the same one.

A longer walk begins like a shorter one, so that a new day changes no old price.
"""

from __future__ import annotations

import hashlib
import math
import random
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

CENT: Final = Decimal("0.01")


def closes(symbol: str, days: int) -> list[Decimal]:
    """Return as many closing prices in cents, the oldest first; none is below a cent."""
    seed = int.from_bytes(hashlib.sha256(symbol.encode()).digest()[:8])
    # Reproducible on purpose; nothing here is a secret.
    chance = random.Random(seed)  # noqa: S311
    price = chance.uniform(20, 400)
    drift, volatility = chance.uniform(-0.0002, 0.0006), chance.uniform(0.004, 0.03)
    series = []
    for _ in range(days):
        price *= math.exp(drift + volatility * chance.gauss(0, 1))
        series.append(max(Decimal(price).quantize(CENT), CENT))
    return series


class GeneratedMarket:
    """A market in memory, of so many days."""

    def __init__(self, days: int) -> None:
        self._days = days

    def closes(self, symbol: str, at_most: int) -> Sequence[Decimal]:
        """Return the last closing prices."""
        return closes(symbol, self._days)[-at_most:]
