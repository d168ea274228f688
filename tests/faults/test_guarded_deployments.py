"""On AWS, what a deployment changes for prod needs a one-time code, or an approval file."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.faults.place import DEPLOY, Place
from tests.faults.terminal import at_terminal

pytestmark = pytest.mark.long

SENDER = "noreply@tiny.example"
PROMOTION = f"""    promotion=Promotion(recipients=["ops@tiny.example"], sender="{SENDER}"),
    queues"""
QUEUE = 'Queue("Jobs")'
SLOWER = 'Queue("Jobs", visibility_timeout_seconds=90)'


@pytest.fixture
def guarded(faulty: Place) -> Iterator[Place]:
    """The app knows who gets codes, and is deployed; a change of its queue reaches prod."""
    faulty.client("sesv2", "eu-west-1").create_email_identity(EmailIdentity=SENDER)
    with (
        faulty.edited("deploy.py", "    queues", PROMOTION),
        faulty.edited("deploy.py", "Layer, Queue", "Layer, Promotion, Queue"),
    ):
        first = faulty.deploy()
        assert 0 == first.code, first.err
        with faulty.edited("deploy.py", QUEUE, SLOWER):
            yield faulty


def timeouts(place: Place) -> set[str]:
    """Return the visibility timeout of prod's queue in every region."""
    found = set()
    for region in place.regions:
        sqs = place.client("sqs", region)
        url = sqs.get_queue_url(QueueName="JobsProdQ")["QueueUrl"]
        names = ["VisibilityTimeout"]
        found.add(
            sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"][names[0]]
        )
    return found


def newest_code(place: Place) -> str:
    """Return the code of the last mail."""
    url = f"{place.emulator.url}/_ministack/ses/messages"
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own emulator
        accounts: dict[str, list[dict[str, Any]]] = json.load(answer)["messages"]
    mails = sorted((m for every in accounts.values() for m in every), key=lambda m: m["Timestamp"])
    found = re.search(r"^ +(\d{6})$", mails[-1]["BodyText"], re.MULTILINE)
    assert found
    return found[1]


def test_without_a_terminal_prod_is_not_changed_by_auto_approve(guarded: Place) -> None:
    """Exit 6, before any change set is executed."""
    before = timeouts(guarded)
    ran = guarded.deploy()
    assert 6 == ran.code, ran.err
    assert "prod: Modify JobsProdQ in eu-west-1" in ran.err
    assert "--approval-file" in ran.err
    assert before == timeouts(guarded)


def test_a_change_of_dev_alone_needs_no_code(guarded: Place) -> None:
    """Other code reaches dev only, until it is promoted."""
    with (
        guarded.edited("deploy.py", SLOWER, QUEUE),
        guarded.edited("functions/Hello/handler.py", "Answer one", "Answer every"),
    ):
        ran = guarded.deploy()
    assert 0 == ran.code, ran.err
    assert "one-time code" not in ran.err


def test_at_a_terminal_the_code_lets_it_go_on(guarded: Place) -> None:
    """The question first, then the code that came by mail."""
    with at_terminal(guarded, "deploy", "--target", "aws", "--progress", "plain") as terminal:
        terminal.until("(yes/no)")
        terminal.type("yes")
        terminal.until("Enter OTP (Attempt 1/3)")
        terminal.type(newest_code(guarded))
        assert 0 == terminal.end(), terminal.said
    assert {"90"} == timeouts(guarded)


def test_an_approval_of_a_plan_lets_ci_carry_it_out_once(guarded: Place, tmp_path: Path) -> None:
    """Planned without a terminal, agreed to at one, carried out without one."""
    plan, file = tmp_path / "plan.json", tmp_path / "approval.json"
    planned = guarded.run(
        "deploy", "--target", "aws", "--auto-approve", "--plan-only", "--out", str(plan)
    )
    assert 0 == planned.code, planned.err
    approve = ("approve", "--plan", str(plan), "--out", str(file), "--target", "aws")
    with at_terminal(guarded, *approve) as terminal:
        terminal.until("Enter OTP (Attempt 1/3)")
        terminal.type(newest_code(guarded))
        assert 0 == terminal.end(), terminal.said
    carried = (*DEPLOY, "--plan", str(plan), "--approval-file", str(file))
    first = guarded.run(*carried)
    assert 0 == first.code, first.err
    assert {"90"} == timeouts(guarded)
    with guarded.edited("deploy.py", SLOWER, QUEUE):
        other = guarded.deploy("--approval-file", str(file))
    assert 6 == other.code, other.err
