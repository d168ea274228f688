"""The broker as a function of the emulator: promotions of real processes at a real terminal.

The emulator does not enforce IAM, so what is shown here is what the broker does and refuses, not
who else is kept out: that is what the policies are for (tests/contract/test_broker_policies.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.faults import emulator, place
from tests.faults.place import Place
from tests.faults.proxy import Proxy
from tests.faults.rules import LoseAnswer, When
from tests.faults.terminal import Terminal, at_terminal

HOME, OTHER = "eu-west-1", "us-east-1"
FUNCTION, BROKER = "HelloFunction", "tiny-broker"
PROMOTION = (
    'promotion=Promotion(recipients=["lead@people.example"], sender="noreply@tiny.example", '
    f'codes_an_hour=20, broker="{BROKER}"),'
)
HANDLER = "functions/Hello/handler.py"


@dataclass
class Guarded:
    """The project with a broker, both deployed to two regions."""

    place: Place

    def invoke(self, **asked: Any) -> dict[str, Any]:
        """What the broker answers."""
        answer = self.place.client("lambda", HOME).invoke(
            FunctionName=BROKER, Payload=json.dumps(asked).encode()
        )
        found: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, found
        return found

    def alias(self, region: str = HOME, name: str = "prod") -> dict[str, Any]:
        """An alias as it is."""
        found: dict[str, Any] = self.place.client("lambda", region).get_alias(
            FunctionName=FUNCTION, Name=name
        )
        del found["ResponseMetadata"]
        return found

    def serves(self, name: str = "prod") -> set[str]:
        """What an alias serves, in all regions."""
        return {self.alias(region, name)["FunctionVersion"] for region in (HOME, OTHER)}

    def move(self, version: str, **more: Any) -> dict[str, Any]:
        """Ask for a version of prod in the home region."""
        asked: dict[str, Any] = {
            "do": "move",
            "digest": "",
            "region": HOME,
            "function": FUNCTION,
            "alias": "prod",
            "version": version,
            "weights": [],
            "description": "by hand",
            "revision_id": self.alias()["RevisionId"],
        }
        return self.invoke(**{**asked, **more})

    def mails(self) -> list[str]:
        """The texts of all mails, the oldest first."""
        answer = httpx.get(
            f"{self.place.emulator.url}/_ministack/ses/messages", timeout=10, trust_env=False
        )
        every = [each for mails in answer.json()["messages"].values() for each in mails]
        return [each["BodyText"] for each in sorted(every, key=lambda each: str(each["Timestamp"]))]

    def code(self) -> str:
        """The code of the newest mail."""
        found = re.search(r"^ {4}(\d{6})$", self.mails()[-1], re.MULTILINE)
        assert found
        return found[1]

    def wrong(self) -> str:
        """Six digits that are not the code."""
        return f"{(int(self.code()) + 1) % 10**6:06d}"

    def release(self) -> str:
        """Deploy other code; return the version that dev serves then."""
        file = self.place.folder / HANDLER
        file.write_text(file.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
        ran = self.place.deploy()
        assert 0 == ran.code, ran.err
        (version,) = self.serves("dev")
        return version

    def log(self) -> list[dict[str, Any]]:
        """The lines of the broker's log, without those of Lambda itself."""
        logs = self.place.client("logs", HOME)
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/{BROKER}"
        )
        lines = [event["message"] for page in pages for event in page["events"]]
        return [json.loads(line) for line in lines if line.startswith("{")]

    def agree(self, terminal: Terminal) -> None:
        """Answer the questions before the code."""
        terminal.until("(yes/no)")
        terminal.type("yes")
        terminal.until("(tiny)")
        terminal.type("tiny")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """One app with a broker for all tests of this module, which only go forward."""
    cloud = emulator.start(tmp_path_factory.mktemp("emulator"))
    folder = place.tiny(tmp_path_factory.mktemp("broker") / "tiny")
    config = folder / "deploy.py"
    text = config.read_text(encoding="utf-8")
    text = text.replace("HttpApi, Layer,", "HttpApi, Layer, Promotion,")
    text = text.replace("http_api=HttpApi(),", f"http_api=HttpApi(),\n    {PROMOTION}")
    config.write_text(text, encoding="utf-8")
    made = Guarded(Place(folder, cloud, Proxy(cloud.url)))
    ses = made.place.client("sesv2", HOME)
    ses.create_email_identity(EmailIdentity="noreply@tiny.example")
    for arguments in (
        ("broker", "template", "--out", str(folder / "broker.yaml")),
        (
            *place.DEPLOY,
            "--template",
            str(folder / "broker.yaml"),
            "--stack-name",
            BROKER,
            "--region",
            HOME,
        ),
        place.DEPLOY,
    ):
        ran = made.place.run(*arguments)
        assert 0 == ran.code, ran.err
    yield made
    made.place.proxy.close()
    cloud.stop()


@pytest.mark.long
def test_a_promotion_goes_through_the_broker(guarded: Guarded) -> None:
    """The broker sends the code, takes it, and moves every alias; the way back needs none."""
    version = guarded.release()
    with at_terminal(guarded.place, "promote", "prod", "--target", "aws") as terminal:
        guarded.agree(terminal)
        terminal.until("Enter OTP (Attempt 1/3)")
        terminal.type(guarded.wrong())
        terminal.until("Enter OTP (Attempt 2/3)")
        terminal.type("no code")
        terminal.until("It does not count as an attempt")
        code = guarded.code()
        terminal.type(code)
        assert 0 == terminal.end(), terminal.said
    assert "by the broker `tiny-broker`" in terminal.said
    assert {version} == guarded.serves()
    assert f"HelloFunction: version 1 -> {version}" in guarded.mails()[-1]
    back = guarded.place.run("rollback", "prod", "--auto-approve", "--target", "aws")
    assert 0 == back.code, back.err
    assert {"1"} == guarded.serves()
    moves = [each for each in guarded.log() if each["do"] == "move"]
    assert {"free", "plan", "back"} == {each["came"] for each in moves}
    assert code not in json.dumps(guarded.log())


@pytest.mark.long
def test_what_nobody_has_agreed_to_is_refused(guarded: Guarded) -> None:
    """Asked for by hand, as somebody with credentials could: prod stays as it is."""
    version = guarded.release()
    before = guarded.alias()
    for asked in (
        guarded.move(version),
        guarded.move(version, digest="0" * 64),
        guarded.move(before["FunctionVersion"], weights=[[version, 0.5]]),
    ):
        assert "refused" == asked["refused"]["kind"]
    assert before == guarded.alias()
    assert "free" == guarded.move(version, alias="dev", revision_id="")["how"]


@pytest.mark.long
def test_a_lost_answer_of_the_broker_is_no_failure(guarded: Guarded) -> None:
    """The alias is read, and serves what was asked for: once, and nothing goes back."""
    rule = guarded.place.proxy.add(When("lambda", "Invoke"), LoseAnswer(), times=1)
    version = guarded.release()
    assert 1 == rule.hits
    with at_terminal(guarded.place, "promote", "prod", "--target", "aws") as terminal:
        guarded.agree(terminal)
        terminal.until("Enter OTP (Attempt 1/3)")
        # of the first try of the code, and of the home region's move: its second try goes by
        code = guarded.place.proxy.add(When("lambda", "Invoke"), LoseAnswer(), times=1)
        move = guarded.place.proxy.add(When("lambda", "Invoke"), LoseAnswer(), times=1, skip=1)
        terminal.type(guarded.code())
        assert 0 == terminal.end(), terminal.said
    assert (1, 1) == (code.hits, move.hits)
    assert {version} == guarded.serves()
    guarded.place.proxy.calm()


def approve(guarded: Guarded) -> Path:
    """Agree to what dev serves now, for later; return the approval file."""
    file = guarded.place.folder / "approval.json"
    with at_terminal(
        guarded.place, "approve", "prod", "--out", str(file), "--target", "aws"
    ) as terminal:
        guarded.agree(terminal)
        terminal.until("Enter OTP (Attempt 1/3)")
        terminal.type(guarded.code())
        assert 0 == terminal.end(), terminal.said
    return file


@pytest.mark.long
def test_an_approval_file_is_good_where_there_is_no_terminal(guarded: Guarded) -> None:
    """The broker remembers what was agreed to, for as long as the file is good."""
    version = guarded.release()
    file = approve(guarded)
    mails = len(guarded.mails())
    ran = guarded.place.run("promote", "prod", "--approval-file", str(file), "--target", "aws")
    assert 0 == ran.code, ran.err
    assert {version} == guarded.serves()
    assert mails == len(guarded.mails())


@pytest.mark.long
def test_an_agreement_that_is_too_old_moves_nothing(guarded: Guarded) -> None:
    """It is the broker's own clock and memory that count, not those of the caller."""
    guarded.release()
    before = guarded.serves()
    file = approve(guarded)
    digest = json.loads(file.read_text(encoding="utf-8"))["digest"]
    table = guarded.place.client("dynamodb", HOME)
    key = {"id": {"S": f"plan/{digest}"}}
    row = table.get_item(TableName=BROKER, Key=key)["Item"]
    row["body"]["S"] = json.dumps(json.loads(row["body"]["S"]) | {"good_until": 1})
    table.put_item(TableName=BROKER, Item=row)
    ran = guarded.place.run("promote", "prod", "--approval-file", str(file), "--target", "aws")
    assert 4 == ran.code, ran.err
    assert "too old by now" in ran.err
    assert before == guarded.serves()


@pytest.mark.long
def test_the_status_says_what_is_guarded_and_by_whom_it_can_be_gone_around(
    guarded: Guarded,
) -> None:
    """Who calls the emulator is root of its account, and it says so; a hand at work is seen."""
    functions = guarded.place.client("lambda", HOME)
    # what was released is known of what went through the broker
    guarded.release()
    file = approve(guarded)
    done = guarded.place.run("promote", "prod", "--approval-file", str(file), "--target", "aws")
    assert 0 == done.code, done.err
    at, past = guarded.alias()["FunctionVersion"], guarded.release()
    functions.update_alias(FunctionName=FUNCTION, Name="prod", FunctionVersion=past)
    ran = guarded.place.run("broker", "status", "--json", "--target", "aws")
    functions.update_alias(FunctionName=FUNCTION, Name="prod", FunctionVersion=at)
    assert 0 == ran.code, ran.err
    told = ran.json
    assert {"prod": {FUNCTION: [HOME, OTHER]}} == told["guarded"]
    assert [] == told["differences"]
    assert [f"prod of {FUNCTION} in {HOME} serves version {past} past the broker"] == told[
        "moved_past"
    ]
    assert ["the root of an account may do everything"] == told["around"]


@pytest.mark.long
def test_three_wrong_codes_end_it(guarded: Guarded) -> None:
    """Nothing is moved, and for a quarter of an hour no code is sent (R187)."""
    guarded.release()
    before = guarded.serves()
    with at_terminal(guarded.place, "promote", "prod", "--target", "aws") as terminal:
        guarded.agree(terminal)
        for attempt in (1, 2, 3):
            terminal.until(f"Enter OTP (Attempt {attempt}/3)")
            terminal.type(guarded.wrong())
        assert 6 == terminal.end(), terminal.said
    assert "Maximum attempts exceeded" in terminal.said
    mails = len(guarded.mails())
    with at_terminal(guarded.place, "promote", "prod", "--target", "aws") as terminal:
        guarded.agree(terminal)
        assert 6 == terminal.end(), terminal.said
    assert "entered wrongly too often" in terminal.said
    assert (before, mails) == (guarded.serves(), len(guarded.mails()))
