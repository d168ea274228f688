"""One job at a time, its questions and its answers."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from sam_deploy.errors import ApprovalError, RefusedError, RolledBackError
from sam_deploy.events import AliasMoved, Note, ShiftStep, StepStarted
from sam_deploy.lanes import Stop, StoppedError
from sam_deploy.promotion import ReleasePlan
from sam_deploy.ui.conversation import Conversation
from sam_deploy.ui.ports import Ask, Came, Stopped, Talk

Browser = Any
"""The conftest's browser."""
Script = Any
"""The conftest's work."""
PLAN = ReleasePlan(
    act="promote",
    app="shop",
    account="000000000000",
    caller="arn:aws:iam::000000000000:user/ops",
    home_region="eu-west-1",
    environment="prod",
    source="dev",
    regions=("eu-west-1",),
    flips=(),
    nonce="00",
    tool_version="0",
)
PROD = {"kind": "promote", "environment": "prod"}


@dataclass
class Question:
    """What is asked."""

    text: str = "Go on? (yes/no)"
    kind: Literal["confirm", "name", "code"] = "confirm"


def until(fits: Callable[[], Any]) -> Any:
    """Wait until something is so, and return it."""
    deadline = time.monotonic() + 10
    while not (found := fits()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


def asked(browser: Browser, job: str) -> dict[str, Any]:
    """Wait for a question of a job."""
    found: dict[str, Any] = until(lambda: browser.get(f"/api/jobs/{job}").json()["question"])
    return found


def ended(browser: Browser, job: str) -> dict[str, Any]:
    """Wait for the end of a job."""

    def view() -> Any:
        found = browser.get(f"/api/jobs/{job}").json()
        return found if found["state"] in {"done", "failed", "stopped"} else None

    found: dict[str, Any] = until(view)
    return found


def begun(browser: Browser, **more: Any) -> str:
    """Begin a job."""
    answer = browser.post("/api/jobs", {**PROD, **more})
    assert 202 == answer.status_code, answer.text
    job: str = answer.json()["job"]
    return job


def test_a_job_asks_and_ends(browser: Browser, script: Script) -> None:
    """What was said before a question is its detail; the answer goes to the work."""
    heard = []

    def act(_ask: Ask, talk: Talk) -> Came:
        talk.say("OTP sent to ops@example.com")
        heard.append(talk.answer(Question("Enter OTP (Attempt 2/3)", "code"), Stop()))
        return Came("Promoted", 2, 2, 40)

    script.act = act
    job = begun(browser)
    question = asked(browser, job)
    assert ("code", "OTP sent to ops@example.com", 2) == (
        question["kind"],
        question["detail"],
        question["attempts_left"],
    )
    body = {"answer": "123456", "question": question["id"]}
    answered = browser.post(f"/api/jobs/{job}/answer", body)
    assert 202 == answered.status_code
    assert "123456" not in answered.text
    done = ended(browser, job)
    assert ("done", 2, 100) == (
        done["state"],
        done["result"]["regions_done"],
        done["progress"]["percent"],
    )
    assert ["123456"] == heard
    assert "123456" not in json.dumps(done)


def test_an_answer_counts_once(browser: Browser, script: Script) -> None:
    """The answer to an earlier question, a second one, and one to nothing are thrown away."""
    go = threading.Event()

    def act(_ask: Ask, talk: Talk) -> Came:
        talk.answer(Question(), Stop())
        talk.answer(Question("Type the name", "name"), Stop())
        assert go.wait(10)
        return Came("", 1, 1, 0)

    script.act = act
    job = begun(browser)
    first = asked(browser, job)["id"]
    answer = f"/api/jobs/{job}/answer"
    assert 202 == browser.post(answer, {"answer": "yes", "question": first}).status_code
    second = until(lambda: (it := asked(browser, job))["id"] != first and it)
    late = browser.post(answer, {"answer": "yes", "question": first})
    assert 409 == late.status_code
    assert "another tab" in late.json()["error"]["why"]
    assert 202 == browser.post(answer, {"answer": "x", "question": second["id"]}).status_code
    assert 409 == browser.post(answer, {"answer": "x"}).status_code
    go.set()
    ended(browser, job)


def test_a_code_is_no_answer_to_another_question(browser: Browser, script: Script) -> None:
    """A refusal would repeat what was typed."""
    script.act = lambda _ask, talk: Came(talk.answer(Question(), Stop()), 1, 1, 0)
    job = begun(browser)
    asked(browser, job)
    refused = browser.post(f"/api/jobs/{job}/answer", {"answer": " 123456 "})
    assert 409 == refused.status_code
    assert "123456" not in refused.text
    browser.post(f"/api/jobs/{job}/answer", {"answer": "yes"})
    assert "yes" == ended(browser, job)["result"]["summary"]


def test_a_second_job_is_refused(browser: Browser, script: Script) -> None:
    """Until the first has ended."""
    script.act = lambda _ask, talk: Came(talk.answer(Question(), Stop()), 1, 1, 0)
    job = begun(browser)
    refused = browser.post("/api/jobs", PROD)
    assert 409 == refused.status_code
    assert "sam-deploy promote prod" in refused.json()["error"]["why"]
    browser.post(f"/api/jobs/{job}/answer", {"answer": "yes"})
    ended(browser, job)
    ended(browser, begun_and_answered(browser))


def begun_and_answered(browser: Browser) -> str:
    """Begin a job and say yes."""
    job = begun(browser)
    asked(browser, job)
    browser.post(f"/api/jobs/{job}/answer", {"answer": "yes"})
    return job


@pytest.mark.parametrize(
    ("error", "state", "what"),
    [
        (RolledBackError("It failed", state="as before"), "failed", "It failed"),
        (Stopped("everything was taken back"), "stopped", "Stopped"),
        (ValueError("secret"), "failed", "sam-deploy has a bug"),
        (KeyboardInterrupt(), "failed", "sam-deploy has a bug"),
    ],
)
def test_whatever_happens_a_job_ends(
    browser: Browser, script: Script, error: BaseException, state: str, what: str
) -> None:
    """With an error in its parts, and the next one can begin."""

    def act(_ask: Ask, _talk: Talk) -> Came:
        raise error

    script.act = act
    found = ended(browser, begun(browser))
    assert (state, what) == (found["state"], found["error"]["what"])
    assert "secret" not in json.dumps(found)
    script.act = lambda _ask, _talk: Came("", 1, 1, 0)
    assert "done" == ended(browser, begun(browser))["state"]


def test_what_cannot_be_meant_begins_nothing(browser: Browser) -> None:
    """The work refuses, and no job is made."""
    assert 400 == browser.post("/api/jobs", {**PROD, "environment": "nowhere"}).status_code
    assert 400 == browser.post("/api/jobs", {"kind": "deploy"}).status_code
    assert browser.dashboard.jobs.open() is None


def test_read_only_begins_nothing(browser: Browser) -> None:
    """Before the body is read."""
    browser.dashboard.read_only = True
    assert 409 == browser.post("/api/jobs", PROD).status_code


def test_nobody_answers() -> None:
    """After the time of a code: an error for a confirmation; a code first counts as empty."""
    now = [0.0]
    talk = Conversation(600.0, clock=lambda: now[0])
    now[0] = 0.0
    threading.Timer(0.05, lambda: now.__setitem__(0, 601.0)).start()
    with pytest.raises(ApprovalError, match="Nobody has answered"):
        talk.answer(Question(), Stop())
    now[0] = 1000.0
    threading.Timer(0.05, lambda: now.__setitem__(0, 1601.0)).start()
    assert "" == talk.answer(Question("OTP (Attempt 1/3)", "code"), Stop())
    with pytest.raises(ApprovalError):
        talk.answer(Question("OTP (Attempt 1/3)", "code"), Stop())


def test_all_tries_have_the_time_of_one_code() -> None:
    """A second try does not begin anew, and is told how long that is; other questions are not."""
    now = [0.0]
    talk = Conversation(600.0, clock=lambda: now[0])
    shown = []

    def wrong() -> None:
        shown.append(talk.view()["question"]["until"] - time.time())
        talk.take("000000", None)

    for attempt, passed in (("(Attempt 1/3)", 200.0), ("(Attempt 2/3)", 600.5)):
        threading.Timer(0.05, wrong).start()
        assert "000000" == talk.answer(Question(attempt, "code"), Stop())
        now[0] = passed
    assert [600, 400] == [pytest.approx(each, abs=5) for each in shown]
    assert "" == talk.answer(Question("(Attempt 3/3)", "code"), Stop())


def test_a_question_ends_with_the_work_or_with_the_person() -> None:
    """The cloud died, or somebody has pressed stop."""
    talk, stop = Conversation(600.0), Stop()
    threading.Timer(0.05, stop.set).start()
    with pytest.raises(StoppedError):
        talk.answer(Question(), stop)
    threading.Timer(0.05, talk.stop).start()
    with pytest.raises(KeyboardInterrupt):
        talk.answer(Question(), Stop())
    with pytest.raises(KeyboardInterrupt):
        talk.look()


def test_an_answer_without_a_question_is_refused() -> None:
    """Nothing is kept for later."""
    with pytest.raises(RefusedError):
        Conversation(600.0).take("yes", None)


def test_a_plan_is_shown_with_all_that_it_does() -> None:
    """What changes in stacks was said before the plan was made, and belongs to it."""
    talk = Conversation(600.0)
    talk.changes(["shop-prod in eu-west-1: new stack, 22 to add"])
    talk.seen(PLAN, ["1 stack (shop-prod) first"], final=True)
    plan = talk.view()["plan"]
    assert (["1 stack (shop-prod) first"], ["shop-prod in eu-west-1: new stack, 22 to add"]) == (
        plan["lines"],
        plan["changes"],
    )
    assert ["prod is what real users meet: nothing is promoted from it"] == plan["warnings"]


def test_progress_follows_the_events() -> None:
    """Lanes say what a region does; warnings are kept; a shift counts by its steps."""
    talk = Conversation(600.0)
    talk.report(Note("an alarm fires", "warning", "eu-west-1"))
    talk.report(AliasMoved("eu-west-1", "ApiFunction", "prod", "8", "7"))
    talk.report(StepStarted("us-east-1", "", "50% of the calls", 2, 4))
    talk.report(ShiftStep(2, 4, 0.5, ("eu-west-1", "us-east-1"), 60, ""))
    found = talk.view()
    assert ["eu-west-1: an alarm fires"] == found["warnings"]
    assert "step 2 of 4: 50% of the calls" == found["progress"]["text"]
    lanes = {each["region"]: each for each in found["progress"]["lanes"]}
    assert (2, 4) == (lanes["us-east-1"]["step"], lanes["us-east-1"]["of"])
