"""An open page follows `deploy.py`: what it says is what views are drawn by."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Show, until
from tests.browser.stand import Stand
from tests.browser.world import NAMES, World

pytestmark = pytest.mark.slow


def changed(stand: Stand) -> None:
    """A function more stands in `deploy.py`, and the next status says so."""
    stand.world = World(functions=(*NAMES, "Invoices"))
    stand.send("status", stand.world.status())


def expect_it(page: Page) -> None:
    """The new function stands in the table of each environment."""
    expect(page.get_by_role("rowheader").filter(has_text="Invoices")).to_have_count(3)


def test_a_new_function_shows_in_an_open_page(show: Show, stand: Stand) -> None:
    """Without a reload; who was somewhere stays there, and screen readers hear of it."""
    page = show("#/")
    page.get_by_text("prod serves prod-10 in 4 of 4 regions").wait_for()
    link = page.get_by_role("link", name="Roll back Production…")
    link.focus()
    changed(stand)
    expect_it(page)
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    expect(page.locator("#announcer")).to_contain_text("deploy.py has changed")
    page.get_by_text("prod serves prod-10 in 4 of 4 regions").wait_for()
    stand.read.clear()
    stand.send("status", stand.world.status())
    page.wait_for_timeout(300)
    assert "app" not in stand.read


def test_what_is_being_filled_in_is_left_alone(show: Show, stand: Stand) -> None:
    """A form and a question stay as they are; the next view is drawn by what is new."""
    page = show("#/promote/prod")
    page.get_by_label("Note").fill("half a no")
    stand.read.clear()
    changed(stand)
    until(lambda: "app" in stand.read)
    page.wait_for_timeout(300)
    expect(page.get_by_label("Note", exact=True)).to_have_value("half a no")
    page.get_by_role("button", name="Read the plan").click()
    page.get_by_role("button", name="No, stop here").click()
    page.get_by_role("link", name="What is served now").click()
    expect_it(page)


def test_a_filter_is_typed_to_its_end(show: Show, stand: Stand) -> None:
    """The view is drawn anew once the field is left."""
    page = show()
    field = page.get_by_role("searchbox", name="Function")
    field.press_sequentially("inv")
    stand.read.clear()
    changed(stand)
    until(lambda: "app" in stand.read)
    field.press_sequentially("oi")
    expect(field).to_have_value("invoi")
    field.press("Tab")
    page.locator("#app-name").focus()
    expect_it(page)
