"""One-time codes at a real terminal, and approval files: what is no approval moves nothing."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.faults.promoting import (
    EAST,
    FLIP,
    HOME,
    PROMOTE,
    RECIPIENT,
    ROLLBACK,
    SENDER,
    Stage,
)
from tests.faults.rules import Fail, LoseAnswer, When
from tests.faults.terminal import Terminal, at_terminal

pytestmark = pytest.mark.long

MAIL = When("ses")
ENTER = "Enter OTP (Attempt {}/3)"


@pytest.fixture
def asked(stage: Stage) -> Stage:
    """SES knows the sender, and the count of codes begins anew."""
    stage.place.client("sesv2", HOME).create_email_identity(EmailIdentity=SENDER)
    for key in stage.records.keys("approval/"):
        found = stage.records.read(key)
        assert found is not None
        stage.records.delete(key, found.etag)
    return stage


def mails(stage: Stage) -> list[dict[str, Any]]:
    """All mails of this emulator, the oldest first."""
    url = f"{stage.place.emulator.url}/_ministack/ses/messages"
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own emulator
        accounts = json.load(answer)["messages"]
    return sorted((m for every in accounts.values() for m in every), key=lambda m: m["Timestamp"])


def code_of(mail: dict[str, Any]) -> str:
    """The code that a mail brings."""
    found = re.search(r"^ +(\d{6})$", mail["BodyText"], re.MULTILINE)
    assert found
    return found[1]


def wrong(code: str) -> str:
    """Six digits that are not the code."""
    return f"{(int(code) + 1) % 10**6:06d}"


@contextmanager
def at_the_code(stage: Stage, *arguments: str) -> Iterator[Terminal]:
    """A promotion to prod that was agreed to, up to where the code is wanted."""
    with at_terminal(stage.place, *PROMOTE, *arguments) as terminal:
        terminal.until("(yes/no)")
        terminal.type("yes")
        terminal.until("Type the app's name")
        terminal.type("tiny")
        yield terminal


def assert_nothing_moved(stage: Stage) -> None:
    assert [] == stage.place.proxy.made(FLIP)
    assert ["1", "1"] == stage.serves()
    assert {} == stage.journal()


def test_the_code_of_the_mail_promotes(asked: Stage) -> None:
    """A question, the app's name, the code (R184, R185, R189, R193)."""
    with at_the_code(asked) as terminal:
        terminal.until(ENTER.format(1))
        mail = mails(asked)[-1]
        assert [RECIPIENT] == mail["To"]
        assert code_of(mail) not in mail["Subject"]
        terminal.type(code_of(mail))
        assert 0 == terminal.end(), terminal.said
    assert ["2", "2"] == asked.serves()
    assert [] == asked.problems()
    assert f"code to {RECIPIENT}" == asked.releases()[-1].approval


def test_auto_approve_asks_for_the_code_alone(asked: Stage) -> None:
    """`promote --auto-approve` skips the questions, never the code (R292)."""
    with at_terminal(asked.place, *PROMOTE, "--auto-approve") as terminal:
        terminal.until(ENTER.format(1))
        assert "(yes/no)" not in terminal.said
        assert "Type the app's name" not in terminal.said
        assert ["1", "1"] == asked.serves()
        terminal.type(code_of(mails(asked)[-1]))
        assert 0 == terminal.end(), terminal.said
    assert ["2", "2"] == asked.serves()
    assert f"code to {RECIPIENT}" == asked.releases()[-1].approval


def test_auto_approve_is_no_code(asked: Stage) -> None:
    """Without a terminal it is refused, as without the option; nothing is begun."""
    ran = asked.place.run(*PROMOTE, "--auto-approve")
    assert 6 == ran.code, ran.err
    assert "approval" in ran.err
    assert_nothing_moved(asked)


@pytest.mark.fault(19)
def test_three_wrong_codes_void_the_plan_and_cool_down_all(asked: Stage) -> None:
    """Fault 19: exit 6, audited; the next process is sent no code for a while (R187)."""
    with at_the_code(asked) as terminal:
        for attempt in range(1, 4):
            terminal.until(ENTER.format(attempt))
            terminal.type(wrong(code_of(mails(asked)[-1])))
        assert 6 == terminal.end(), terminal.said
    assert "Invalid OTP. 2 attempts remaining." in terminal.said
    assert "Invalid OTP. Maximum attempts exceeded" in terminal.said
    assert 3 == asked.events().count("code-wrong")
    assert "plan-void" in asked.events()
    sent = len(mails(asked))
    with at_the_code(asked) as again:
        assert 6 == again.end(), again.said
    assert "No one-time code is sent for `prod` of `tiny` now" in " ".join(again.said.split())
    assert sent == len(mails(asked))
    assert_nothing_moved(asked)


@pytest.mark.fault(24)
def test_a_code_that_nobody_enters_keeps_no_rollback_away(asked: Stage) -> None:
    """Fault 24: at its end the question ends, too: exit 6, and the lock is free for others."""
    file = asked.place.folder / "deploy.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Promotion(recip", "Promotion(minutes=1, recip"), encoding="utf-8")
    try:
        with at_the_code(asked) as terminal:
            terminal.until(ENTER.format(1))
            terminal.keys("123")
            meanwhile = asked.place.run(*ROLLBACK)
            assert 5 == meanwhile.code, meanwhile.err
            assert "is at work on this app" in meanwhile.err
            assert 6 == terminal.end(), terminal.said
    finally:
        file.write_text(text, encoding="utf-8")
    said = " ".join(terminal.said.split())
    assert "The one-time code has expired" in said
    assert "it was good for 1 minute" in said
    assert "nothing was changed" in said
    assert "code-expired" in asked.events()
    assert "is at work" not in asked.place.run(*ROLLBACK).err
    assert_nothing_moved(asked)


@pytest.mark.fault(20)
def test_a_code_is_good_for_its_own_session_only(asked: Stage) -> None:
    """Fault 20: the code of a promotion that was given up is a wrong one in the next (R188)."""
    with at_the_code(asked) as terminal:
        terminal.until(ENTER.format(1))
        old = code_of(mails(asked)[-1])
        terminal.interrupt()
        assert 130 == terminal.end(), terminal.said
    with at_the_code(asked) as again:
        again.until(ENTER.format(1))
        if old == code_of(mails(asked)[-1]):
            return  # one time in a million
        again.type(old)
        again.until("Invalid OTP. 2 attempts remaining.")
        again.type(code_of(mails(asked)[-1]))
        assert 0 == again.end(), again.said
    assert ["2", "2"] == asked.serves()


@pytest.mark.fault(20)
def test_an_approval_file_is_good_once_and_for_its_plan(stage: Stage) -> None:
    """Fault 20: used, or of a plan that something has changed since: exit 6, nothing moves."""
    file = stage.approved()
    stage.point(EAST, "prod", "1", {"2": 0.5})
    drifted = stage.place.run(*PROMOTE, "--approval-file", str(file))
    assert 6 == drifted.code, drifted.err
    assert "does not approve this plan" in " ".join(drifted.err.split())
    assert [] == stage.place.proxy.made(FLIP)
    good = stage.approved()
    assert 0 == stage.place.run(*PROMOTE, "--approval-file", str(good)).code
    for region in stage.place.regions:
        stage.point(region, "prod", "1")
    stage.place.proxy.clear()
    replayed = stage.place.run(*PROMOTE, "--approval-file", str(good))
    assert 6 == replayed.code, replayed.err
    assert [] == stage.place.proxy.made(FLIP)
    assert ["1", "1"] == stage.serves()


@pytest.mark.fault(22)
@pytest.mark.parametrize(
    ("code", "message", "status"),
    [
        ("MessageRejected", f"Email address is not verified: {SENDER}", 400),
        ("AccessDeniedException", "no ses:SendEmail", 403),
        ("AccountSendingPausedException", "paused", 400),
    ],
)
def test_a_mail_that_is_not_accepted_ends_it(
    asked: Stage, code: str, message: str, status: int
) -> None:
    """Fault 22: exit 6 with SES's code; no code is pending, none is shown instead (R192)."""
    asked.place.proxy.add(MAIL, Fail(code, message, status))
    sent = len(mails(asked))
    with at_the_code(asked) as terminal:
        assert 6 == terminal.end(), terminal.said
    said = " ".join(terminal.said.split())
    assert code.removesuffix("Exception") in said
    assert "Enter OTP" not in said
    assert not re.search(r"\b\d{6}\b", said.replace(str(asked.records.bucket), ""))
    assert sent == len(mails(asked))
    assert "code-not-sent" in asked.events()
    assert_nothing_moved(asked)


@pytest.mark.fault(23)
def test_a_mail_whose_answer_is_lost_comes_twice_with_one_code(asked: Stage) -> None:
    """Fault 23: both are good, and the terminal says which plan is the latest."""
    before = len(mails(asked))
    rule = asked.place.proxy.add(MAIL, LoseAnswer(), times=1)
    with at_the_code(asked) as terminal:
        terminal.until(ENTER.format(1))
        sent = mails(asked)[before:]
        assert (1, 2) == (rule.hits, len(sent))
        assert 1 == len({code_of(each) for each in sent})
        assert "The latest plan id is" in " ".join(terminal.said.split())
        terminal.type(code_of(sent[0]))
        assert 0 == terminal.end(), terminal.said
    assert ["2", "2"] == asked.serves()


@pytest.mark.fault(25)
def test_without_a_terminal_no_mail_leaves(stage: Stage) -> None:
    """Fault 25: exit 6 at once, with the way that CI has."""
    ran = stage.place.run(*PROMOTE)
    assert 6 == ran.code, ran.err
    assert "there is no terminal to enter it at" in " ".join(ran.err.split())
    assert "--approval-file" in ran.err
    assert [] == stage.place.proxy.made(MAIL)
    assert_nothing_moved(stage)


@pytest.mark.fault(26)
def test_what_is_no_code_burns_no_attempt(asked: Stage) -> None:
    """Fault 26: full-width digits, spaces, five, seven, nothing; spaces around it are no matter."""
    with at_the_code(asked) as terminal:
        terminal.until(ENTER.format(1))
        code = code_of(mails(asked)[-1])
        for typed in ("１２３４５６", f"{code[:3]} {code[3:]}", code[:5], f"{code}0", "", "abcdef"):  # noqa: RUF001 - digits of another script
            terminal.said = ""
            terminal.type(typed)
            terminal.until("It does not count as an attempt.")
            terminal.until(ENTER.format(1))
        terminal.type(f"  {code}  ")
        assert 0 == terminal.end(), terminal.said
    assert "Traceback" not in terminal.said
    assert ["2", "2"] == asked.serves()


def test_any_other_answer_than_yes_cancels(asked: Stage) -> None:
    """Exit 5 before a code is sent; prod wants the app's name as well (R184, R193)."""
    for answers in (("y",), ("YES",), ("",), ("yes", "prod"), ("yes", "")):
        asked.place.proxy.clear()
        with at_terminal(asked.place, *PROMOTE) as terminal:
            terminal.until("(yes/no)")
            terminal.type(answers[0])
            if len(answers) > 1:
                terminal.until("Type the app's name")
                terminal.type(answers[1])
            assert 5 == terminal.end(), terminal.said
        assert "Nothing was promoted" in terminal.said
        assert [] == asked.place.proxy.made(MAIL)
    assert_nothing_moved(asked)
