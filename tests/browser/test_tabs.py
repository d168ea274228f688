"""Many tabs of one browser, which has six connections to an address for all of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.browser.conftest import Show, until
from tests.browser.stand import Stand

pytestmark = pytest.mark.slow

SIGHT = """(() => {
    let hidden = false;
    Object.defineProperty(document, "hidden", {get: () => hidden});
    Object.defineProperty(document, "visibilityState", {get: () => hidden ? "hidden" : "visible"});
    window.seen = now => {
        hidden = !now;
        document.dispatchEvent(new Event("visibilitychange"));
    };
})();"""
"""A headless browser calls every tab visible."""
TABS, ROOM = 7, 5
SERVES = "prod serves prod-10 in 4 of 4 regions"


def opened(context: BrowserContext, address: str) -> Page:
    """Open a tab that tests can hide."""
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("main h1")
    return page


def test_more_tabs_than_connections_leave_the_seen_one_working(show: Show, stand: Stand) -> None:
    """Those that nobody sees hold no stream; one that is seen again knows what has happened."""
    context = show().context
    context.add_init_script(SIGHT)
    context.pages[0].close()
    tabs = []
    for _ in range(TABS):
        tabs.append(opened(context, stand.url))
        tabs[-1].get_by_text(SERVES).wait_for()
        tabs[-1].evaluate("seen(false)")
        until(lambda: stand.listeners < ROOM)
    until(lambda: stand.listeners == 0)
    last = opened(context, f"{stand.url}#/promote/prod")
    last.get_by_role("button", name="Read the plan").click()
    last.get_by_role("button", name="No, stop here").click()
    expect(last.locator(".result")).to_contain_text("stopped")
    assert 1 == stand.listeners
    stand.world.rows[0]["version"] = "777"
    tabs[0].evaluate("seen(true)")
    expect(tabs[0].get_by_text("777", exact=True)).to_be_visible()
    until(lambda: stand.listeners == 2)
    expect(tabs[0].get_by_text("Connection lost")).to_have_count(0)
    expect(tabs[0].locator("#announcer")).not_to_contain_text("Connected again")


def test_a_glance_at_another_tab_costs_nothing(show: Show, stand: Stand) -> None:
    """The stream is kept for a moment: events that come meanwhile are there."""
    context = show().context
    context.add_init_script(SIGHT)
    page = opened(context, stand.url)
    page.get_by_text(SERVES).wait_for()
    page.evaluate("seen(false)")
    stand.world.rows[0]["version"] = "777"
    stand.send("status", stand.world.status())
    expect(page.get_by_text("777", exact=True)).to_be_visible()
    stand.read.clear()
    page.evaluate("seen(true)")
    page.wait_for_timeout(2500)
    assert [] == stand.read


def test_a_tab_that_is_opened_behind_others_begins_when_it_is_seen(
    show: Show, stand: Stand
) -> None:
    """It has read once, and knows then what has happened since."""
    context = show().context
    context.add_init_script(SIGHT.replace("let hidden = false", "let hidden = true"))
    context.pages[0].close()
    until(lambda: stand.listeners == 0)
    page = opened(context, stand.url)
    page.get_by_text(SERVES).wait_for()
    assert 0 == stand.listeners
    stand.world.rows[0]["version"] = "777"
    page.evaluate("seen(true)")
    expect(page.get_by_text("777", exact=True)).to_be_visible()
