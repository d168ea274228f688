"""The function Portfolio: plans the orders for a signal, once for each workflow."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from portfolio_v2 import rebalance
from shared import events
from shared.errors import WorkflowError
from shared.ledger import Ledger
from shared.market_data import BucketMarket
from shared.runtime import client, log, publish, reports, table
from strategy_v2.dsl.errors import NoDataError

from sam_deploy_runtime import resource_name, setting


@reports("portfolio")
def handle(event: dict[str, Any], _: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's context
    """Publish RebalancePlanned. A signal that comes again gets the plan that it got before."""
    signal = events.read(events.SignalGenerated, event)
    ledger = Ledger(table("trade-ledger"))
    ledger.open(Decimal(setting("PAPER_CASH")))
    holdings = ledger.holdings()
    market = BucketMarket(client("s3"), resource_name("market-data"))
    try:
        prices = {name: market.last(name) for name in {*signal.weights, *holdings.quantities}}
    except NoDataError as error:
        raise WorkflowError(str(error)) from error
    deployed = Decimal(setting("EQUITY_DEPLOYMENT_PCT"))
    planned = ledger.plan(
        events.RebalancePlanned(
            correlation_id=signal.correlation_id,
            orders=rebalance.orders(
                signal.weights, holdings.quantities, prices, holdings.cash, deployed
            ),
            equity=rebalance.equity(holdings.cash, holdings.quantities, prices),
        )
    )
    publish(planned)
    log.info("planned", correlation_id=planned.correlation_id, orders=len(planned.orders))
    return planned.model_dump(mode="json")
