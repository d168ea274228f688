"""The section of how quickly tools answer: a table with ratios, a picture, its place."""

from __future__ import annotations

from bench import sections, start_page
from bench.results import Case, Results, Series

CASE = Case(
    "version",
    "--version",
    (
        Series("sam-deploy", {"seconds": (0.03, 0.05, 0.04)}),
        Series("sam", {"seconds": (0.7, 0.9, 0.8)}),
    ),
)
RESULTS = Results("2026-11-29", {}, {}, 3, (CASE,), ("cdk: npm is not installed",))


def test_a_row_tells_medians_spreads_and_ratios() -> None:
    """How many times as long the other takes; a tool that could not be had is told."""
    text = start_page.section(RESULTS)
    assert text.startswith("## Start\n")
    assert "| asked | sam-deploy | sam | sam / sam-deploy |" in text
    assert "| `--version` | 0.040 s (0.030-0.050) | 0.800 s (0.700-0.900) | 20x |" in text
    assert "cdk: npm is not installed" in text


def test_the_picture_says_in_words_what_its_bars_show() -> None:
    """Both figures stand in its description."""
    picture = start_page.picture(RESULTS)
    assert "sam-deploy 0.040 s, sam 0.800 s" in picture
    assert 1 == picture.count('class="ours"')


def test_a_tool_that_answers_only_one_question_has_no_ratio_in_the_other() -> None:
    """A dash, and no division by what is not there."""
    alone = Case("help", "--help", (Series("sam-deploy", {"seconds": (0.1,)}),))
    text = start_page.section(Results("2026-11-29", {}, {}, 1, (CASE, alone)))
    assert "| `--help` | 0.100 s | - | - |" in text


def test_the_section_has_its_place_on_the_page() -> None:
    """Before the example systems, and once."""
    page = "# Benchmarks\n\n## Example systems\n\nold\n\n## Every figure\n\nall\n"
    once = sections.put_into(page, start_page.section(RESULTS))
    assert once == sections.put_into(once, start_page.section(RESULTS))
    assert once.index("## Start") < once.index("## Example systems")
