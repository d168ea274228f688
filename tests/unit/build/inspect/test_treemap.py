from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.build.inspect.treemap import Rectangle, squarify

SIDES = st.floats(1, 5000)
FRAMES = st.builds(Rectangle, st.floats(-100, 100), st.floats(-100, 100), SIDES, SIDES)
WEIGHTS = st.lists(st.integers(1, 10**9), min_size=1, max_size=30)


@given(weights=WEIGHTS, frame=FRAMES)
def test_areas_are_in_the_proportion_of_the_weights(weights: list[int], frame: Rectangle) -> None:
    """And together they are the frame's area."""
    placed = squarify(weights, frame)
    total = sum(weights)
    for weight, rectangle in zip(weights, placed, strict=True):
        expected = frame.area * weight / total
        assert math.isclose(expected, rectangle.area, rel_tol=1e-6, abs_tol=frame.area * 1e-9)
    assert math.isclose(frame.area, sum(each.area for each in placed), rel_tol=1e-6)


@given(weights=WEIGHTS, frame=FRAMES)
def test_no_rectangle_leaves_the_frame(weights: list[int], frame: Rectangle) -> None:
    """On any side, by more than rounding."""
    slack = 1e-6
    for each in squarify(weights, frame):
        assert each.width >= 0
        assert each.height >= 0
        assert each.x >= frame.x - slack
        assert each.y >= frame.y - slack
        assert each.x + each.width <= frame.x + frame.width + slack
        assert each.y + each.height <= frame.y + frame.height + slack


@given(weights=WEIGHTS, frame=FRAMES)
def test_no_two_rectangles_overlap(weights: list[int], frame: Rectangle) -> None:
    """They may share an edge."""
    slack = 1e-6
    for one, two in combinations(squarify(weights, frame), 2):
        across = min(one.x + one.width, two.x + two.width) - max(one.x, two.x)
        down = min(one.y + one.height, two.y + two.height) - max(one.y, two.y)
        assert across <= slack or down <= slack


def test_the_example_of_the_paper() -> None:
    """Weights 6, 6, 4, 3, 2, 2, 1 in a frame of 6 by 4: no shape is longer than 3 to 1."""
    placed = squarify([6, 6, 4, 3, 2, 2, 1], Rectangle(0, 0, 6, 4))
    first = [(each.x, each.y, each.width, each.height) for each in placed[:2]]
    assert [(0, 0, 3, 2), (0, 2, 3, 2)] == first
    ratios = [max(each.width / each.height, each.height / each.width) for each in placed]
    assert max(ratios) < 3.001


@pytest.mark.parametrize(
    ("weights", "frame"),
    [([], Rectangle(0, 0, 10, 10)), ([1, 2], Rectangle(0, 0, 0, 10)), ([0], Rectangle(0, 0, 9, 9))],
)
def test_nothing_to_draw_gives_no_area(weights: list[int], frame: Rectangle) -> None:
    """As many rectangles as weights, and no division by zero."""
    placed = squarify(weights, frame)
    assert [0.0] * len(weights) == [each.area for each in placed]
