"""What can be wrong with a strategy.

StrategyError
├── StrategySyntaxError    it cannot be read
├── EvaluationError        it makes no sense: an unknown operator, a wrong argument
└── NoDataError            the market has too few prices of a symbol
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from strategy_v2.dsl.nodes import Node


class StrategyError(Exception):
    """A strategy gives no weights."""


class StrategySyntaxError(StrategyError):
    """The text is no strategy. The message begins with line and column."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(f"{line}:{column}: {message}")
        self.line = line
        self.column = column


class EvaluationError(StrategyError):
    """A node cannot be evaluated. The message begins with line and column."""

    def __init__(self, message: str, node: Node) -> None:
        super().__init__(f"{node.line}:{node.column}: {message}")


class NoDataError(StrategyError):
    """A symbol has too few prices."""
