from __future__ import annotations

from bench import page, pictures
from bench.results import Case, Results, Series

UNCHANGED = Case(
    "unchanged",
    "Nothing changed",
    (
        Series(
            "sam build --cached --parallel",
            {"seconds": (7.0, 7.2, 7.6), "cpu_seconds": (7.0,), "peak_bytes": (92 * 2.0**20,)},
        ),
        Series(
            "sam-deploy",
            {"seconds": (0.24, 0.21, 0.25), "cpu_seconds": (0.2,), "peak_bytes": (40 * 2.0**20,)},
        ),
    ),
    ("start-up included",),
)
GROWTH = Case(
    "growth",
    "Growth",
    tuple(Series(str(n), {"seconds": (0.2 + n / 1000,)}) for n in (1, 10, 100)),
)
RESULTS = Results(
    "2026-11-20",
    {"processor cores": "2"},
    {"aws-sam-cli": "1.170.0"},
    3,
    (UNCHANGED, GROWTH),
    ("`zappa package`: no such host",),
)


def test_a_goal_is_a_row_with_figures_ratio_and_verdict() -> None:
    """Medians, with the spread in brackets."""
    row = (
        "| nothing changed | `sam build --cached --parallel` | 7.2 s (7.0-7.6) "
        "| 0.240 s (0.210-0.250) | 30x | 35x | at most 0.300 s, at least 24x | reached |"
    )

    assert row in page.render(RESULTS)
    assert "1 of 1 goals are reached." in page.render(RESULTS)


def test_a_missed_goal_says_so() -> None:
    """In plain words, in the row itself."""
    slow = Series("sam-deploy", {"seconds": (0.9,)})
    case = Case("unchanged", "Nothing changed", (UNCHANGED.series[0], slow))
    text = page.render(Results("2026-11-20", {}, {}, 1, (case,)))

    assert "**missed**: 0.900 s is above 0.300 s; 8.0x is below 24x" in text
    assert "0 of 1 goals are reached." in text


def test_the_growth_is_told_with_its_slope() -> None:
    """Milliseconds for each further function."""
    assert "0.200 s and 1.00 ms for each function" in page.render(RESULTS)


def test_what_could_not_run_is_told_with_its_reason() -> None:
    """No peer disappears without a word."""
    assert "- `zappa package`: no such host" in page.render(RESULTS)


def test_a_metric_that_a_contender_lacks_is_a_dash() -> None:
    """Instead of a zero that nobody measured."""
    case = Case("x", "X", (UNCHANGED.series[0], Series("copying", {"seconds": (0.01,)})))
    text = page.render(Results("2026-11-20", {}, {}, 1, (case,)))

    assert "| copying | 0.010 s | - | - |" in text


def test_a_cell_cannot_end_its_row() -> None:
    """`|` is escaped."""
    assert "| a \\| b |" in page.table(["h"], [["a | b"]])


def test_the_pictures_tell_the_same_figures() -> None:
    """Bars for the goals in seconds, a curve for the growth; none without figures."""
    empty = Results("2026-11-20", {}, {}, 1)

    assert "7.2 s" in (pictures.of_goals(RESULTS) or "")
    assert "Nothing changed: 1.00 ms for each function" in (pictures.of_growth(RESULTS) or "")
    assert (None, None) == (pictures.of_goals(empty), pictures.of_growth(empty))
