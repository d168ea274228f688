from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from bench import chart

SVG = "{http://www.w3.org/2000/svg}"
SECONDS = st.floats(min_value=1e-4, max_value=1e4)


def parsed(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314 - a picture of ours


def widths(picture: str) -> list[float]:
    root = parsed(picture)
    return [float(e.attrib["width"]) for e in root.iter(f"{SVG}rect") if "x" in e.attrib]


def pair(theirs: float, ours: float) -> chart.Group:
    return chart.Group("cold", (chart.Bar("sam build", theirs), chart.Bar("ours", ours, ours=True)))


def test_bars_grow_by_the_power_of_ten() -> None:
    """Each power of ten is as long as the one before, and the least has a length of its own."""
    hundred, one, tenth, least = widths(chart.bars("t", "d", [pair(100.0, 1.0), pair(0.1, 0.01)]))

    assert round(hundred - one) == round(2 * (one - tenth))
    assert round(one - tenth) == round(tenth - least)
    assert least > 0


def test_the_picture_speaks_without_colours_and_without_eyes() -> None:
    """It has a title, a description, a name and a figure for each bar."""
    root = parsed(chart.bars("How long", "cold: 22 s against 4 s", [pair(22.0, 4.0)]))
    texts = [element.text for element in root.iter(f"{SVG}text")]

    assert "img" == root.attrib["role"]
    assert "How long" == root.findtext(f"{SVG}title")
    assert "cold: 22 s against 4 s" == root.findtext(f"{SVG}desc")
    assert {"sam build", "22 s", "ours", "4 s"} <= set(texts)


def test_it_follows_a_dark_setting() -> None:
    """One file for both."""
    assert "prefers-color-scheme: dark" in chart.bars("t", "d", [pair(2.0, 1.0)])


def test_names_cannot_break_the_picture() -> None:
    """Text is text, whatever is in it."""
    group = chart.Group("<b> & co", (chart.Bar('"a" < b', 1.0),))
    texts = [e.text for e in parsed(chart.bars("t & t", "d", [group])).iter(f"{SVG}text")]

    assert {"<b> & co", '"a" < b', "t & t"} <= set(texts)


@given(st.lists(st.tuples(SECONDS, SECONDS), min_size=1, max_size=5))
def test_no_bar_leaves_the_picture(figures: list[tuple[float, float]]) -> None:
    """Whatever was measured fits between the margins."""
    longest = chart.WIDTH - chart.LEFT - chart.RIGHT

    assert all(0 < w <= longest for w in widths(chart.bars("t", "d", [pair(*f) for f in figures])))


@given(st.lists(SECONDS, min_size=2, max_size=4))
def test_every_point_of_the_curve_is_on_the_picture(figures: list[float]) -> None:
    """Dots and labels for each size of app."""
    points = [(10**power, seconds) for power, seconds in enumerate(figures)]
    root = parsed(chart.curve("t", "d", points, 0.2, 0.001))
    dots = list(root.iter(f"{SVG}circle"))

    assert len(points) == len(dots)
    assert all(0 < float(dot.attrib["cx"]) < chart.WIDTH for dot in dots)
