from __future__ import annotations

from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st
from portfolio_v2.rebalance import SMALLEST, equity, orders
from strategy_v2.dsl.values import finished

SYMBOLS = ("A", "B", "C", "D")
prices = st.fixed_dictionaries({symbol: st.decimals("0.01", 5_000, places=2) for symbol in SYMBOLS})
held = st.dictionaries(st.sampled_from(SYMBOLS), st.decimals("0.000001", 10_000, places=6))
wanted = st.dictionaries(
    st.sampled_from(SYMBOLS), st.integers(1, 1000).map(Decimal), min_size=1
).map(finished)
cash = st.decimals(0, 1_000_000, places=2)
deployed = st.decimals("0.5", 1, places=2)


UNSOLD = (
    {"A": Decimal("0.009259"), "C": Decimal("0.990741")},
    {"A": Decimal("0.000107"), "B": Decimal("0.037542")},
    {"A": Decimal("423.89"), "B": Decimal("31.68"), "C": Decimal("1537.96"), "D": Decimal("0.13")},
)
"""A sale of three cents is not made, so the purchase has to do without them."""


@given(wanted, held, prices, cash, deployed)
@example(*UNSOLD, Decimal(0), Decimal(1))
def test_orders_lead_to_what_is_wanted_and_never_into_debt(
    weights: dict[str, Decimal],
    before: dict[str, Decimal],
    at: dict[str, Decimal],
    money: Decimal,
    share: Decimal,
) -> None:
    """In their order: cash and positions never below zero, all of it near its target."""
    worth = equity(money, before, at)
    left, after = money, dict(before)
    for order in orders(weights, before, at, money, share):
        sign = 1 if order.side == "BUY" else -1
        left -= sign * order.quantity * order.price
        after[order.symbol] = after.get(order.symbol, Decimal(0)) + sign * order.quantity
        assert left >= 0
        assert after[order.symbol] >= 0
    symbols = {*weights, *before}
    for symbol in symbols:
        target = worth * share * weights.get(symbol, Decimal(0))
        # each sale too small to be made leaves a dollar less for what is bought
        bit = SMALLEST * len(symbols) + at[symbol] * Decimal("0.000001")
        assert abs(after.get(symbol, Decimal(0)) * at[symbol] - target) <= bit


@given(wanted, held, prices, cash)
def test_sales_come_before_purchases(
    weights: dict[str, Decimal],
    before: dict[str, Decimal],
    at: dict[str, Decimal],
    money: Decimal,
) -> None:
    """They bring the cash; and no symbol is in two orders."""
    found = orders(weights, before, at, money, Decimal(1))
    sides = [order.side for order in found]
    assert sorted(sides, reverse=True) == sides
    assert len(found) == len({order.symbol for order in found})


def test_what_is_not_wanted_is_sold_to_the_last_bit() -> None:
    """However little it is worth."""
    before = {"A": Decimal("0.000001")}
    at = {"A": Decimal(5), "B": Decimal(10)}
    found = orders({"B": Decimal(1)}, before, at, Decimal(100), Decimal(1))
    assert [("SELL", "A", Decimal("0.000001")), ("BUY", "B", Decimal("10.000000"))] == [
        (order.side, order.symbol, order.quantity) for order in found
    ]


def test_nothing_is_done_for_less_than_a_dollar() -> None:
    """A portfolio that is where it should be stays as it is."""
    before = {"A": Decimal(10), "B": Decimal("9.999")}
    at = {"A": Decimal(50), "B": Decimal(50)}
    even = {"A": Decimal("0.5"), "B": Decimal("0.5")}
    assert () == orders(even, before, at, Decimal(0), Decimal(1))
