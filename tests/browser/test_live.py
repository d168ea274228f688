"""Runs, canaries and artifacts: what moves is followed, and figures are there for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Show, until
from tests.browser.recordings import progress
from tests.browser.stand import Stand
from tests.browser.world import World

from sam_deploy.build.inspect.treemap import Rectangle, squarify

pytestmark = pytest.mark.slow


def test_a_run_is_followed_line_by_line(show: Show, stand: Stand) -> None:
    """New lines of the log move the lanes, add stack events, and end with the error's parts."""
    run = stand.world.runs[2]
    page = show(f"#/live/{run['run']}")
    lanes = page.get_by_role("list", name="Regions")
    expect(lanes.get_by_role("listitem")).to_have_count(4)
    event = {"type": "StackEvent", "time": stand.world.now, "region": "eu-west-1"}
    event |= {"stack": "dzgro-core", "logical_id": "Orders", "resource_type": "AWS::SQS::Queue"}
    event |= {"status": "UPDATE_FAILED", "reason": "limit exceeded"}
    stand.line(run, event)
    row = page.get_by_role("row").filter(has_text="UPDATE_FAILED")
    expect(row).to_contain_text("limit exceeded")
    expect(lanes).to_contain_text("dzgro-core: Orders UPDATE_FAILED")
    error = {"what": "Stack `dzgro-core` was not updated", "why": "limit exceeded", "hint": "wait"}
    ended = {"type": "RunEnded", "time": stand.world.now, "seconds": 9.0, "exit_code": 4}
    ended |= {"error": {**error, "state": ""}}
    stand.line(run, ended)
    expect(page.get_by_role("alert")).to_contain_text("Stack dzgro-core was not updated")
    expect(page.locator(".title").first).to_contain_text("exit 4")
    page.get_by_label("Failures only").check()
    expect(page.get_by_role("group", name="Stack events").get_by_role("row")).to_have_count(2)


def test_what_is_built_is_told_while_that_is_built(show: Show, stand: Stand) -> None:
    """Not beside the phase that comes after it."""
    run, phase = stand.world.runs[2], {"type": "PhaseStarted", "time": stand.world.now}
    page = show(f"#/live/{run['run']}")
    shown = page.locator(".phase").first
    stand.line(run, {**phase, "phase": "build", "title": "Building"})
    built = {"type": "BuildProgress", "time": stand.world.now, "unit": "Api", "step": "resolve"}
    stand.line(run, built)
    expect(shown).to_have_text("Building · Api: resolve")
    stand.line(run, {**phase, "phase": "deploy", "title": "Deploying"})
    expect(shown).to_have_text("Deploying")


def note(stand: Stand, text: str) -> dict[str, Any]:
    """Return a line that a run says."""
    return {"type": "Note", "time": stand.world.now, "level": "info", "message": text}


def said(page: Page) -> list[str]:
    """Return the notes that the log shows, in order."""
    texts = page.get_by_role("group", name="Lines of the log").locator(".text").all_inner_texts()
    return [each for each in texts if each.startswith("note ")]


def while_it_is_read(page: Page, stand: Stand, first: int, begin: Callable[[], None]) -> list[str]:
    """Five lines are in what the page reads, five come meanwhile; return all that they say.

    Events of the first five are late: some come while it is read, and some after that.
    """
    run, texts = stand.world.runs[2], [f"note {each}" for each in range(first, first + 10)]
    name = f"runs/{run['run']}"
    stand.read.clear()
    run["events"] += [note(stand, each) for each in texts[:5]]
    place = len(run["events"])
    with page.expect_response(lambda answer: answer.url.endswith(name)):
        begin()
        until(lambda: name in stand.read)
        for at in range(place - 4, place - 1):
            stand.told(run, at)
        for text in texts[5:]:
            stand.line(run, note(stand, text))
    for at in range(place - 1, place + 6):
        stand.told(run, at)
    return texts


def test_lines_that_come_while_a_log_is_read_are_shown_once(show: Show, stand: Stand) -> None:
    """On opening, and again after a break: none twice, none lost, and in their order."""
    page, run = show("#/live"), stand.world.runs[2]
    stand.hold_seconds = 0.4
    go = f"#/live/{run['run']}"
    texts = while_it_is_read(
        page, stand, 0, lambda: page.evaluate("hash => { location.hash = hash; }", go)
    )
    stand.line(run, note(stand, "note 10"))
    expect(page.get_by_text("note 10", exact=True)).to_be_visible()
    assert [*texts, "note 10"] == said(page)
    stand.stop()
    texts += ["note 10", *while_it_is_read(page, stand, 11, stand.start)]
    stand.line(run, note(stand, "note 21"))
    expect(page.get_by_text("note 21", exact=True)).to_be_visible()
    assert [*texts, "note 21"] == said(page)


def test_a_run_that_begins_shows_in_the_list(show: Show, stand: Stand) -> None:
    """Also when it was begun in another terminal."""
    page = show("#/live")
    runs = page.get_by_role("group", name="Runs, the newest first")
    expect(runs.get_by_role("row")).to_have_count(4)
    new = {**stand.world.runs[2], "run": "20260101T000000Z-build-0000", "command": "build"}
    stand.world.runs.append(new)
    stand.line(new, {"type": "RunStarted", "time": new["started"]})
    expect(runs.get_by_role("link", name="build")).to_be_visible()
    expect(page.get_by_role("navigation", name="Views")).to_contain_text("2 under way")


def test_the_percentage_is_what_the_server_says(show: Show, stand: Stand) -> None:
    """It counts as the terminal does; the page shows it, and how long it still takes."""
    run = stand.world.runs[2]
    page = show(f"#/live/{run['run']}")
    bar = page.get_by_role("progressbar").first
    expect(bar).to_have_attribute("aria-valuenow", str(progress(run)["percent"]))
    event = {"type": "Note", "time": stand.world.now, "level": "info", "message": "on it goes"}
    told = {"percent": 97, "seconds_left": 8.2}
    stand.line(run, event, told)
    expect(bar).to_have_attribute("aria-valuenow", "97")
    expect(page.locator(".title").first).to_contain_text("about 9.0 s left")


def test_time_goes_on_while_a_run_is_silent(show: Show, stand: Stand) -> None:
    """The server says how far it is; no time is told once its end was expected."""
    run = stand.world.runs[2]
    page = show(f"#/live/{run['run']}")
    title, bar = page.locator(".title").first, page.get_by_role("progressbar").first
    told = {"percent": 98, "seconds_left": 90.0}
    stand.send("progress", {"run": run["run"], "progress": told})
    expect(bar).to_have_attribute("aria-valuenow", "98")
    expect(title).to_contain_text(re.compile(r"about 1 min [0-2]\d s left"))
    stand.send("progress", {"run": run["run"], "progress": {**told, "seconds_left": 3.2}})
    expect(title).to_contain_text(re.compile(r"about \d\.0 s left"))
    expect(title).not_to_contain_text("left")
    stand.send("progress", {"run": "another", "progress": {**told, "percent": 11}})
    stand.line(run, note(stand, "note 1"), {**told, "seconds_left": None})
    expect(page.get_by_text("note 1", exact=True)).to_be_visible()
    expect(bar).to_have_attribute("aria-valuenow", "98")
    expect(title).not_to_contain_text("left")


def test_rectangles_are_those_of_inspect(show: Show) -> None:
    """The page's treemap lies as the one that `inspect --svg` draws."""
    weights = [92.0, 71.0, 30.0, 9.0, 4.0, 4.0, 1.0, 0.5]
    expected = squarify(weights, Rectangle(0, 0, 800, 450))
    placed = show().evaluate(
        """async weights => (await import("/page/parts/squarify.js"))
            .squarify(weights, {x: 0, y: 0, width: 800, height: 450})""",
        weights,
    )
    for one, other in zip(expected, placed, strict=True):
        found = [other[name] for name in ("x", "y", "width", "height")]
        assert [one.x, one.y, one.width, one.height] == pytest.approx(found, abs=1e-6)


def canary(show: Show, stand: Stand) -> Page:
    """Open the canary of prod."""
    stand.reset(World(canary=True))
    return show("#/canary/prod")


def test_a_canary_is_plotted_and_told(show: Show, stand: Stand) -> None:
    """Plots say in words what they show; the table has every figure; alarms are words."""
    page = canary(show, stand)
    plots = page.get_by_role("img")
    expect(plots).to_have_count(4)
    expect(plots.first).to_have_attribute(
        "aria-label", "Calls. version 46 now 2310, version 48 now 2310"
    )
    expect(page.get_by_role("list", name="Steps").locator("[aria-current]")).to_contain_text("50 %")
    page.get_by_text("The same as a table").click()
    table = page.get_by_role("group", name="Calls and errors by version")
    expect(table.get_by_role("row")).to_have_count(1 + 13 + 9)
    stand.send("shifts", stand.world.shifts(alarm=True))
    row = page.get_by_role("row").filter(has_text="eu-west-1")
    expect(row).to_contain_text("in alarm")
    expect(page.locator(".plot .alarm title").first).to_contain_text("ALARM")


def test_a_moment_of_a_canary_is_chosen_by_arrow_keys(show: Show, stand: Stand) -> None:
    """The slider tells its moment, and the figures of both versions there."""
    page = canary(show, stand)
    slider = page.get_by_label("Moment")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.locator("output")).to_contain_text(re.compile(r"version 48: \W$"))
    page.keyboard.press("End")
    expect(page.locator("output")).to_contain_text("version 48: 2310 calls, 9 errors (0.4 %)")
    page.get_by_role("combobox", name="Region").select_option("eu-west-1")
    expect(page.locator("output")).not_to_contain_text("2310")


def test_a_treemap_is_walked_by_keyboard(show: Show) -> None:
    """Enter opens a part, the trail leads back, the address keeps the place, a table says all."""
    page = show("#/artifacts")
    expect(page.get_by_role("row").filter(has_text="pandas")).to_contain_text("80 %")
    page.get_by_role("link", name="pandas").click()
    part = page.get_by_role("button", name="numpy 2.5.5, 92.0 MB, 44 %")
    part.focus()
    page.keyboard.press("Enter")
    trail = page.get_by_role("navigation", name="Within the artifact")
    expect(trail).to_contain_text("numpy 2.5.5 92.0 MB")
    assert page.url.endswith("?in=numpy+2.5.5")
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("row").filter(has_text="folder0")).to_contain_text("36.8 MB")
    trail.get_by_role("button", name="pandas 210 MB").click()
    expect(page.get_by_role("img", name="small0.py")).to_be_visible()


def test_a_window_that_is_made_narrower_leaves_the_focus_where_it_was(show: Show) -> None:
    """The treemap is drawn anew, and Enter still opens the part that was chosen."""
    page = show("#/artifacts/pandas")
    part = page.get_by_role("button", name="numpy 2.5.5, 92.0 MB, 44 %")
    part.focus()
    page.set_viewport_size({"width": 700, "height": 860})
    expect(page.locator("svg.treemap")).not_to_have_attribute("width", re.compile(r"^\d{4}$"))
    expect(part).to_be_focused()
    page.keyboard.press("Enter")
    trail = page.get_by_role("navigation", name="Within the artifact")
    expect(trail).to_contain_text("numpy 2.5.5 92.0 MB")
    expect(trail.locator("[aria-current]")).to_be_focused()
