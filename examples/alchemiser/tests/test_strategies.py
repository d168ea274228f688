"""The files that are packed: strategies, shares, made-up prices."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from main import main
from shared.errors import WorkflowError
from strategy_v2.dsl.evaluator import evaluate
from strategy_v2.dsl.operators import USABLE
from strategy_v2.market.handler import bars, trading_days
from strategy_v2.market.walk import GeneratedMarket, closes
from strategy_v2.strategy_file import (
    CONFIG,
    STRATEGIES,
    allocations,
    check,
    combined,
    read,
    symbols,
)

FILES = sorted(file.name for file in STRATEGIES.glob("*.clj"))
SHARES = {
    "dev": ["0.2", "0.15", "0.15", "0.1", "0.1", "0.15", "0.15"],
    "prod": ["0.4", "0.25", "0.1", "0.25"],
}


@pytest.mark.parametrize("name", FILES)
def test_each_strategy_holds_something(name: str) -> None:
    """At the made-up prices; and only what it names."""
    root = read(name)
    assert set(evaluate(root, GeneratedMarket(400))) <= symbols(root)


def test_the_strategies_use_the_whole_language() -> None:
    """All 23 operators stand in one of the files."""
    text = "".join((STRATEGIES / name).read_text(encoding="utf-8") for name in FILES)
    used = set(re.findall(r"\(([^\s()\[\]]+)", re.sub(r";.*", "", text)))
    assert set(USABLE) == used


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_each_stage_has_its_shares(stage: str) -> None:
    """R012: config/strategy.<stage>.json, the documented shares, of strategies that are there."""
    shares = allocations(stage)
    assert SHARES[stage] == [str(share) for share in shares.values()]
    assert set(FILES) >= set(shares)
    assert Decimal(1) == sum(shares.values())


def test_configuration_is_for_stages_that_exist() -> None:
    """R012: two files, and a stage without one is told."""
    assert ["strategy.dev.json", "strategy.prod.json"] == sorted(f.name for f in CONFIG.iterdir())
    with pytest.raises(WorkflowError, match=r"there is no config/strategy\.test\.json"):
        allocations("test")


@pytest.mark.parametrize(
    ("shares", "fits"),
    [
        (["0.99"], True),
        (["1.01"], True),
        (["0.98"], False),
        (["1.02"], False),
        (["2", "-1"], False),
    ],
)
def test_shares_are_one_together_within_a_hundredth(shares: list[str], fits: bool) -> None:  # noqa: FBT001
    """And none is negative."""
    given_shares = {str(number): Decimal(share) for number, share in enumerate(shares)}
    if fits:
        check(given_shares, "a file")
    else:
        with pytest.raises(WorkflowError, match="a file"):
            check(given_shares, "a file")


@pytest.mark.parametrize("name", ["../config/strategy.dev.json", "0-None.clj", "", "."])
def test_only_strategies_are_read(name: str) -> None:
    """No event can ask for another file."""
    with pytest.raises(WorkflowError, match="there is no strategy"):
        read(name)


@given(
    st.lists(st.tuples(st.integers(1, 9), st.sets(st.sampled_from("ABCD"), min_size=1)), min_size=1)
)
def test_strategies_together_are_one(parts: list[tuple[int, set[str]]]) -> None:
    """Whatever the shares are, the whole is exactly 1."""
    weighted = [
        (Decimal(share), {symbol: Decimal(1) / len(held) for symbol in held})
        for share, held in parts
    ]
    assert Decimal(1) == sum(combined(weighted).values())


@given(st.sampled_from(["SPY", "QQQ", "X"]), st.integers(1, 200), st.integers(1, 200))
def test_a_new_day_changes_no_old_price(symbol: str, days: int, more: int) -> None:
    """A longer walk begins like a shorter one, and no price is below a cent."""
    assert closes(symbol, days) == closes(symbol, days + more)[:days]
    assert all(price >= Decimal("0.01") for price in closes(symbol, days))


def test_prices_are_of_days_on_which_new_york_trades() -> None:
    """Thanksgiving, Good Friday, Juneteenth and weekends are none of them."""
    days = {day.date().isoformat() for day in trading_days(dt.date(2025, 12, 31))}
    assert set() == days & {
        "2025-01-01",
        "2025-04-18",
        "2025-06-19",
        "2025-07-04",
        "2025-11-27",
        "2025-11-29",
        "2025-12-25",
    }
    assert {"2025-11-26", "2025-11-28", "2025-12-24", "2025-12-31"} <= days
    # one more than there were: nobody can know of a day of mourning before
    assert 251 == len([day for day in days if day.startswith("2025")])


def test_bars_hold_together() -> None:
    """A day opens where the last one closed; high and low are around both."""
    table = bars("SPY", trading_days(dt.date(2023, 6, 30)))
    assert ["date", "open", "high", "low", "close", "volume"] == list(table.columns)
    assert list(table["open"][1:]) == list(table["close"][:-1])
    assert (table["high"] >= table[["open", "close"]].max(axis=1)).all()
    assert (table["low"] <= table[["open", "close"]].min(axis=1)).all()


def test_the_strategies_run_without_aws(capsys: pytest.CaptureFixture[str]) -> None:
    """`python the_alchemiser` prints a line for each symbol."""
    assert 0 == main(["--stage", "prod"])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert Decimal(1) == sum(Decimal(weight) for _, weight in lines)
