"""From weights to orders. Pure."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Final

from shared.events import Order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHARES: Final = Decimal("0.000001")
"""Shares can be split as far as this."""
SMALLEST: Final = Decimal(1)
"""Orders of a lower value, in dollars, are not worth it."""


def equity(cash: Decimal, held: Mapping[str, Decimal], prices: Mapping[str, Decimal]) -> Decimal:
    """Return what cash and shares are worth."""
    return cash + sum((held[symbol] * prices[symbol] for symbol in held), Decimal(0))


def orders(
    weights: Mapping[str, Decimal],
    held: Mapping[str, Decimal],
    prices: Mapping[str, Decimal],
    cash: Decimal,
    deployed: Decimal,
) -> tuple[Order, ...]:
    """Return the orders from what is held to what should be: sales first, then by symbol.

    `deployed` is the share of the equity, 0-1, that the weights are of. What should not be held is
    sold to the last bit. Sales too small to be made bring no cash, so the purchases are cut to what
    there is: an account without credit never owes.
    """
    available = equity(cash, held, prices) * deployed
    sales, purchases = [], []
    for symbol in sorted({*weights, *held}):
        price, before = prices[symbol], held.get(symbol, Decimal(0))
        wanted = available * weights.get(symbol, Decimal(0)) / price
        difference = wanted.quantize(SHARES, ROUND_DOWN) - before
        if difference > 0:
            purchases.append(Order(symbol=symbol, side="BUY", quantity=difference, price=price))
        elif difference and (symbol not in weights or -difference * price >= SMALLEST):
            sales.append(Order(symbol=symbol, side="SELL", quantity=-difference, price=price))
    left = cash + sum((order.quantity * order.price for order in sales), Decimal(0))
    return (*sales, *_affordable(purchases, left))


def _affordable(purchases: Sequence[Order], cash: Decimal) -> tuple[Order, ...]:
    """Return the purchases worth making, each cut to the cash that those before it leave."""
    found = []
    for order in purchases:
        quantity = min(order.quantity, (cash / order.price).quantize(SHARES, ROUND_DOWN))
        if quantity * order.price >= SMALLEST:
            found.append(order.model_copy(update={"quantity": quantity}))
            cash -= quantity * order.price
    return tuple(found)
