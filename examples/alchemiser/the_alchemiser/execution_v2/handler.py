"""The function Execution: carries out plans on paper. There is no broker behind it.

A message that fails goes back to the queue alone, and after three times to the dead letters.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from shared import events
from shared.ledger import Ledger, Rejected
from shared.runtime import log, publish, table


def handle(event: dict[str, Any], _: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's context
    """Return the messages that failed, as SQS wants to know them (ReportBatchItemFailures)."""
    failed = []
    for record in event["Records"]:
        try:
            _execute(json.loads(record["body"]))
        except Exception:  # noqa: BLE001 - whatever it is, the other messages go on and this one comes again
            log.exception("message failed", message_id=record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def _execute(envelope: dict[str, Any]) -> None:
    planned = events.read(events.RebalancePlanned, envelope)
    ledger, plan_id = Ledger(table("trade-ledger")), planned.correlation_id
    if ledger.is_announced(plan_id):
        log.info("executed before", correlation_id=plan_id)
        return
    done, rejected = [], []
    for order in planned.orders:
        try:
            ledger.trade(plan_id, order, dt.datetime.now(dt.UTC))
            done.append(order)
        except Rejected as verdict:
            log.warning("rejected", correlation_id=plan_id, reason=str(verdict))
            rejected.append(order)
    after = ledger.holdings()
    publish(
        events.TradeExecuted(
            correlation_id=plan_id,
            trades=tuple(done),
            rejected=tuple(rejected),
            cash=after.cash,
            equity=planned.equity,
            realized=after.realized,
        ),
        events.WorkflowCompleted(correlation_id=plan_id),
    )
    ledger.announced(plan_id)
    log.info("executed", correlation_id=plan_id, trades=len(done), rejected=len(rejected))
