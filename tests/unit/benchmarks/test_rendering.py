from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench import many, rendering, sections
from bench.results import Case, Results, Series
from sam_deploy import config, plan, template

PAGE = "# Benchmarks\n\n## Goals\n\nnone\n\n## Every figure\n\nmany\n"


def test_the_measured_app_is_one_that_aws_would_take(tmp_path: Path) -> None:
    """A stack for every fifty functions, and our checks find nothing."""
    (tmp_path / "deploy.py").write_text(many.deploy_py(51), encoding="utf-8")
    app = config.load(tmp_path)
    planned = plan.make(app, tmp_path, plan.Request())
    keys = {each.key: "0.zip" for each in planned.builds}
    made = [template.render(app, stack, keys) for stack in planned.stacks]

    assert 51 == len(app.functions)
    assert 2 == len(made)
    assert [(), ()] == [template.check(one, ["eu-west-1"], with_lint=False) for one in made]


def test_the_section_says_whether_the_goal_is_reached() -> None:
    """By the largest app, from `deploy.py` to its templates."""
    text = rendering.section(measured(3.0))

    assert "Goal: 1,000 functions in 2 s: **missed**." in text
    assert "| 1,000 | - | - | - | - | 3.0 s | 3.00 ms | - | - | - |" in text
    assert "1,000 functions in 2 s: reached." in rendering.section(measured(1.5))


def test_a_section_takes_the_place_of_the_one_before() -> None:
    """The rest of the page stays as it is."""
    once = sections.put_into(PAGE, f"{sections.TEMPLATES}\n\nold")
    again = sections.put_into(once, f"{sections.TEMPLATES}\n\nnew")

    assert PAGE.replace("## Every", f"{sections.TEMPLATES}\n\nnew\n\n## Every") == again


def test_a_new_page_keeps_the_section() -> None:
    """The other script knows nothing of it."""
    once = sections.put_into(PAGE, f"{sections.TEMPLATES}\n\nkept")

    assert once == sections.kept(PAGE, once)
    assert PAGE == sections.kept(PAGE, PAGE)


@pytest.mark.long
def test_twice_as_many_functions_make_twice_the_work(tmp_path: Path) -> None:
    """Calls are counted, not seconds: from `deploy.py` to templates nothing is quadratic."""
    few, many_more = (calls(tmp_path / str(size), size) for size in (200, 400))

    assert many_more < 2.2 * few


def calls(folder: Path, functions: int) -> int:
    """How many Python functions are called to render an app that has been rendered before."""
    folder.mkdir()
    (folder / "deploy.py").write_text(many.deploy_py(functions), encoding="utf-8")
    counted = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event == "call"

    sys.setprofile(count)
    try:
        app = config.load(folder)
        planned = plan.make(app, folder, plan.Request())
        keys = {each.key: "0.zip" for each in planned.builds}
        for stack in planned.stacks:
            template.render(app, stack, keys)
    finally:
        sys.setprofile(None)
    return counted


def measured(seconds: float) -> Results:
    made = {10: 0.1, 1_000: seconds}
    cases = tuple(
        Case(
            f"template-{functions}",
            f"{functions:,} functions",
            (Series(rendering.TOTAL, {"seconds": (took,)}),),
            ("1 stack",),
        )
        for functions, took in made.items()
    )
    return Results("2026-11-20", {}, {}, 1, cases)
