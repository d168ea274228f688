"""The 25 operators: 23 that do something, and two that always refuse.

Source of their meaning: reference of the original's language; names are Composer's.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from strategy_v2.dsl.errors import EvaluationError, NoDataError
from strategy_v2.dsl.nodes import Call, Map, Node, Number
from strategy_v2.dsl.scope import Operator, Scope, Steps
from strategy_v2.dsl.values import (
    ONE,
    Asset,
    Selection,
    Value,
    Weights,
    described,
    equal,
    normalised,
    symbols_of,
    weights_of,
)
from strategy_v2.indicators import INDICATORS, SMOOTHED, stdev_return

OPERATORS: dict[str, Operator] = {}


def _named(name: str) -> Callable[[Operator], Operator]:
    def register(run: Operator) -> Operator:
        OPERATORS[name] = run
        return run

    return register


@_named("defsymphony")
def _defsymphony(call: Call, scope: Scope) -> Steps:
    """`(defsymphony name config body)`: the whole, 1 together."""
    name, config, body = _arguments(call, 3, 3)
    if not isinstance((yield name, scope), str):
        raise EvaluationError("the name of a strategy is a text", name)
    if not isinstance(config, Map):
        raise EvaluationError("the configuration of a strategy is a map", config)
    return normalised(weights_of((yield body, scope), body))


@_named("if")
def _if(call: Call, scope: Scope) -> Steps:
    """`(if condition then [else])`: the other branch is not looked at."""
    condition, *branches = _arguments(call, 2, 3)
    chosen = yield condition, scope
    if not isinstance(chosen, bool):
        message = f"a condition is a comparison, not {described(chosen)}"
        raise EvaluationError(message, condition)
    if chosen:
        return (yield branches[0], scope)
    return (yield branches[1], scope) if len(branches) > 1 else {}


@_named("weight-equal")
def _weight_equal(call: Call, scope: Scope) -> Steps:
    """Each symbol below it once, with the same share; weights below are forgotten."""
    symbols: list[str] = []
    for node in _arguments(call, 1):
        symbols += symbols_of((yield node, scope), node)
    return equal(symbols)


@_named("weight-specified")
def _weight_specified(call: Call, scope: Scope) -> Steps:
    """`(weight-specified w a ...)`: each child is made 1 together, then scaled."""
    nodes = _arguments(call, 2)
    if len(nodes) % 2:
        raise EvaluationError("weights and assets come in pairs", call)
    total: Weights = {}
    for share, child in zip(nodes[::2], nodes[1::2], strict=True):
        weight = yield share, scope
        if not isinstance(weight, Decimal) or weight < 0:
            raise EvaluationError("a weight is a number that is not negative", share)
        for symbol, part in normalised(weights_of((yield child, scope), child)).items():
            total[symbol] = total.get(symbol, Decimal(0)) + weight * part
    return total


@_named("weight-inverse-volatility")
def _weight_inverse_volatility(call: Call, scope: Scope) -> Steps:
    """`(weight-inverse-volatility window a ...)`: calm symbols weigh more."""
    first, *nodes = _arguments(call, 2)
    window = _whole((yield first, scope), first)
    inverse: Weights = {}
    for node in nodes:
        for symbol in symbols_of((yield node, scope), node):
            try:
                closes = scope.market.closes(symbol, max(SMOOTHED, window + 1))
                volatility = stdev_return(closes, window)
            except NoDataError:
                continue
            # one that never moves says nothing about its risk
            if volatility > 0:
                inverse[symbol] = ONE / volatility
    if not inverse:
        message = f"{call.line}:{call.column}: none of the symbols has prices that move"
        raise NoDataError(message)
    return normalised(inverse)


@_named("group")
def _group(call: Call, scope: Scope) -> Steps:
    """`(group name body ...)`: a name for people; the weights of its bodies are added."""
    name, *bodies = _arguments(call, 2)
    if not isinstance((yield name, scope), str):
        raise EvaluationError("the name of a group is a text", name)
    values = []
    for body in bodies:
        values.append((yield body, scope))  # noqa: PERF401 - a yield each
    return weights_of(tuple(values), call)


@_named("asset")
def _asset(call: Call, scope: Scope) -> Steps:
    """`(asset symbol [name])`."""
    symbol, *name = _arguments(call, 1, 2)
    text = yield symbol, scope
    if not isinstance(text, str) or not text.strip():
        raise EvaluationError("the symbol of an asset is a text", symbol)
    if name and not isinstance((yield name[0], scope), str):
        raise EvaluationError("the name of an asset is a text", name[0])
    return Asset(text.strip())


@_named("filter")
def _filter(call: Call, scope: Scope) -> Steps:
    """`(filter condition [selection] portfolio)`: the best, the worst, or those that comply.

    The condition is asked for each symbol. Symbols without enough prices are left out.
    """
    condition, *chosen, portfolio = _arguments(call, 2, 3)
    selection = (yield chosen[0], scope) if chosen else None
    if chosen and not isinstance(selection, Selection):
        raise EvaluationError("a selection is select-top or select-bottom", chosen[0])
    symbols = symbols_of((yield portfolio, scope), portfolio)
    scores: dict[str, Value] = {}
    for symbol in symbols:
        try:
            scores[symbol] = yield condition, Scope(scope.market, symbol)
        except NoDataError:
            continue
    if not scores:
        message = f"{call.line}:{call.column}: none of the symbols has enough prices"
        raise NoDataError(message)
    return equal(_kept(scores, selection, condition))


def _kept(scores: dict[str, Value], selection: object, condition: Node) -> list[str]:
    truths = [score for score in scores.values() if isinstance(score, bool)]
    if not isinstance(selection, Selection):
        if len(truths) < len(scores):
            raise EvaluationError("without a selection the condition is a comparison", condition)
        return [symbol for symbol, score in scores.items() if score]
    numbers = {symbol: each for symbol, each in scores.items() if isinstance(each, Decimal)}
    if len(numbers) < len(scores):
        raise EvaluationError("what is sorted by is a number", condition)
    # Stable: of equal ones the first in the file comes first, whichever way it is sorted.
    ranked = sorted(numbers, key=numbers.__getitem__, reverse=selection.best)
    return ranked[: selection.count]


def _select(*, best: bool) -> Operator:
    def run(call: Call, scope: Scope) -> Steps:
        (node,) = _arguments(call, 1, 1)
        return Selection(_whole((yield node, scope), node), best)

    return run


OPERATORS["select-top"] = _select(best=True)
OPERATORS["select-bottom"] = _select(best=False)


def _compare(holds: Callable[[Decimal, Decimal], bool]) -> Operator:
    def run(call: Call, scope: Scope) -> Steps:
        left, right = _arguments(call, 2, 2)
        numbers = []
        for node in (left, right):
            value = yield node, scope
            if not isinstance(value, Decimal):
                message = f"numbers are compared, not {described(value)}"
                raise EvaluationError(message, node)
            numbers.append(value)
        return holds(*numbers)

    return run


for _sign, _holds in {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
}.items():
    OPERATORS[_sign] = _compare(_holds)


def _indicator(name: str) -> Operator:
    compute, usual = INDICATORS[name]

    def run(call: Call, scope: Scope) -> Steps:
        nodes = list(_arguments(call, 0, 2))
        symbol: str | None = scope.symbol
        if nodes and not isinstance(nodes[0], (Map, Number)):
            node = nodes.pop(0)
            given = yield node, scope
            symbol = given.symbol if isinstance(given, Asset) else str(given)
        if symbol is None:
            raise EvaluationError(f"`{name}` needs a symbol outside of a filter", call)
        window = usual
        if nodes:
            node = _window(nodes[0])
            window = _whole((yield node, scope), node)
        closes = scope.market.closes(symbol, max(SMOOTHED, window + 1))
        try:
            return compute(closes, window)
        except NoDataError as error:
            message = f"{call.line}:{call.column}: {symbol}: {error}"
            raise NoDataError(message) from error

    return run


def _window(node: Node) -> Node:
    """Return the days of `{:window n}`, or of a number alone."""
    if not isinstance(node, Map):
        return node
    options = dict(node.entries)
    if set(options) != {"window"}:
        raise EvaluationError("the option of an indicator is :window", node)
    return options["window"]


for _name in INDICATORS:
    OPERATORS[_name] = _indicator(_name)


def _refusing(name: str, instead: str) -> Operator:
    def run(call: Call, _: Scope) -> Steps:
        yield from ()  # a generator like the others
        raise EvaluationError(f"`{name}` says too little: write `{instead}`", call)

    return run


OPERATORS["ma"] = _refusing("ma", "moving-average-price")
OPERATORS["volatility"] = _refusing("volatility", "stdev-return")

USABLE: Final = tuple(sorted(set(OPERATORS) - {"ma", "volatility"}))


def _arguments(call: Call, least: int, most: int | None = None) -> tuple[Node, ...]:
    given = call.items[1:]
    if len(given) < least or (most is not None and len(given) > most):
        wanted = (
            f"{least}" if least == most else f"{least} to {most}" if most else f"{least} or more"
        )
        message = f"{wanted} arguments are wanted, not {len(given)}"
        raise EvaluationError(message, call)
    return given


def _whole(value: Value, node: Node) -> int:
    """Return a whole number that is at least 1."""
    if not isinstance(value, Decimal) or value != int(value) or value < 1:
        raise EvaluationError("a whole number from 1 on is wanted", node)
    return int(value)
