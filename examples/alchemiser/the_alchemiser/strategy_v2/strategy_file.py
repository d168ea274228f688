"""The strategies that are packed with the code, and how much of the money each gets."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shared.errors import WorkflowError
from strategy_v2.dsl.nodes import Call, Map, Name, Node, Text, Vector
from strategy_v2.dsl.parser import parse
from strategy_v2.dsl.values import Weights, finished
from strategy_v2.indicators import INDICATORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT: Final = Path(__file__).parents[1]
STRATEGIES: Final = ROOT / "strategy_v2" / "strategies"
CONFIG: Final = ROOT / "config"
TOLERANCE: Final = Decimal("0.01")


def allocations(stage: str) -> dict[str, Decimal]:
    """Return strategy file -> its share, of `config/strategy.<stage>.json`; 1 together, nearly.

    Raises WorkflowError.
    """
    file = CONFIG / f"strategy.{stage}.json"
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        message = f"there is no config/{file.name}"
        raise WorkflowError(message) from error
    shares = {name: Decimal(share) for name, share in json.loads(text)["strategies"].items()}
    check(shares, file.name)
    return shares


def check(shares: Mapping[str, Decimal], where: str) -> None:
    """Raise WorkflowError unless the shares are positive, and 1 together within 0.01."""
    total = sum(shares.values(), Decimal(0))
    if abs(total - 1) > TOLERANCE or any(share <= 0 for share in shares.values()):
        message = f"the shares in {where} are {total} together, not 1"
        raise WorkflowError(message)


def read(name: str) -> Node:
    """Return a strategy. Raises WorkflowError, StrategySyntaxError."""
    file = STRATEGIES / name
    if file.parent != STRATEGIES or not file.is_file():
        message = f"there is no strategy {name!r}"
        raise WorkflowError(message)
    return parse(file.read_text(encoding="utf-8"))


def combined(parts: Iterable[tuple[Decimal, Mapping[str, Decimal]]]) -> Weights:
    """Return the weights of several strategies by their shares, 1 together."""
    total: Weights = {}
    for share, weights in parts:
        for symbol, weight in weights.items():
            total[symbol] = total.get(symbol, Decimal(0)) + share * weight
    return finished(total)


def symbols(root: Node) -> set[str]:
    """Return every symbol that a strategy may hold or ask about, in either branch."""
    return set(_symbols(root))


def _symbols(root: Node) -> Iterator[str]:
    waiting = [root]
    while waiting:
        match waiting.pop():
            case Call(items=(Name(text=name), Text(text=symbol), *rest)) if (
                name == "asset" or name in INDICATORS
            ):
                yield symbol
                waiting += rest
            case Call(items=items) | Vector(items=items):
                waiting += items
            case Map(entries=entries):
                waiting += [value for _, value in entries]
