"""Promotions and rollbacks from the page: every question, every end, and no code left behind."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Show
from tests.browser.script import CHANGES, LINES
from tests.browser.stand import Stand
from tests.browser.world import CODE

pytestmark = pytest.mark.slow

EVERYWHERE = """() => [document.documentElement.outerHTML, location.href, document.title,
    JSON.stringify(localStorage), JSON.stringify(sessionStorage), JSON.stringify(history.state),
    ...[...document.querySelectorAll("input")].map(each => each.value)].join("\\n")"""


def asked_for_the_code(page: Page) -> None:
    """Lead a promotion up to the code, by the keyboard alone."""
    page.get_by_role("button", name="Read the plan").focus()
    page.keyboard.press("Enter")
    yes = page.get_by_role("button", name="Yes, go on")
    yes.wait_for()
    # the question has the focus, not the button: Enter by itself agrees to nothing
    page.keyboard.press("Enter")
    expect(yes).to_be_visible()
    yes.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Type the app's name").wait_for()
    page.keyboard.type("dzgro")
    page.keyboard.press("Enter")
    page.get_by_label("One-time code").wait_for()


def test_a_promotion_is_carried_out_by_the_keyboard_alone(show: Show, stand: Stand) -> None:
    """Plan, two warnings, the app's name, the code, lanes, and a summary of all regions."""
    page = show("#/promote/prod")
    asked_for_the_code(page)
    plan = page.get_by_role("group", name="What changes, by function and region")
    row = plan.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Api", exact=True))
    expect(row.get_by_role("cell", name="46 to 47")).to_have_count(4)
    page.keyboard.type(CODE)
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Regions")).to_contain_text("ap-south-1")
    result = page.locator(".outcome")
    expect(result).to_contain_text("Promoted 7/7 lambdas to PRODUCTION successfully!")
    expect(result).to_contain_text("4/4")
    expect(result).to_contain_text("728 ms")
    assert [{"kind": "promote", "environment": "prod", "only": [], "canary": None}] == [
        {key: each[key] for key in ("kind", "environment", "only", "canary")}
        for each in stand.asked
    ]


def test_all_that_a_promotion_does_stands_above_the_question(show: Show) -> None:
    """Stacks, changes in them and steps of a canary, as at the terminal; screen readers hear it."""
    page = show("#/promote/prod")
    page.get_by_role("button", name="Read the plan").click()
    question = page.get_by_role("heading", name="Proceed with promotion")
    expect(question).to_be_focused()
    summary = page.get_by_role("region", name="Plan")
    for text in (*CHANGES, *LINES, "7 functions in 4 regions, all or none", "Warning:"):
        expect(summary).to_contain_text(text)
    expect(question).to_have_accessible_description(re.compile("stack .*first; aliases move when"))
    above, below = summary.bounding_box(), question.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] + above["height"] <= below["y"]
    expect(page.get_by_role("group", name="What changes in the stacks")).to_be_visible()


def test_the_code_is_left_nowhere(show: Show) -> None:
    """Neither the page, its address, its storage nor its fields hold it once it was given."""
    page = show("#/promote/prod")
    asked_for_the_code(page)
    field = page.get_by_label("One-time code")
    assert ("one-time-code", "numeric") == (
        field.get_attribute("autocomplete"),
        field.get_attribute("inputmode"),
    )
    expect(page.locator("#code-left")).to_contain_text("3 tries left; good for")
    field.fill("111111")
    page.keyboard.press("Enter")
    expect(page.locator("#code-left")).to_contain_text("2 tries left; good for")
    page.get_by_label("One-time code").fill(CODE)
    page.keyboard.press("Enter")
    page.locator(".result").wait_for()
    found = page.evaluate(EVERYWHERE)
    assert (False, False) == (CODE in found, "111111" in found)


def test_what_is_no_code_is_not_sent(show: Show, stand: Stand) -> None:
    """Five digits are told at the field, and cost no try."""
    page = show("#/promote/prod")
    asked_for_the_code(page)
    page.keyboard.type("12345")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("A code has six digits")
    assert 3 == next(iter(stand.jobs.values())).tries


def test_three_wrong_codes_end_it_in_four_parts(show: Show) -> None:
    """The error says what, and that nothing was changed."""
    page = show("#/promote/prod")
    asked_for_the_code(page)
    for left in ("2 tries left", "The last try", ""):
        page.get_by_label("One-time code").fill("111111")
        page.keyboard.press("Enter")
        if left:
            expect(page.locator("#code-left")).to_contain_text(left)
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text("The code was wrong three times")
    expect(problem).to_contain_text("nothing was changed")
    expect(page.locator(".result")).to_contain_text("0/4 regions: failed")


def test_another_name_is_not_taken(show: Show, stand: Stand) -> None:
    """The app's name must be typed as it is; the page says so before it asks the server."""
    page = show("#/promote/prod")
    page.get_by_role("button", name="Read the plan").click()
    page.get_by_role("button", name="Yes, go on").click()
    page.get_by_label("Type the app's name").fill("dzgr")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("That is not dzgro")
    assert "name" == (next(iter(stand.jobs.values())).question or {})["kind"]


def test_it_can_be_declined_and_stopped(show: Show) -> None:
    """No to the first question, and Stop at any later one, end it with nothing changed."""
    page = show("#/promote/prod")
    page.get_by_role("button", name="Read the plan").click()
    page.get_by_role("button", name="No, stop here").click()
    expect(page.locator(".result")).to_contain_text("stopped")
    page.evaluate("location.hash = '#/promote/prod'")
    asked_for_the_code(page)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("nothing was changed")


def test_a_failure_says_what_is_live(show: Show) -> None:
    """What, why, state and hint, and no region counted as done."""
    page = show("#/promote/prod")
    page.get_by_label("Note").fill("fail please")
    asked_for_the_code(page)
    page.keyboard.type(CODE)
    page.keyboard.press("Enter")
    problem = page.get_by_role("alert")
    for part in ("taken back", "eu-west-1 did not answer", "what it served before", "again"):
        expect(problem).to_contain_text(part)


def test_the_command_says_what_the_form_says(show: Show) -> None:
    """Functions, steps and a note become the arguments that a shell wants, quotes included."""
    page = show("#/promote/prod")
    page.locator("summary").click()
    page.get_by_label("Api core").check()
    page.get_by_label("In steps").check()
    page.get_by_label("Steps", exact=True).fill("5, 25")
    page.get_by_label("Note").fill("it's late")
    expected = "sam-deploy promote prod --only Api --canary 5,25 --every 5m --note 'it'\\''s late'"
    expect(page.get_by_role("group", name="Command")).to_have_text(expected)
    page.get_by_label("Steps", exact=True).fill("50, 25")
    page.get_by_role("button", name="Read the plan").click()
    expect(page.get_by_role("alert")).to_contain_text("percentages between 0 and 100 that rise")


def test_a_second_job_is_refused_with_its_reason(show: Show, stand: Stand) -> None:
    """While one is open the server refuses another, and the form shows why."""
    first = show("#/promote/prod")
    first.get_by_role("button", name="Read the plan").click()
    first.get_by_role("button", name="Yes, go on").wait_for()
    second = show("#/rollback/prod")
    second.get_by_label("Release").select_option("prod-8")
    expect(second.get_by_role("group", name="Command")).to_have_text(
        "sam-deploy rollback prod --to prod-8"
    )
    second.get_by_role("button", name="Read the plan").click()
    expect(second.get_by_role("alert")).to_contain_text("Another job is under way")
    assert ("rollback", "prod-8") == (stand.asked[1]["kind"], stand.asked[1]["to"])


def test_a_job_is_there_again_after_the_page_is_opened_anew(show: Show) -> None:
    """A reload in the middle shows the plan and the same question."""
    page = show("#/promote/prod")
    asked_for_the_code(page)
    page.reload()
    expect(page.get_by_label("One-time code")).to_be_focused()
    expect(page.get_by_role("heading", name="Plan")).to_be_visible()
