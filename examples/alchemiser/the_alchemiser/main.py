"""The strategies on this computer, without AWS: what they would hold at generated prices."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from strategy_v2.dsl.evaluator import evaluate
from strategy_v2.market.walk import GeneratedMarket
from strategy_v2.strategy_file import allocations, combined, read

if TYPE_CHECKING:
    from collections.abc import Sequence

DAYS = 500


def main(arguments: Sequence[str] | None = None) -> int:
    """Print symbol and weight of everything that a stage's strategies hold together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", choices=("dev", "prod"), default="dev")
    parser.add_argument("--days", type=int, default=DAYS, help="trading days of prices")
    chosen = parser.parse_args(arguments)
    market = GeneratedMarket(chosen.days)
    parts = [
        (share, evaluate(read(name), market)) for name, share in allocations(chosen.stage).items()
    ]
    for symbol, weight in combined(parts).items():
        print(f"{symbol:6} {weight}")  # noqa: T201 - its purpose
    return 0
