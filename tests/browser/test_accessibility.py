"""Everybody can use every view: axe-core, narrow screens, zoom, the keyboard alone."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Show
from tests.browser.stand import Stand
from tests.browser.world import CODE, World

pytestmark = pytest.mark.slow

RULES = """runOnly => axe.run(document, {resultTypes: ["violations"], ...runOnly}).then(found =>
    found.violations.flatMap(each => each.nodes.map(node =>
        `${each.id}: ${node.target.join(" ")} ${node.failureSummary}`)))"""
UNFOCUSED = """() => { const it = document.activeElement, style = getComputedStyle(it);
    return [it.tagName, it.textContent.trim().slice(0, 30), style.outlineStyle]; }"""
GO = "hash => new Promise(done => { location.hash = hash; setTimeout(done, 60); })"
STAYS = "() => document.documentElement.scrollWidth <= innerWidth"


def views(world: World) -> dict[str, str]:
    """Return every view that needs nothing to be begun."""
    failed, under_way = world.runs[1]["run"], world.runs[2]["run"]
    return {
        "overview": "#/",
        "live": "#/live",
        "failed run": f"#/live/{failed}",
        "run under way": f"#/live/{under_way}",
        "canary": "#/canary/prod",
        "no canary": "#/canary/staging",
        "history": "#/history",
        "release": "#/history/prod-10",
        "diff": "#/diff?from=prod-9&to=prod-10",
        "artifacts": "#/artifacts",
        "artifact": "#/artifacts/pandas",
        "promote": "#/promote/prod",
        "rollback": "#/rollback/prod",
        "nowhere": "#/nowhere",
    }


def told(page: Page, axe: str, name: str, scheme: str = "light") -> list[str]:
    """Return what axe-core finds wrong. A dark page differs from the light one in colours only."""
    page.evaluate(axe)
    only = {"runOnly": ["color-contrast"]} if scheme == "dark" else {}
    return [f"{name}: {each}" for each in page.evaluate(RULES, only)]


def visit(page: Page, hash_: str) -> None:
    """Go to another view, as a link does."""
    # the page's own security policy forbids what waits for conditions in strings
    page.evaluate(GO, hash_)
    page.locator("main:not([aria-busy])").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_no_view_has_a_violation(
    show: Show, stand: Stand, axe: str, scheme: str, width: int
) -> None:
    """axe-core finds nothing, light and dark, wide and narrow; only tables are wider than that."""
    stand.reset(World(canary=True, open=unended()))
    page, found, wide = show("", width=width, scheme=scheme), [], []
    for name, hash_ in views(stand.world).items():
        visit(page, hash_)
        for summary in page.locator("main summary:visible").all():
            summary.click()
        found += told(page, axe, name, scheme)
        wide += [] if page.evaluate(STAYS) else [name]
    assert ([], []) == (found, wide)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_old_rows_have_no_violation(show: Show, stand: Stand, axe: str, scheme: str) -> None:
    """What was last read can be read, and told from what is there now, without colours."""
    stand.reset(World(error={"what": "No cloud", "why": "", "hint": ""}, as_of=time.time() - 300))
    page = show(scheme=scheme)
    page.get_by_text("as last read").first.wait_for()
    assert [] == told(page, axe, "old rows", scheme)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_question_of_a_promotion_has_a_violation(show: Show, axe: str, scheme: str) -> None:
    """Nor in any state of a promotion: plan, questions, wrong code, end."""
    page, found = show("#/promote/prod", width=360, scheme=scheme), []
    page.get_by_role("button", name="Read the plan").click()
    page.get_by_role("button", name="Yes, go on").wait_for()
    found += told(page, axe, "confirm", scheme)
    page.get_by_role("button", name="Yes, go on").click()
    page.get_by_label("Type the app's name").fill("dzgro")
    found += told(page, axe, "name", scheme)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("One-time code").fill("12")
    page.get_by_role("button", name="Go on").click()
    found += told(page, axe, "code", scheme)
    page.get_by_label("One-time code").fill(CODE)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".result")).to_contain_text("Promoted 7/7")
    found += told(page, axe, "done", scheme)
    assert ([], True) == (found, page.evaluate(STAYS))


def test_what_is_not_there_yet_has_no_violation(show: Show, stand: Stand, axe: str) -> None:
    """Empty views, silent regions, a lost connection and a closed door are as good as the rest."""
    stand.reset(World(deployed=False))
    page, found = show(), []
    for name, hash_ in {
        "": "#/",
        "live": "#/live",
        "history": "#/history",
        "b": "#/artifacts",
    }.items():
        visit(page, hash_)
        found += told(page, axe, f"empty {name}")
    stand.reset(World(unreachable=("us-west-2",)))
    page = show(width=360)
    page.get_by_text("no answer").first.wait_for()
    found += told(page, axe, "silent")
    stand.locked = True
    page.reload()
    page.get_by_role("heading", name="The server does not know this browser").wait_for()
    assert [] == found + told(page, axe, "locked")


def test_at_twice_the_size_nothing_is_cut_off(show: Show, stand: Stand) -> None:
    """A window of 1280 pixels at 200 % leaves 640 of them: no view scrolls sideways then."""
    stand.reset(World(canary=True))
    page, wide = show(width=640, height=430, device_scale_factor=2), []
    for name, hash_ in views(stand.world).items():
        visit(page, hash_)
        wide += [] if page.evaluate(STAYS) else [name]
    assert [] == wide


def test_the_keyboard_alone_goes_everywhere(show: Show) -> None:
    """Tab begins with a link past the header, shows where one is at each stop, and Enter opens."""
    page = show()
    page.keyboard.press("Tab")
    assert "Skip to the content" == page.evaluate("document.activeElement.textContent")
    stops = []
    for _ in range(14):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(UNFOCUSED))
    assert [] == [stop for stop in stops if stop[2] == "none"]
    names = [stop[1] for stop in stops]
    assert ["dzgro", "Overview", "Live1 under way", "History", "Artifacts"] == names[:5]
    page.get_by_role("link", name="History").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Releases", level=1).wait_for()
    assert "Releases" == page.evaluate("document.activeElement.textContent")
    expect(page).to_have_title("Releases · dzgro")


def test_the_way_past_the_header_stays_in_the_view(show: Show) -> None:
    """`#main` is no address of a view: the skip link moves the focus and nothing else."""
    page = show("#/history")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert "main" == page.evaluate("document.activeElement.id")
    expect(page.get_by_role("heading", level=1)).to_have_text("Releases")
    expect(page).to_have_url(page.url.split("#")[0] + "#/history")


def test_a_chosen_appearance_is_kept(show: Show) -> None:
    """Dark on a light system, also after the page is opened again, and without a flash."""
    page = show()
    page.get_by_label("Appearance").select_option("dark")
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.reload()
    page.wait_for_selector("main h1")
    assert dark == page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.get_by_label("Appearance").select_option("system")
    assert dark != page.evaluate("getComputedStyle(document.documentElement).backgroundColor")


def unended() -> dict[str, str]:
    """Return a promotion that has not come to its end."""
    return {
        "kind": "promotion",
        "environment": "prod",
        "what": "`ann` began it 12 min ago, and her process has died.",
        "command": "sam-deploy resume",
    }
