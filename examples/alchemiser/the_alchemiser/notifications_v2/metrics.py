"""The function Metrics, in prod only: what was earned, and how much of the money is at work."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from shared import events
from shared.runtime import client, stage


def handle(event: dict[str, Any], _: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's context
    """Put RealizedPnL (dollars) and CapitalDeployedPct (percent) into `Alchemiser/<Stage>`."""
    executed = events.read(events.TradeExecuted, event)
    values = metrics(executed)
    client("cloudwatch").put_metric_data(
        Namespace=f"Alchemiser/{stage().title()}",
        MetricData=[
            {"MetricName": name, "Value": float(value), "Unit": unit}
            for name, (value, unit) in values.items()
        ],
    )
    return {name: str(value) for name, (value, _) in values.items()}


def metrics(executed: events.TradeExecuted) -> dict[str, tuple[Decimal, str]]:
    """Return metric -> value and unit."""
    deployed = Decimal(0)
    if executed.equity > 0:
        deployed = 100 * (executed.equity - executed.cash) / executed.equity
    return {
        "RealizedPnL": (executed.realized, "None"),
        "CapitalDeployedPct": (deployed, "Percent"),
    }
