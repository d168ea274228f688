from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategy_v2.dsl.errors import EvaluationError, NoDataError, StrategyError
from strategy_v2.dsl.evaluator import evaluate, value_of
from strategy_v2.dsl.operators import OPERATORS, USABLE
from strategy_v2.dsl.parser import MAX_NESTING, parse
from strategy_v2.dsl.scope import Scope
from strategy_v2.market.walk import GeneratedMarket


class Prices(dict[str, list[Decimal]]):
    """A market in a dictionary: symbol -> closing prices, the oldest first."""

    def closes(self, symbol: str, at_most: int) -> list[Decimal]:
        """Return the last prices, as the real markets do."""
        if not self.get(symbol):
            message = f"there are no prices of {symbol}"
            raise NoDataError(message)
        return self[symbol][-at_most:]


SYMBOLS = ("A", "B", "C", "D")
RISING = Prices(
    {
        symbol: [Decimal(100 + rate * day) for day in range(260)]
        for rate, symbol in enumerate(SYMBOLS)
    }
)
"""A stands still; each further symbol rises more than the one before."""
MARKET = GeneratedMarket(300)

assets = st.sampled_from(SYMBOLS).map(lambda symbol: f'(asset "{symbol}")')
windows = st.integers(1, 30)
comparisons = st.builds(
    '({} (rsi "{}" {}) {})'.format,
    st.sampled_from(["<", ">", "<=", ">=", "="]),
    st.sampled_from(SYMBOLS),
    windows,
    st.integers(0, 100),
)


def bodies(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, min_size=1, max_size=3).map(" ".join)
    share = st.integers(1, 99).map(lambda percent: f"0.{percent:02}")
    pairs = st.lists(st.builds("{} {}".format, share, inner), min_size=1, max_size=3)
    return st.one_of(
        several.map("[{}]".format),
        several.map("(weight-equal {})".format),
        pairs.map(" ".join).map("(weight-specified {})".format),
        several.map('(group "g" {})'.format),
        st.builds("(weight-inverse-volatility {} {})".format, windows, several),
        st.builds("(if {} {} {})".format, comparisons, inner, inner),
        st.builds(
            "(filter (rsi {{:window {}}}) (select-{} {}) [{}])".format,
            windows,
            st.sampled_from(["top", "bottom"]),
            st.integers(1, 5),
            several,
        ),
    )


strategies = st.recursive(assets, bodies, max_leaves=12).map(
    '(defsymphony "s" {{:asset-class "EQUITIES"}} {})'.format
)


def weights(source: str, market: Any = RISING) -> dict[str, str]:
    return {symbol: str(weight) for symbol, weight in evaluate(parse(source), market).items()}


def value(source: str) -> Any:
    return value_of(parse(source), Scope(RISING))


@given(strategies)
def test_every_strategy_shares_out_everything(source: str) -> None:
    """Weights are positive, known symbols, and exactly 1 together, to the last place."""
    found = evaluate(parse(source), MARKET)
    assert Decimal(1) == sum(found.values())
    assert set(SYMBOLS) >= set(found)
    assert all(0 < weight <= 1 for weight in found.values())


@given(strategies)
def test_a_strategy_says_the_same_each_time(source: str) -> None:
    """No order of a set, no clock, no chance takes part."""
    assert list(evaluate(parse(source), MARKET).items()) == list(
        evaluate(parse(source), MARKET).items()
    )


@given(st.lists(st.sampled_from(SYMBOLS), min_size=1), st.randoms())
def test_equal_weights_forget_order_repetition_and_weights(symbols: list[str], chance: Any) -> None:
    """Each symbol counts once, wherever and however heavy it stands."""
    written = [f'(weight-specified 0.9 (asset "{each}"))' for each in symbols]
    shuffled = chance.sample(written, len(written))
    assert weights(f"(weight-equal {' '.join(written)})") == weights(
        f"(weight-equal [{' '.join(shuffled)}])"
    )
    assert len(set(symbols)) == len(weights(f"(weight-equal {' '.join(shuffled)})"))


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=4), st.integers(1, 50))
def test_specified_weights_are_proportions(shares: list[int], factor: int) -> None:
    """Ten times as much of everything is the same strategy."""
    pairs = list(zip(shares, SYMBOLS, strict=False))
    plain = " ".join(f'{share} (asset "{symbol}")' for share, symbol in pairs)
    scaled = " ".join(f'{share * factor} (asset "{symbol}")' for share, symbol in pairs)
    assert weights(f"(weight-specified {plain})") == weights(f"(weight-specified {scaled})")


@given(st.decimals(-1000, 1000, places=4), st.decimals(-1000, 1000, places=4))
def test_comparisons_are_those_of_decimals(left: Decimal, right: Decimal) -> None:
    """Not of binary fractions: no number is rounded on its way."""
    for sign, expected in {
        ">": left > right,
        "<": left < right,
        ">=": left >= right,
        "<=": left <= right,
        "=": left == right,
    }.items():
        assert expected is value(f"({sign} {left:f} {right:f})")


def test_a_tenth_is_a_tenth() -> None:
    """3 x 0.1 is 0.3, which it is not in binary: weights of three tenths are exact."""
    assert value("(= 0.30000000000000004 0.3)") is False
    assert {"A": "0.300000", "B": "0.700000"} == weights(
        '(weight-specified 0.1 (asset "A") 0.1 (asset "A") 0.1 (asset "A") 0.7 (asset "B"))'
    )


@pytest.mark.parametrize(
    "around", ["(weight-equal {})", "[{}]", '(group "g" {})', "(if (> 1 0) {})"]
)
def test_the_deepest_strategy_is_evaluated(around: str) -> None:
    """As many levels as the parser lets through, which is more than Python's stack would take."""
    source = '(asset "A")'
    for _ in range(MAX_NESTING - 1):
        source = around.format(source)
    assert {"A": "1.000000"} == weights(source)


@pytest.mark.parametrize(("condition", "held"), [("(> 2 1)", "A"), ("(< 2 1)", "B")])
def test_only_the_chosen_branch_is_looked_at(condition: str, held: str) -> None:
    """The other one may ask for prices that nobody has."""
    branches = {"A": '(asset "A")', "B": '(asset "B")'}
    other = '(if (> (rsi "UNKNOWN") 1) (asset "X") (asset "Y"))'
    chosen = [branches[held] if name == held else other for name in branches]
    assert {held: "1.000000"} == weights(f"(if {condition} {' '.join(chosen)})")


@pytest.mark.parametrize("count", [1, 2, 3, 4, 9])
def test_filters_keep_the_best_or_the_worst(count: int) -> None:
    """By the indicator of each symbol, equal shares for those that are kept."""
    portfolio = '[(asset "C") (asset "A") (asset "D") (asset "B")]'
    for kind, ranked in (("top", "DCBA"), ("bottom", "ABCD")):
        source = f"(filter (cumulative-return {{:window 20}}) (select-{kind} {count}) {portfolio})"
        assert set(ranked[:count]) == set(weights(source))


def test_a_filter_without_a_selection_keeps_what_complies() -> None:
    """The condition is a comparison then, of the symbol that is looked at."""
    source = '(filter (> (cumulative-return) {}) [(asset "A") (asset "B") (asset "D")])'
    assert {"B": "0.500000", "D": "0.500000"} == weights(source.format(0))
    with pytest.raises(EvaluationError, match="holds nothing"):
        weights(source.format(1000))


def test_symbols_without_prices_are_passed_over() -> None:
    """By filters and inverse volatility; unless none is left."""
    young = Prices({**RISING, "NEW": [Decimal(1)]})
    for source in (
        '(filter (rsi) (select-top 9) [(asset "NEW") (asset "B")])',
        '(weight-inverse-volatility 6 (asset "NEW") (asset "B") (asset "UNKNOWN"))',
    ):
        assert {"B": "1.000000"} == weights(source, young)
        with pytest.raises(NoDataError):
            weights(source.replace('(asset "B")', ""), young)


def test_calm_symbols_weigh_more() -> None:
    """In proportion to 1 / volatility; what never moves is left out."""
    market = Prices(
        {
            "CALM": [Decimal(100 + day % 2) for day in range(50)],
            "WILD": [Decimal(100 + 10 * (day % 2)) for day in range(50)],
            "STILL": [Decimal(100)] * 50,
        }
    )
    found = evaluate(
        parse('(weight-inverse-volatility 20 (asset "CALM") (asset "WILD") (asset "STILL"))'),
        market,
    )
    assert ["CALM", "WILD"] == list(found)
    assert found["CALM"] > Decimal("0.9")


def test_groups_add_up_and_specified_children_are_made_one() -> None:
    """A group of two is heavier than one of one, but not inside of weight-specified."""
    group = '(group "two" (asset "A") (asset "B"))'
    thirds = {"A": "0.333334", "B": "0.333333", "C": "0.333333"}
    assert thirds == weights(f'[{group} (asset "C")]')
    assert {"A": "0.250000", "B": "0.250000", "C": "0.500000"} == weights(
        f'(weight-specified 0.5 {group} 0.5 (asset "C"))'
    )


def test_there_are_25_operators_and_23_are_of_use() -> None:
    """`ma` and `volatility` are known, refuse, and say what to write instead."""
    assert (25, 23) == (len(OPERATORS), len(USABLE))
    for name, instead in (("ma", "moving-average-price"), ("volatility", "stdev-return")):
        with pytest.raises(EvaluationError, match=instead):
            value(f'({name} "A")')


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("(unknown)", "1:1: unknown operator `unknown`"),
        ("()", "1:1: a list begins with an operator"),
        ("rsi", "1:1: `rsi` is an operator and stands in a list"),
        ("{:a 1}", "1:1: a map or a keyword has no value of its own"),
        ('(defsymphony "s" (asset "A") (asset "A"))', "1:18: the configuration"),
        ('(defsymphony "s" {})', "1:1: 3 arguments are wanted, not 2"),
        ('(if 1 (asset "A"))', "1:5: a condition is a comparison, not a number"),
        ('(weight-specified 0.5 (asset "A") 0.5)', "1:1: weights and assets come in pairs"),
        ('(weight-specified -1 (asset "A"))', "1:19: a weight is a number that is not negative"),
        ('(weight-specified 0 (asset "A"))', "the strategy holds nothing"),
        ('(weight-inverse-volatility 0 (asset "A"))', "1:28: a whole number from 1 on"),
        ("(weight-equal 1)", "1:15: assets or weights are wanted here, not a number"),
        ('(asset "")', "1:8: the symbol of an asset is a text"),
        ('(filter (rsi) 1 (asset "A"))', "1:15: a selection is select-top or select-bottom"),
        ('(filter (rsi) (asset "A"))', "1:9: without a selection the condition is a comparison"),
        ('(filter (> 2 1) (select-top 1) (asset "A"))', "1:9: what is sorted by is a number"),
        ('(filter (rsi) (select-top 1.5) (asset "A"))', "1:27: a whole number from 1 on"),
        ('(> 1 "A")', "1:6: numbers are compared, not a text"),
        ('(if (> (rsi) 1) (asset "A"))', "1:8: `rsi` needs a symbol outside of a filter"),
        ('(if (> (rsi "A" {:days 3}) 1) (asset "A"))', "1:17: the option of an indicator"),
        ('(if (> (rsi "A" 300) 1) (asset "A"))', "1:8: A: 301 closing prices are needed"),
        ("(> 2 1)", "assets or weights are wanted here, not truth"),
    ],
)
def test_what_makes_no_sense_is_told_where_it_stands(source: str, message: str) -> None:
    """Line, column, what is wanted and what is there."""
    with pytest.raises(StrategyError) as raised:
        evaluate(parse(source), RISING)
    assert message in str(raised.value)
