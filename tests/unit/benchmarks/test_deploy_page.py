from __future__ import annotations

from bench import deploy_page, sections
from bench.deploy_sides import APART, FEW, MANY, ONE, SAM
from bench.goals import OURS
from bench.results import Case, Results, Series

PAGE = "# Benchmarks\n\n## Goals\n\nnone\n\n## Templates\n\nsome\n\n## Every figure\n\nmany\n"


def seconds(name: str, *values: float) -> Series:
    return Series(name, {"seconds": values})


def bytes_of(name: str, value: float) -> Series:
    return Series(name, {"bytes": (value,)})


CASES = (
    Case("first", "4 regions, first", (seconds(SAM, 78.0, 80.0, 79.0), seconds(OURS, 8.0))),
    Case("unchanged", "4 regions, unchanged", (seconds(SAM, 47.0), seconds(OURS, 2.0))),
    Case("first-one", "1 region, first", (seconds(SAM, 23.0), seconds(OURS, 3.0))),
    Case("growth", "4 and 20 regions", (seconds(FEW, 1.5), seconds(MANY, 2.9))),
    Case("many", "20 regions, first", (seconds(MANY, 20.0),)),
    Case("apart", "one by one", (seconds(APART, 12.0), seconds(OURS, 4.0))),
    Case(
        "sent",
        "Bytes sent",
        (bytes_of(ONE, 54e6), bytes_of(FEW, 54e6), bytes_of(MANY, 55e6), bytes_of(APART, 216e6)),
    ),
)


def section(*cases: Case, skipped: tuple[str, ...] = ()) -> str:
    return deploy_page.section(Results("2026-11-20", {}, {}, 3, cases or CASES, skipped))


def test_every_goal_that_was_measured_is_told_with_its_verdict() -> None:
    """Which of them are missed as plainly as which are reached."""
    text = section()

    assert "5 of 8 goals are reached." in text
    assert (
        "| 4 regions, first deployment, archives not yet made | `sam deploy` | 79.0 s (78.0-80.0) "
        "| 8.0 s | 9.9x | - | at most 9.0 s, at least 8.0x | reached |" in text
    )
    assert "**missed**: 2.0 s is above 1.6 s; 24x is below 29x" in text
    assert "20 regions against 4, nothing changed: under twice" in text


def test_bytes_must_not_grow_with_the_regions() -> None:
    """Equal is enough, one more is not; four regions save 70 % against one by one."""
    text = section()

    assert (
        "| bytes sent, 4 regions against 1: no more | `sam-deploy, 1 region` "
        "| 54.0 MB | 54.0 MB | 1.00x | - | at least 1.00x | reached |" in text
    )
    assert "20 regions against 1: no more" in text
    assert "| at least 1.00x | **missed**: 0.98x is below 1.00x |" in text
    assert "| 216.0 MB | 54.0 MB | 4.0x | - | at least 3.3x | reached |" in text


def test_seconds_for_each_region_are_told() -> None:
    """By the number of regions, for both; a dash where nothing was measured."""
    text = section()

    assert "| first deployment, `sam deploy` | 23.0 s | 19.8 s | - |" in text
    assert "| first deployment, `sam-deploy` | 3.0 s | 2.0 s | 1.0 s |" in text
    assert "| nothing changed, `sam-deploy` | - | 0.500 s | 0.145 s |" in text


def test_one_case_makes_a_section() -> None:
    """A short run shows what it has; what broke is told with its reason."""
    text = section(CASES[0], skipped=("the case many: no",))

    assert "1 of 1 goals are reached." in text
    assert "### What could not be deployed\n\n- the case many: no" in text


def test_fewer_regions_are_judged_by_no_goal() -> None:
    """A short run shows figures, and neither verdicts nor a picture of them."""
    text = section(Case("first, quick", "2 regions, first", CASES[0].series))

    assert "### 2 regions, first" in text
    assert "goals are reached" not in text
    assert "![" not in text


def test_the_picture_shows_the_goals_in_seconds() -> None:
    """Bytes are no bars of a picture of seconds; without figures there is none."""
    drawn = deploy_page.picture(Results("2026-11-20", {}, {}, 3, CASES))
    nothing = deploy_page.picture(Results("2026-11-20", {}, {}, 3))

    assert drawn is not None
    assert "4 regions, nothing changed" in drawn
    assert "bytes sent" not in drawn
    assert None is nothing


def test_the_section_stands_before_the_templates_and_replaces_itself() -> None:
    """The other scripts' parts of the page stay as they are, and keep it."""
    once = sections.put_into(PAGE, section())
    again = sections.put_into(once, section(CASES[0]))
    templates = sections.put_into(again, f"{sections.TEMPLATES}\n\nnew")

    assert "none\n\n## Deploy\n" in once
    assert 1 == again.count("## Deploy\n")
    assert "8 goals" not in again
    assert again.replace("some", "new") == templates
    assert sections.kept(PAGE.replace("some", "old"), once) == once
