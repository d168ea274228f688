from __future__ import annotations

from bench.goals import GOALS, amount, outcomes, times_text
from bench.results import Case, Results, Series


def results_of(*cases: Case) -> Results:
    return Results("2026-11-20", {}, {}, 1, cases)


def unchanged(theirs: float, ours: float) -> Case:
    return Case(
        "unchanged",
        "Nothing changed",
        (
            Series("sam build --cached --parallel", {"seconds": (theirs,)}),
            Series("sam-deploy", {"seconds": (ours,)}),
        ),
    )


def test_a_goal_is_reached_when_ceiling_and_ratio_hold() -> None:
    """Both count."""
    (found,) = outcomes(results_of(unchanged(7.2, 0.3)))

    assert () == found.problems
    assert 24 == round(found.ratio)


def test_a_missed_ceiling_is_said_with_both_figures() -> None:
    """Whoever reads it need not look up what was asked for."""
    (found,) = outcomes(results_of(unchanged(12.0, 0.4)))

    assert ("0.400 s is above 0.300 s",) == found.problems


def test_a_missed_ratio_is_said_with_both_figures() -> None:
    """Being quick is not enough when the other is quick too."""
    (found,) = outcomes(results_of(unchanged(3.0, 0.25)))

    assert ("12x is below 24x",) == found.problems


def test_a_case_that_did_not_run_has_no_verdict() -> None:
    """Neither has one in which one side is missing."""
    alone = Case("cold", "Cold", (Series("sam-deploy", {"seconds": (1.0,)}),))

    assert [] == outcomes(results_of())
    assert [] == outcomes(results_of(alone))


def test_memory_has_a_ceiling_and_no_ratio() -> None:
    """96 MiB are fewer than 100, whatever the other takes."""
    peaks = (
        Series("sam build", {"peak_bytes": (90 * 2.0**20,)}),
        Series("sam-deploy", {"peak_bytes": (96 * 2.0**20,)}),
    )
    (found,) = outcomes(results_of(Case("memory", "Peak memory", peaks)))

    assert () == found.problems


def test_every_goal_of_the_requirements_is_there() -> None:
    """Eight rows, of which pandas and bytes have two each."""
    asked = ["cold", "warm", "unchanged", "one-line", "pandas", "pandas", "bytes", "bytes"]

    assert [*asked, "import", "memory"] == [goal.case for goal in GOALS]


def test_amounts_carry_their_unit() -> None:
    """Seconds to the millisecond below one, MB in powers of ten, memory in powers of two."""
    assert "0.243 s" == amount(0.2431, "seconds")
    assert "22.2 s" == amount(22.21, "seconds")
    assert "54.5 MB" == amount(54_512_345, "bytes")
    assert "112 MiB" == amount(112 * 2.0**20, "peak_bytes")


def test_ratios_have_the_digits_that_mean_something() -> None:
    """Two below two, one below ten, none above."""
    assert ["0.33x", "1.08x", "5.3x", "41x"] == [times_text(n) for n in (1 / 3, 1.08, 5.31, 41.2)]
