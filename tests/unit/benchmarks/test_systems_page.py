"""The section of the example systems: sizes and times as a table."""

from __future__ import annotations

from bench import sections, systems_page
from bench.results import Case, Results, Series


def test_a_row_tells_sizes_and_times_of_a_system() -> None:
    """Medians of the times; the sizes are the same in every run."""
    figures = {
        "seconds": (2.0, 4.0, 3.0),
        "unchanged_seconds": (0.2, 0.1, 0.3),
        "bytes": (15_000_000,),
        "largest_bytes": (9_000_000,),
        "unpacked_bytes": (42_000_000,),
        "archives": (3,),
    }
    case = Case("shop", "shop", (Series("sam-deploy", figures),))
    text = systems_page.section(Results("2026-11-29", {}, {}, 3, (case,), ("other: no npm",)))
    assert text.startswith("## Example systems\n")
    assert "| shop | 3 | 15.0 MB | 9.0 MB | 42.0 MB | 3.00 s | 0.20 s |" in text
    assert "other: no npm" in text


def test_the_section_has_its_place_on_the_page() -> None:
    """Before the templates, and once."""
    page = "# Benchmarks\n\n## Templates\n\nold\n\n## Every figure\n\nall\n"
    text = systems_page.section(Results("2026-11-29", {}, {}, 3))
    once = sections.put_into(page, text)
    assert once == sections.put_into(once, text)
    assert once.index("## Example systems") < once.index("## Templates")
