"""The account on paper: cash, positions, plans and trades in one table.

`ACCOUNT` / `CASH` and `POSITION#symbol`; `PLAN#id` / `PLAN` and `TRADE#symbol`. Trades are found by
symbol (GSI1) and by day (GSI2).
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from boto3.dynamodb.conditions import Key
from botocore.exceptions import ClientError
from shared.events import Order, RebalancePlanned
from shared.transactions import patiently

ACCOUNT: Final = "ACCOUNT"
CASH: Final = "CASH"
POSITION: Final = "POSITION#"
CENT: Final = Decimal("0.000001")
TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the account has: money, shares by symbol, and what sales have earned so far."""

    cash: Decimal
    quantities: dict[str, Decimal]
    costs: dict[str, Decimal]
    realized: Decimal


class Rejected(Exception):  # noqa: N818 - a verdict of the broker, not a fault
    """The account has too little money, or too few shares."""


class Ledger:
    """Reads and writes of the table; every trade changes cash and position at once, or nothing."""

    def __init__(self, table: Any) -> None:  # noqa: ANN401 - a boto3 table
        self._table = table

    def open(self, cash: Decimal) -> None:
        """The account exists; one that is there keeps its money."""
        item = {"PK": ACCOUNT, "SK": CASH, "Cash": cash, "Realized": Decimal(0)}
        self._put_once(item)

    def holdings(self) -> Holdings:
        """Return what the account has now."""
        items: list[dict[str, Any]] = []
        query: dict[str, Any] = {"KeyConditionExpression": Key("PK").eq(ACCOUNT)}
        while True:
            answer = self._table.query(**query, ConsistentRead=True)
            items += answer["Items"]
            if "LastEvaluatedKey" not in answer:
                break
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        money = next((each for each in items if each["SK"] == CASH), {})
        held = {
            each["SK"].removeprefix(POSITION): each
            for each in items
            if each["SK"].startswith(POSITION) and each["Quantity"] > 0
        }
        return Holdings(
            money.get("Cash", Decimal(0)),
            {symbol: each["Quantity"] for symbol, each in held.items()},
            {symbol: each["Cost"] for symbol, each in held.items()},
            money.get("Realized", Decimal(0)),
        )

    def plan(self, planned: RebalancePlanned) -> RebalancePlanned:
        """Keep a plan, and return the one that counts: the first of its workflow."""
        item = {
            "PK": f"PLAN#{planned.correlation_id}",
            "SK": "PLAN",
            "Plan": planned.model_dump_json(),
            "Announced": False,
        }
        if self._put_once(item):
            return planned
        return RebalancePlanned.model_validate_json(self._plan(planned.correlation_id)["Plan"])

    def is_announced(self, plan_id: str) -> bool:
        """Whether the bus has been told of the trades of a plan."""
        return bool(self._plan(plan_id).get("Announced"))

    def announced(self, plan_id: str) -> None:
        """The bus has been told of the trades of a plan."""
        self._table.update_item(
            Key={"PK": f"PLAN#{plan_id}", "SK": "PLAN"},
            UpdateExpression="SET Announced = :yes",
            ExpressionAttributeValues={":yes": True},
        )

    def trade(self, plan_id: str, order: Order, now: dt.datetime) -> None:
        """Carry out an order, once for each plan and symbol. Raises Rejected.

        Somebody else may trade the same position meanwhile: it is read again then.
        """
        client = self._table.meta.client
        for _ in range(TRIES):
            if self._table.get_item(Key=_trade_key(plan_id, order), ConsistentRead=True).get(
                "Item"
            ):
                return
            items = self._settlement(plan_id, order, now)
            try:
                patiently(functools.partial(client.transact_write_items, TransactItems=items))
            except ClientError as error:
                if error.response["Error"]["Code"] != "TransactionCanceledException":
                    raise
            else:
                return
        message = f"the position in {order.symbol} is changed by others all the time"
        raise RuntimeError(message)

    def trades(self, symbol: str) -> list[dict[str, Any]]:
        """Return the trades of a symbol, the oldest first."""
        query = Key("GSI1PK").eq(f"SYMBOL#{symbol}")
        items: list[dict[str, Any]] = self._table.query(
            IndexName="GSI1", KeyConditionExpression=query
        )["Items"]
        return items

    def _settlement(self, plan_id: str, order: Order, now: dt.datetime) -> list[dict[str, Any]]:
        holdings = self.holdings()
        held = holdings.quantities.get(order.symbol, Decimal(0))
        cost = holdings.costs.get(order.symbol, Decimal(0))
        value = (order.quantity * order.price).quantize(CENT)
        if order.side == "BUY":
            if value > holdings.cash:
                message = f"{value} for {order.symbol} is more than the cash of {holdings.cash}"
                raise Rejected(message)
            sign, cost_change, realized = 1, value, Decimal(0)
        else:
            if order.quantity > held:
                message = f"{order.quantity} {order.symbol} are more than the {held} held"
                raise Rejected(message)
            share = (cost * order.quantity / held).quantize(CENT)
            sign, cost_change, realized = -1, -share, value - share
        return [
            self._noted(plan_id, order, now, realized),
            self._money(-sign * value, realized, holdings.cash),
            self._position(order, sign * order.quantity, cost_change, held),
        ]

    def _noted(
        self, plan_id: str, order: Order, now: dt.datetime, realized: Decimal
    ) -> dict[str, Any]:
        moment = now.astimezone(dt.UTC).isoformat(timespec="milliseconds")
        item = {
            **_trade_key(plan_id, order),
            "GSI1PK": f"SYMBOL#{order.symbol}",
            "GSI1SK": moment,
            "GSI2PK": f"DAY#{moment[:10]}",
            "GSI2SK": moment,
            **order.model_dump(),
            "realized": realized,
        }
        condition = "attribute_not_exists(PK)"
        return {
            "Put": {
                "TableName": self._table.name,
                "Item": item,
                "ConditionExpression": condition,
            }
        }

    def _money(self, change: Decimal, realized: Decimal, before: Decimal) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": self._table.name,
                "Key": {"PK": ACCOUNT, "SK": CASH},
                "UpdateExpression": "ADD Cash :change, Realized :realized",
                "ConditionExpression": "Cash = :before",
                "ExpressionAttributeValues": {
                    ":change": change,
                    ":realized": realized,
                    ":before": before,
                },
            }
        }

    def _position(
        self, order: Order, quantity: Decimal, cost: Decimal, before: Decimal
    ) -> dict[str, Any]:
        values = {":quantity": quantity, ":cost": cost, ":before": before}
        condition = "Quantity = :before"
        if before == 0:
            condition = f"attribute_not_exists(PK) OR {condition}"
        return {
            "Update": {
                "TableName": self._table.name,
                "Key": {"PK": ACCOUNT, "SK": f"{POSITION}{order.symbol}"},
                "UpdateExpression": "ADD Quantity :quantity, Cost :cost",
                "ConditionExpression": condition,
                "ExpressionAttributeValues": values,
            }
        }

    def _plan(self, plan_id: str) -> dict[str, Any]:
        key = {"PK": f"PLAN#{plan_id}", "SK": "PLAN"}
        item: dict[str, Any] = self._table.get_item(Key=key, ConsistentRead=True).get("Item", {})
        return item

    def _put_once(self, item: dict[str, Any]) -> bool:
        try:
            self._table.put_item(Item=item, ConditionExpression="attribute_not_exists(PK)")
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True


def _trade_key(plan_id: str, order: Order) -> dict[str, str]:
    return {"PK": f"PLAN#{plan_id}", "SK": f"TRADE#{order.symbol}"}
