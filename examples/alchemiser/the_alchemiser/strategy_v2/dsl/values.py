"""What nodes become: numbers, truth, text, assets, weights, and vectors of these. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from strategy_v2.dsl.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from strategy_v2.dsl.nodes import Node

ONE: Final = Decimal(1)
PLACES: Final = Decimal("0.000001")
"""Weights that leave the evaluator have six places, and are exactly 1 together."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One symbol that can be held."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Selection:
    """How many of the best, or of the worst, are kept."""

    count: int
    best: bool


Weights = dict[str, Decimal]
"""Symbol -> share, not negative; whether they are 1 together depends on where they come from."""
Value = Decimal | bool | str | Asset | Selection | Weights | tuple["Value", ...]


def weights_of(value: Value, node: Node) -> Weights:
    """Return what a value holds; the same symbol in several places is added up."""
    total: Weights = {}
    for each in _leaves(value):
        if isinstance(each, Asset):
            each = {each.symbol: ONE}  # noqa: PLW2901 - one asset is all of it
        if not isinstance(each, dict):
            message = f"assets or weights are wanted here, not {described(each)}"
            raise EvaluationError(message, node)
        for symbol, weight in each.items():
            total[symbol] = total.get(symbol, Decimal(0)) + weight
    return total


def symbols_of(value: Value, node: Node) -> list[str]:
    """Return every symbol in a value once, in their order; their weights are forgotten."""
    return list(weights_of(value, node))


def equal(symbols: Iterable[str]) -> Weights:
    """Return each symbol with the same share."""
    chosen = list(dict.fromkeys(symbols))
    return {symbol: ONE / len(chosen) for symbol in chosen}


def normalised(weights: Mapping[str, Decimal]) -> Weights:
    """Return the weights so that they are 1 together; none when there are none."""
    total = sum(weights.values(), Decimal(0))
    if total == 0:
        return {}
    return {symbol: weight / total for symbol, weight in weights.items()}


def finished(weights: Mapping[str, Decimal]) -> Weights:
    """Return weights of six places that are exactly 1 together: the largest takes the rest."""
    rounded = {symbol: weight.quantize(PLACES) for symbol, weight in normalised(weights).items()}
    if rounded:
        # of equal ones the first by name, so that the order of a file changes nothing
        largest = min(rounded, key=lambda symbol: (-rounded[symbol], symbol))
        rounded[largest] += ONE - sum(rounded.values())
    return {symbol: weight for symbol, weight in sorted(rounded.items()) if weight > 0}


def described(value: Value) -> str:
    """Return a kind of value in words."""
    kinds = {bool: "truth", Decimal: "a number", str: "a text", Selection: "a selection"}
    return kinds.get(type(value), "assets")


def _leaves(value: Value) -> Iterable[Value]:
    """Yield what is in vectors, however deep, in its order."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, tuple):
            waiting += reversed(each)
        else:
            yield each
