"""The events on the bus, and how they get there. Numbers travel as text, so none is rounded."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

Weights = dict[str, Decimal]
E = TypeVar("E", bound="Event")


class Event(BaseModel):
    """What happened; `correlation_id` is the same from the signal to the notification."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    SOURCE: ClassVar[str]

    correlation_id: str


class SignalGenerated(Event):
    """What should be held."""

    SOURCE = "alchemiser.strategy"
    weights: Weights
    as_of: dt.date
    strategies: tuple[str, ...]


class PartialSignalGenerated(Event):
    """What one of the strategies of a session would hold."""

    SOURCE = "alchemiser.strategy"
    strategy: str
    share: Decimal
    weights: Weights
    as_of: dt.date


class Order(BaseModel):
    """Shares to buy or to sell, at the last closing price."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    symbol: str
    side: Literal["BUY", "SELL"]
    quantity: Decimal
    price: Decimal


class RebalancePlanned(Event):
    """The orders that lead from what is held to what should be; sales come first."""

    SOURCE = "alchemiser.portfolio"
    orders: tuple[Order, ...]
    equity: Decimal


class TradeExecuted(Event):
    """What was bought and sold, on paper."""

    SOURCE = "alchemiser.execution"
    trades: tuple[Order, ...]
    rejected: tuple[Order, ...]
    cash: Decimal
    equity: Decimal
    realized: Decimal


class WorkflowCompleted(Event):
    """Nothing is left to do."""

    SOURCE = "alchemiser.execution"


class WorkflowFailed(Event):
    """It ended early: `step` says where, `reason` why."""

    SOURCE = "alchemiser.workflow"
    step: str
    reason: str


class TradingNotificationRequested(Event):
    """Somebody wants people to know something."""

    SOURCE = "alchemiser.notifications"
    subject: str
    text: str


class ErrorNotificationRequested(TradingNotificationRequested):
    """The same, about something that went wrong."""


def read(kind: type[E], envelope: dict[str, Any]) -> E:
    """Return the event in an EventBridge event. Raises ValidationError."""
    return kind.model_validate(envelope["detail"])


def publish(client: Any, bus: str, *events: Event, source: str = "") -> None:  # noqa: ANN401 - a boto3 client
    """Put events on the bus, all of them or an error. Raises RuntimeError, ClientError.

    `source` is for failures, which every function can have.
    """
    entries = [
        {
            "EventBusName": bus,
            "Source": source or each.SOURCE,
            "DetailType": type(each).__name__,
            "Detail": each.model_dump_json(),
        }
        for each in events
    ]
    answer = client.put_events(Entries=entries)
    if answer["FailedEntryCount"]:
        message = f"the bus {bus} refused events: {answer['Entries']}"
        raise RuntimeError(message)
