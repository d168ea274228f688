"""The overview follows what is served: by text, field by field, and through broken connections."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Show
from tests.browser.stand import Stand
from tests.browser.world import REGIONS, World, large

pytestmark = pytest.mark.slow

COUNT_CHANGES = """() => {
    window.changed = new Set();
    new MutationObserver(those => {
        for (const each of those) {
            const field = (each.target.nodeType === 1 ? each.target : each.target.parentElement)
                .closest("td");
            if (field) window.changed.add(field);
        }
    }).observe(document.querySelector(".environments"),
        {subtree: true, childList: true, characterData: true, attributes: true});
}"""


def section(page: Page, title: str) -> str:
    """Return the texts of all fields of an environment."""
    return page.get_by_role("group", name=f"{title}: functions by region").inner_text()


def test_every_environment_says_what_it_serves(show: Show, stand: Stand) -> None:
    """A sentence, the release, and marks that are words: drift, hot code, no answer, a weight."""
    stand.reset(World(canary=True, unreachable=("us-west-2",)))
    page = show()
    expect(page.get_by_text("prod serves prod-10 in 3 of 4 regions")).to_be_visible()
    expect(page.get_by_text("12 h ago by").or_(page.get_by_text("2 h ago by ben"))).to_be_visible()
    page.get_by_role("group", name="Production: functions by region").scroll_into_view_if_needed()
    page.get_by_text("46", exact=False).first.wait_for()
    assert "hot code" in section(page, "Development")
    assert "no answer" in section(page, "Production")
    shown = section(page, "Production")
    assert "10 % of the calls" in shown.replace("\n", " ") or "10 %" in shown
    expect(page.get_by_label("Notices")).to_contain_text("us-west-2 no answer within 5 s")


def test_drift_is_a_word(show: Show) -> None:
    """Where an alias is not where its release has put it, the field says so."""
    page = show()
    expect(page.get_by_text("1 alias adrift")).to_be_visible()
    expect(page.get_by_role("cell", name="drift")).to_have_count(1)


def test_only_fields_that_change_are_drawn_again(show: Show, stand: Stand) -> None:
    """Of three thousand fields a new reading touches the two whose version is another one."""
    stand.reset(large())
    page = show()
    page.locator("td .version").first.wait_for()
    expect(page.locator("td:empty")).to_have_count(0)
    assert 3000 == page.locator(".environments td").count()
    page.evaluate(COUNT_CHANGES)
    for row in stand.world.rows[5], stand.world.rows[6]:
        row["version"] = "999"
    stand.send("status", stand.world.status())
    expect(page.get_by_text("999", exact=True)).to_have_count(2)
    assert 2 == page.evaluate("window.changed.size")


def test_a_filter_is_part_of_the_address(show: Show) -> None:
    """What is typed and chosen narrows every table, and the address opens the same again."""
    page = show()
    page.get_by_role("searchbox", name="Function").fill("ams")
    page.get_by_role("combobox", name="Region").select_option("eu-west-1")
    expect(page.get_by_text("2 functions", exact=True)).to_be_visible()
    assert page.url.endswith("#/?function=ams&region=eu-west-1")
    again = show(page.url.split("/", 3)[3])
    table = again.get_by_role("group", name="Development: functions by region")
    expect(table.get_by_role("row")).to_have_count(3)
    expect(table.get_by_role("columnheader")).to_have_text(["Function", "eu-west-1"])


def test_nothing_deployed_names_the_command(show: Show, stand: Stand) -> None:
    """An empty overview says what to type, and the first deployment fills it."""
    stand.reset(World(deployed=False))
    page = show()
    expect(page.get_by_text("Nothing is deployed yet")).to_be_visible()
    expect(page.get_by_role("group", name="Command").first).to_have_text("sam-deploy deploy")
    stand.reset(World())
    stand.send("status", stand.world.status())
    expect(page.get_by_text("prod serves prod-10 in 4 of 4 regions")).to_be_visible()
    expect(page.get_by_text("Nothing is deployed yet")).to_be_hidden()


MISTAKE = {"what": "`deploy.py` has a mistake", "why": "line 3", "state": "", "hint": "mend it"}


def test_what_could_not_be_read_is_not_told_as_nothing(show: Show, stand: Stand) -> None:
    """Not known is no "serves nothing yet", and a field without an answer no empty region."""
    stand.reset(World(error=MISTAKE))
    page = show()
    expect(page.get_by_text("It is not known what prod serves now", exact=True)).to_be_visible()
    expect(page.get_by_text("serves nothing yet")).to_have_count(0)
    page.get_by_role("group", name="Production: functions by region").scroll_into_view_if_needed()
    expect(page.get_by_role("cell", name="no answer")).to_have_count(3 * 7 * 4)
    expect(page.get_by_text("Could not be read")).to_be_visible()
    expect(page.get_by_label("Notices")).to_contain_text("deploy.py has a mistake")
    stand.reset(World())
    stand.send("status", stand.world.status())
    expect(page.get_by_text("prod serves prod-10 in 4 of 4 regions")).to_be_visible()


@pytest.mark.parametrize("error", [MISTAKE, None])
def test_what_was_read_before_stays_and_is_called_old(
    show: Show, stand: Stand, error: dict[str, str] | None
) -> None:
    """Nothing can be read, or no region answers: versions stay, each said to be an old one."""
    page = show()
    page.get_by_text("prod serves prod-10 in 4 of 4 regions").wait_for()
    stand.world.error, stand.world.as_of = error, stand.world.now - 300
    stand.world.unreachable = stand.world.regions
    stand.send("status", stand.world.status())
    sentence = "It is not known what prod serves now; it was prod-10 when it was last read"
    expect(page.get_by_text(sentence)).to_be_visible()
    expect(page.get_by_text("Last read 5 min ago")).to_be_visible()
    table = page.get_by_role("group", name="Production: functions by region")
    table.scroll_into_view_if_needed()
    row = table.get_by_role("row").filter(has_text="CognitoTrigger")
    expect(row.get_by_role("cell", name="as last read")).to_have_count(4)


def test_nothing_in_the_regions_that_answer_is_not_nothing(show: Show, stand: Stand) -> None:
    """The one that is silent may serve something."""
    stand.reset(World(deployed=False, unreachable=("us-west-2",)))
    page = show()
    text = "It is not known what prod serves: not every region answers"
    expect(page.get_by_text(text)).to_be_visible()


def test_what_was_not_ended_stands_above_everything(show: Show, stand: Stand) -> None:
    """An open promotion is told in every view, with the command that ends it."""
    what = {"kind": "promotion", "environment": "prod", "what": "it was interrupted"}
    stand.reset(World(open={**what, "command": "sam-deploy resume"}))
    page = show("#/artifacts")
    notices = page.get_by_role("region", name="Notices")
    expect(notices).to_contain_text("Not ended: it was interrupted")
    expect(notices.get_by_role("button", name="Copy: sam-deploy resume")).to_be_visible()
    stand.world.open = None
    stand.send("status", stand.world.status())
    expect(notices).not_to_contain_text("Not ended")


def test_a_lost_connection_is_told_and_comes_back(show: Show, stand: Stand) -> None:
    """While the server is away a notice says so; then everything is read anew, by itself."""
    page = show()
    page.get_by_text("prod serves prod-10 in 4 of 4 regions").wait_for()
    stand.stop()
    notices = page.get_by_role("region", name="Notices")
    expect(notices).to_contain_text("Connection lost.")
    expect(page.get_by_role("status").filter(has_text="Connection lost")).to_be_attached()
    stand.world.rows[0]["version"] = "777"
    stand.start()
    expect(page.get_by_text("777", exact=True)).to_be_visible()
    expect(notices).not_to_contain_text("Connection lost.")


def test_a_page_that_is_not_let_in_says_how(show: Show, stand: Stand) -> None:
    """After the server was started anew the page names the command, and shows nothing old."""
    page = show()
    stand.locked = True
    page.get_by_role("link", name="History").click()
    heading = page.get_by_role("heading", name="The server does not know this browser")
    expect(heading).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("sam-deploy ui")
    expect(page.locator("table")).to_have_count(0)


def test_views_have_addresses_titles_and_a_way_back(show: Show) -> None:
    """Each view can be opened by its address; the back button goes where one was."""
    page = show("#/diff?from=prod-9&to=prod-10")
    expect(page).to_have_title("From prod-9 to prod-10 · dzgro")
    page.get_by_role("link", name="prod-10", exact=True).click()
    expect(page).to_have_title("prod-10 · dzgro")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("From prod-9 to prod-10")
    page.evaluate("location.hash = '#/history/prod-99'")
    expect(page.get_by_role("alert")).to_contain_text("There is nothing of this name")


def test_two_releases_are_compared_by_function_and_region(show: Show) -> None:
    """What changed is named, regions that agree are one line, the order can be turned."""
    page = show("#/history")
    page.get_by_role("combobox", name="Compare", exact=True).select_option("prod-8")
    page.get_by_role("button", name="Show what changed").click()
    row = page.get_by_role("row").filter(has_text="ApiFunction").first
    expect(row).to_contain_text("all 4")
    expect(row).to_contain_text("version, commit, code")
    page.get_by_role("link", name="The other way round").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("From prod-10 to prod-8")


def test_names_are_text_whatever_they_are(show: Show, stand: Stand) -> None:
    """Markup in a note, a name or an error is shown as it was written, and runs nothing."""
    stand.reset(World())
    stand.world.releases[0]["note"] = "<img src=x onerror=alert(1)>"
    page = show("#/history")
    expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    assert 0 == page.locator("main img").count()
    assert REGIONS[0] in stand.world.app()["regions"]


def test_a_release_made_meanwhile_is_known(show: Show, stand: Stand) -> None:
    """What was released while another view was open is told with its author, not as it was."""
    page = show()
    page.get_by_text("prod serves prod-10 in 4 of 4 regions").wait_for()
    page.get_by_role("link", name="Artifacts").click()
    page.get_by_role("heading", name="Artifacts").wait_for()
    newest = {**stand.world.releases[0], "id": "prod-11", "who": "arn:aws:iam::1:user/eve"}
    stand.world.releases.insert(0, newest)
    for row in stand.world.rows:
        row["release"] = "prod-11" if row["environment"] == "prod" else row["release"]
    stand.world.open = {"kind": "promotion", "environment": "prod", "what": "x", "command": "y"}
    stand.send("status", stand.world.status())
    page.get_by_text("Not ended").wait_for()
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_text("prod serves prod-11 in 4 of 4 regions")).to_be_visible()
    expect(page.get_by_text("by eve")).to_be_visible()
