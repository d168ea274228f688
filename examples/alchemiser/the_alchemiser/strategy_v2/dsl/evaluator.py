"""Nodes to weights, without recursion: each operator is a generator that yields what it needs.

A strategy may be nested 250 levels deep, and Python's own stack would be at its end before that.
"""

from __future__ import annotations

from strategy_v2.dsl.errors import EvaluationError, StrategyError
from strategy_v2.dsl.nodes import Call, Name, Node, Number, Text, Vector
from strategy_v2.dsl.operators import OPERATORS
from strategy_v2.dsl.scope import Market, Scope, Steps
from strategy_v2.dsl.values import Value, Weights, finished, weights_of


def evaluate(root: Node, market: Market) -> Weights:
    """Return the weights of a strategy, six places each and exactly 1 together.

    Raises EvaluationError, and NoDataError when a price that is needed is not there.
    """
    weights = finished(weights_of(value_of(root, Scope(market)), root))
    if not weights:
        raise EvaluationError("the strategy holds nothing", root)
    return weights


def value_of(root: Node, scope: Scope) -> Value:
    """Return what a node becomes."""
    running: list[Steps] = [_steps(root, scope)]
    value: Value | None = None
    error: StrategyError | None = None
    while running:
        try:
            if error is None:
                node, inner = running[-1].send(value)  # type: ignore[arg-type] # first None
            else:
                node, inner = running[-1].throw(error)
            value, error = None, None
            running.append(_steps(node, inner))
        except StopIteration as ended:
            running.pop()
            value, error = ended.value, None
        except StrategyError as raised:
            running.pop()
            value, error = None, raised
    if error is not None:
        raise error
    assert value is not None  # noqa: S101 - every generator returns a value
    return value


def _steps(node: Node, scope: Scope) -> Steps:
    match node:
        case Number(value=value):
            return value
        case Text(text=text):
            return text
        case Vector(items=items):
            values = []
            for item in items:
                values.append((yield item, scope))  # noqa: PERF401 - a yield each
            return tuple(values)
        case Call(items=(Name(text=name), *_)):
            if name not in OPERATORS:
                message = f"unknown operator `{name}`; there are {', '.join(sorted(OPERATORS))}"
                raise EvaluationError(message, node)
            return (yield from OPERATORS[name](node, scope))
        case Call():
            raise EvaluationError("a list begins with an operator", node)
        case Name(text=text):
            raise EvaluationError(f"`{text}` is an operator and stands in a list", node)
    raise EvaluationError("a map or a keyword has no value of its own", node)
