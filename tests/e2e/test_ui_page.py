"""The dashboard's page in a real browser, at the real server, on the embedded cloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser import chromium
from tests.e2e import dashboard, shifting
from tests.e2e.dashboard import Served
from tests.e2e.shifting import Versions

pytestmark = pytest.mark.slow

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with chromium.started() as found:
        yield found


@pytest.fixture(scope="module")
def project(
    tmp_path_factory: pytest.TempPathFactory, deployed: Callable[[Path], Project]
) -> Project:
    """The app, with a version in dev that prod does not serve."""
    folder = tmp_path_factory.mktemp("ui-page") / "tiny"
    folder.mkdir()
    shifting.write(folder, 0.0, 0)
    versions = Versions(deployed(folder))
    versions.ready()
    return versions.project


@pytest.fixture(scope="module")
def ui(project: Project) -> Iterator[Served]:
    """A dashboard."""
    with dashboard.served(project) as found:
        yield found


def opened(browser: Browser, address: str) -> Page:
    """Open an address in a browser of its own."""
    page = browser.new_context(reduced_motion="reduce").new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    return page


def test_a_promotion_is_carried_out_on_the_page(
    browser: Browser, ui: Served, project: Project
) -> None:
    """From the overview to prod, with the code of the mail; overview and releases tell of it."""
    wrong: list[str] = []
    page = opened(browser, ui.address)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda it: wrong.append(it.text) if "Content Security" in it.text else None)
    assert "token" not in page.url
    page.get_by_role("link", name="Promote from Dev").click()
    page.get_by_label("Note").fill("from the page")
    before = len(shifting.mails(project.endpoint))
    page.get_by_role("button", name="Read the plan").click()
    page.get_by_role("button", name="Yes, go on").click()
    page.get_by_label("Type the app's name").fill("tiny")
    page.get_by_role("button", name="Go on").click()
    field = page.get_by_label("One-time code")
    field.wait_for()
    expect(page.locator("#code-left")).to_contain_text("3 tries left; good for")
    field.fill(dashboard.code(project, before))
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".result")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".outcome")).to_contain_text("2/2")
    page.get_by_role("link", name="What is served now").click()
    newest = project.run("history", "prod", "--json", "--target", "embedded").json["releases"][0]
    assert "from the page" == newest["note"]
    sentence = page.get_by_text(f"prod serves {newest['id']} in 2 of 2 regions")
    expect(sentence).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("row").filter(has_text="from the page")).to_contain_text("live")
    page.get_by_role("link", name="Artifacts").click()
    page.get_by_role("link", name="Hello").click()
    expect(page.get_by_role("group", name="Parts of Hello by size")).to_be_visible()
    assert [] == wrong


def test_without_the_token_a_browser_learns_how_to_get_in(browser: Browser, ui: Served) -> None:
    """The address alone shows nothing of the app, and names the command."""
    page = opened(browser, ui.address.partition("?")[0])
    expect(page.get_by_role("heading", level=1)).to_have_text("This dashboard is for one person")
    expect(page.locator("body")).not_to_contain_text("tiny")
    expect(page.locator("body")).to_contain_text("sam-deploy ui")
