"""What an operator is given, and how it asks for more."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from strategy_v2.dsl.nodes import Call, Node
from strategy_v2.dsl.values import Value


class Market(Protocol):
    """Where prices come from."""

    def closes(self, symbol: str, at_most: int) -> Sequence[Decimal]:
        """Return the last closing prices, the oldest first. Raises NoDataError."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What an operator may ask: prices, and the symbol that a filter looks at."""

    market: Market
    symbol: str | None = None


Steps = Generator[tuple[Node, Scope], Value, Value]
"""Yields what is to be evaluated, is sent its value, and returns its own."""
Operator = Callable[[Call, Scope], Steps]
