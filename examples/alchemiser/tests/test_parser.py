from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategy_v2.dsl import parser
from strategy_v2.dsl.errors import StrategySyntaxError
from strategy_v2.dsl.nodes import Call, Keyword, Map, Name, Node, Number, Text, Vector, render
from strategy_v2.dsl.parser import MAX_NESTING, parse

names = st.from_regex(r"[a-z<>=*!?][a-z0-9-]{0,12}", fullmatch=True)
atoms = st.one_of(
    st.builds(Name, names),
    st.builds(Keyword, names),
    st.builds(Text, st.text()),
    st.builds(Number, st.decimals(-(10**9), 10**9, allow_nan=False, places=6)),
)


def containers(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    items = st.lists(inner, max_size=4).map(tuple)
    entries = st.dictionaries(names, inner, max_size=3).map(lambda found: tuple(found.items()))
    return st.one_of(st.builds(Call, items), st.builds(Vector, items), st.builds(Map, entries))


nodes = st.recursive(atoms, containers, max_leaves=20)


@given(nodes)
def test_what_is_written_is_read_again(node: Node) -> None:
    """Rendering and parsing is the identity, whatever texts, numbers and nesting there are."""
    assert node == parse(render(node))


@given(nodes, st.data())
def test_comments_commas_and_space_change_nothing(node: Node, data: st.DataObject) -> None:
    """Between two brackets anything may stand that means nothing."""
    written = render(Vector((node, Number(Decimal(1)))))
    nothing = data.draw(st.sampled_from([" ,, ", "\n\t", " ; a comment ) ] }\n", ";\n,"]))
    assert parse(written) == parse(f"{nothing}[{nothing}{written[1:-1]}{nothing}]{nothing}")


@given(st.text())
def test_any_text_is_read_or_refused_at_a_place_in_it(source: str) -> None:
    """Never another error; line and column are inside of the text."""
    error = refusal(source)
    lines = source.split("\n")
    assert error is None or 1 <= error.line <= len(lines)
    assert error is None or 1 <= error.column <= len(lines[error.line - 1]) + 1


def refusal(source: str) -> StrategySyntaxError | None:
    try:
        parse(source)
    except StrategySyntaxError as error:
        return error
    return None


@pytest.mark.parametrize(("opening", "closing"), ["()", "[]"])
def test_nesting_ends_at_250_levels(opening: str, closing: str) -> None:
    """250 levels are read, the 251st is refused where it begins."""
    parse(opening * MAX_NESTING + closing * MAX_NESTING)
    with pytest.raises(StrategySyntaxError, match="nested deeper than 250") as raised:
        parse(opening * (MAX_NESTING + 1) + closing * (MAX_NESTING + 1))
    assert (1, MAX_NESTING + 1) == (raised.value.line, raised.value.column)


def test_a_file_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """10 MB, counted in bytes: here with a smaller limit, and a letter of two bytes."""
    assert 10 * 1024 * 1024 == parser.MAX_BYTES
    monkeypatch.setattr(parser, "MAX_BYTES", 4)
    parse('"é"')
    with pytest.raises(StrategySyntaxError, match="larger than"):
        parse('"éé"')


def test_numbers_are_exactly_what_is_written() -> None:
    """0.1 is a tenth, not the nearest binary fraction."""
    assert Number(Decimal("0.1")) == parse("0.1")
    assert Number(Decimal(-3)) == parse("-3")


def test_texts_have_escapes() -> None:
    """Quotes, backslashes, lines and tabs."""
    assert Text('a"b\\c\nd\te') == parse(r'"a\"b\\c\nd\te"')


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "1:1: a strategy is one expression, not 0"),
        ("(a) (b)", "1:1: a strategy is one expression, not 2"),
        ("(a\n  [b", "2:3: `[` is never closed"),
        ("(a]", "1:3: `]` where `)` is wanted"),
        ("a)", "1:2: `)` where nothing is open"),
        ('(a\n "b', "2:2: a text is never closed"),
        (r'"\q"', r"1:1: unknown escape `\q`"),
        ("(a 1.2.3)", "1:4: `1.2.3` is neither a number nor a name"),
        ("(a :)", "1:4: `:` is neither a number nor a name"),
        ("{:a}", "1:1: a map has a key without a value"),
        ("{a 1}", "1:2: a key of a map is a :keyword"),
        ("{:a 1 :a 2}", "1:7: `:a` twice in a map"),
    ],
)
def test_mistakes_are_told_where_they_are(source: str, message: str) -> None:
    """Line, column, and what is wrong there."""
    with pytest.raises(StrategySyntaxError) as raised:
        parse(source)
    assert message == str(raised.value)
