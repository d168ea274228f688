"""The function Strategy: evaluates the stage's strategies, or one of them for a session."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shared.errors import WorkflowError
from shared.events import PartialSignalGenerated, SignalGenerated, Weights
from shared.market_data import BucketMarket
from shared.runtime import client, log, publish, reports, stage
from strategy_v2.dsl.errors import StrategyError
from strategy_v2.dsl.evaluator import evaluate
from strategy_v2.strategy_file import allocations, combined, read

from sam_deploy_runtime import resource_name

if TYPE_CHECKING:
    import datetime as dt


@reports("strategy")
def handle(event: dict[str, Any], _: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's context
    """Publish SignalGenerated for `{"mode": "trade"}`, PartialSignalGenerated for one strategy."""
    market = BucketMarket(client("s3"), resource_name("market-data"))
    if "strategy" in event:
        return _one(event, market)
    if event.get("mode") != "trade":
        message = f"unknown mode {event.get('mode')!r}: there is trade"
        raise WorkflowError(message)
    shares = allocations(stage())
    weights = combined((share, _evaluated(name, market)) for name, share in shares.items())
    signal = SignalGenerated(
        correlation_id=event.get("correlation_id") or str(uuid.uuid4()),
        weights=weights,
        as_of=_as_of(weights, market),
        strategies=tuple(shares),
    )
    publish(signal)
    log.info("signal", correlation_id=signal.correlation_id, symbols=len(weights))
    return signal.model_dump(mode="json")


def _one(event: dict[str, Any], market: BucketMarket) -> dict[str, Any]:
    name, share = event["strategy"], Decimal(event["share"])
    weights = _evaluated(name, market)
    partial = PartialSignalGenerated(
        correlation_id=event["correlation_id"],
        strategy=name,
        share=share,
        weights=weights,
        as_of=_as_of(weights, market),
    )
    publish(partial)
    return partial.model_dump(mode="json")


def _evaluated(name: str, market: BucketMarket) -> Weights:
    try:
        return evaluate(read(name), market)
    except StrategyError as error:
        message = f"{name}: {error}"
        raise WorkflowError(message) from error


def _as_of(weights: Weights, market: BucketMarket) -> dt.date:
    """Return the oldest of the last days: what all of it is known up to."""
    return min(market.as_of(symbol) for symbol in weights)
