"""One-time codes through a real SES and a real S3 of the embedded cloud."""

from __future__ import annotations

import hashlib
import itertools
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.contract import faults
from tests.contract.conftest import aws

from sam_deploy import local
from sam_deploy.approval import Approval, ApprovalFile, Subject, by_code, by_file, grant
from sam_deploy.aws import Aws, AwsCallError, Endpoint, Mail, Objects, Records, UnansweredError
from sam_deploy.config.model import Promotion
from sam_deploy.errors import ApprovalError

ACCOUNT, REGION, SANDBOX = "000000000000", "eu-west-1", "eu-west-3"
BUCKET = "approval-contract"
SENDER, RECIPIENT = "noreply@approval.example", "ann@people.example"
NUMBERS = itertools.count()
THROTTLED = json.dumps({"message": "Maximum sending rate exceeded."}).encode()


@dataclass
class Terminal:
    """The person, who reads her mail in the cloud's mailbox, and all the parts for real."""

    cloud: local.RunningCloud
    account: Aws
    subject: Subject
    region: str = REGION
    said: list[str] = field(default_factory=list)
    audited: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def records(self) -> Records:
        """The artifact bucket."""
        return Records(self.account, REGION, BUCKET, ACCOUNT)

    def approve(self, *answers: Callable[[], str], sender: str = SENDER) -> Approval:
        """Ask for a code and enter these answers."""
        waiting = list(answers)
        return by_code(
            self.subject,
            Promotion(recipients=(RECIPIENT,), sender=sender),
            Mail(self.account, self.region),
            self.records,
            lambda _text, _over: waiting.pop(0)(),
            self.said.append,
            audit=self._audit,
        )

    def _audit(self, event: str, facts: Mapping[str, str]) -> None:
        self.audited.append((event, dict(facts)))

    def mails(self) -> list[local.Mail]:
        """The mails about this plan."""
        return [each for each in local.mails(self.cloud) if self.subject.plan in each.subject]

    def code(self) -> str:
        """The code of the latest one."""
        (line,) = [each for each in self.mails()[-1].text.splitlines() if each.startswith("    ")]
        return line.strip()

    def wrong(self) -> str:
        """Six digits that are not the code."""
        return f"{(int(self.code()) + 1) % 10**6:06d}"


@pytest.fixture(scope="module")
def account(cloud: local.RunningCloud) -> Aws:
    """A cloud whose SES knows the sender, with a bucket as deployments make them."""
    made = Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))
    Objects(made, REGION, BUCKET, ACCOUNT).ensure_bucket()
    for region in (REGION, SANDBOX):
        ses = aws(cloud.endpoint, "sesv2", region)
        ses.create_email_identity(EmailIdentity="approval.example")
    return made


@pytest.fixture
def terminal(cloud: local.RunningCloud, account: Aws) -> Terminal:
    """A plan of its own, for an environment of its own."""
    number = next(NUMBERS)
    return Terminal(
        cloud,
        account,
        Subject(
            act="Promote to prod",
            app="orders",
            environment=f"prod{number}",
            account=ACCOUNT,
            caller="arn:aws:iam::000000000000:user/ann",
            regions=(REGION, "us-east-1"),
            lines=("ApiFunction: version 46 -> 47 (commit 1a2b3c4)",),
            digest=hashlib.sha256(f"contract {number}".encode()).hexdigest(),
        ),
    )


@pytest.fixture
def sending(account: Aws) -> Iterator[Callable[[faults.Hook], None]]:
    """Puts a fault between the gateway and SES, for one test."""
    events = account.client("sesv2", REGION, retries=False).meta.events
    hooks: list[faults.Hook] = []

    def put(hook: faults.Hook) -> None:
        events.register("before-send.sesv2.SendEmail", hook)
        hooks.append(hook)

    yield put
    for hook in hooks:
        events.unregister("before-send.sesv2.SendEmail", hook)


def test_a_mail_arrives_in_both_forms(cloud: local.RunningCloud, account: Aws) -> None:
    """As it was given, umlauts included, and the id is that of SES."""
    number = Mail(account, REGION).send(
        SENDER, [RECIPIENT, "ben@people.example"], "Grüße 1", "Straße\n", "<p>Straße</p>"
    )
    (mail,) = [each for each in local.mails(cloud) if each.subject == "Grüße 1"]
    assert number
    assert (SENDER, (RECIPIENT, "ben@people.example")) == (mail.sender, mail.recipients)
    assert ("Straße\n", "<p>Straße</p>") == (mail.text, mail.html)


def test_a_code_goes_by_mail_and_comes_back(terminal: Terminal) -> None:
    """Sent from the configured address to the recipients; entered, it approves (R185, R189)."""
    approval = terminal.approve(terminal.wrong, terminal.code)
    assert ("code", RECIPIENT, terminal.subject.digest) == (
        approval.how,
        approval.by,
        approval.digest,
    )
    (mail,) = terminal.mails()
    assert (SENDER, (RECIPIENT,)) == (mail.sender, mail.recipients)
    assert ["code-sent", "code-wrong", "code-accepted"] == [name for name, _ in terminal.audited]


@pytest.mark.fault(19)
def test_three_wrong_codes_are_known_to_the_bucket(terminal: Terminal) -> None:
    """Whoever asks next, from wherever, gets no code and no mail (fault 19)."""
    with pytest.raises(ApprovalError, match="Maximum attempts exceeded"):
        terminal.approve(*[terminal.wrong] * 3)
    with pytest.raises(ApprovalError, match="is void"):
        terminal.approve()
    assert 1 == len(terminal.mails())


@pytest.mark.fault(22)
def test_an_unverified_sender_is_told(terminal: Terminal) -> None:
    """In SES's words, exit 6, with the command that verifies it (fault 22, R190, R192)."""
    with pytest.raises(ApprovalError) as raised:
        terminal.approve(sender="noreply@stranger.example")
    assert raised.value.what.endswith("mail not accepted: MessageRejected")
    assert "Email address is not verified" in raised.value.why
    assert "create-email-identity --region eu-west-1 --email-identity noreply@stranger.example" in (
        raised.value.hint
    )
    assert ([], []) == (terminal.mails(), terminal.said)


@pytest.mark.fault(22)
def test_the_sandbox_is_told(terminal: Terminal) -> None:
    """There recipients must be verified, too: exit 6 and how to leave it (fault 22, R190)."""
    ses = aws(terminal.cloud.endpoint, "sesv2", SANDBOX)
    ses.put_account_details(
        MailType="TRANSACTIONAL",
        WebsiteURL="https://people.example",
        ProductionAccessEnabled=False,
    )
    terminal.region = SANDBOX
    with pytest.raises(ApprovalError) as raised:
        terminal.approve()
    assert f"SES is in its sandbox in `{SANDBOX}`" in raised.value.hint
    assert [] == terminal.mails()


@pytest.mark.fault(22)
def test_a_throttled_mail_is_asked_for_once(
    terminal: Terminal, sending: Callable[[faults.Hook], None]
) -> None:
    """The SDK does not repeat it; exit 6 (fault 22)."""
    asked: list[object] = []

    def throttled(**given: object) -> object:
        asked.append(given)
        answer = faults.answer(429, THROTTLED)
        answer.headers["x-amzn-ErrorType"] = "TooManyRequestsException"
        return answer

    sending(throttled)  # type: ignore[arg-type] # an answer, as hooks may give one
    with pytest.raises(ApprovalError, match="mail not accepted: TooManyRequestsException"):
        terminal.approve()
    assert 1 == len(asked)
    assert [] == terminal.mails()


@pytest.mark.fault(23)
def test_a_mail_whose_answer_is_lost_comes_twice_with_one_code(
    terminal: Terminal, sending: Callable[[faults.Hook], None]
) -> None:
    """Both hold the code that is then entered (fault 23)."""
    sending(faults.lost(1, carried_out=True))
    terminal.approve(terminal.code)
    first, second = terminal.mails()
    assert (first.text, first.html) == (second.text, second.html)
    assert f"The latest plan id is {terminal.subject.plan}" in terminal.said[0]


@pytest.mark.fault(23)
def test_a_mail_that_did_not_arrive_is_sent_again(
    terminal: Terminal, sending: Callable[[faults.Hook], None]
) -> None:
    """Then there is one (fault 23)."""
    sending(faults.lost(1, carried_out=False))
    terminal.approve(terminal.code)
    assert 1 == len(terminal.mails())


@pytest.mark.fault(23)
def test_two_lost_answers_are_the_end(
    terminal: Terminal, sending: Callable[[faults.Hook], None]
) -> None:
    """No third mail is sent, and nobody is asked (fault 23)."""
    sending(faults.lost(2, carried_out=True))
    with pytest.raises(ApprovalError, match="mail not accepted: no answer"):
        terminal.approve()
    assert 2 == len(terminal.mails())


def test_the_gateway_asks_once(
    cloud: local.RunningCloud, account: Aws, sending: Callable[[faults.Hook], None]
) -> None:
    """A lost answer raises at once: the SDK would have sent the mail again."""
    sending(faults.lost(1, carried_out=True))
    with pytest.raises(UnansweredError):
        Mail(account, REGION).send(SENDER, [RECIPIENT], "asked once", "x", "x")
    assert 1 == len([each for each in local.mails(cloud) if each.subject == "asked once"])


def test_a_refusal_has_the_code_of_ses(account: Aws) -> None:
    """As an error of ours."""
    with pytest.raises(AwsCallError) as raised:
        Mail(account, REGION).send("a@stranger.example", [RECIPIENT], "s", "x", "x")
    assert ("ses:SendEmail", REGION, "MessageRejected") == (
        raised.value.action,
        raised.value.region,
        raised.value.code,
    )


@pytest.mark.fault(20)
def test_an_approval_file_is_good_once_in_a_real_bucket(terminal: Terminal, tmp_path: Path) -> None:
    """The second use is refused (fault 20)."""
    path = tmp_path / "approval.json"
    made = grant(terminal.records, terminal.subject, nonce="n", by="ann", valid_seconds=60)
    made.save(path)
    assert made == ApprovalFile.load(path)
    assert "ann" == by_file(path, terminal.subject, terminal.records).by
    with pytest.raises(ApprovalError, match="it was used at"):
        by_file(path, terminal.subject, terminal.records)


SCRIPT = """\
import logging, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
{before}
from sam_deploy.aws import Aws, Endpoint, Mail
account = Aws(Endpoint("embedded", "{endpoint}", "", "test", "test"))
mail = Mail(account, "{region}")
for number in ("1", "2"):
    mail.send("{sender}", ["{recipient}"], "log " + number, "code 847392", "<b>847392</b>")
    # as somebody who looks for a fault would: after everything was set up
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, force=True)
    {between}
logging.debug("the end")
"""
AS_IT_IS = """\
import sam_deploy.secrecy
sam_deploy.secrecy.quieten = lambda: None
"""
LOUD = """
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(logging.DEBUG)
"""


def logged(cloud: local.RunningCloud, before: str = "", between: str = "") -> str:
    """What a process with a root handler at DEBUG shows when it sends a code by mail."""
    script = SCRIPT.format(
        before=before,
        between=between.strip(),
        endpoint=cloud.endpoint,
        region=REGION,
        sender=SENDER,
        recipient=RECIPIENT,
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert 0 == done.returncode, done.stderr
    assert "the end" in done.stderr
    return done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.fault(21)
@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("between", ["pass", LOUD])
def test_no_log_has_the_code_or_credentials(cloud: local.RunningCloud, between: str) -> None:
    """Not with a root handler at DEBUG, nor with every logger set to DEBUG later (fault 21)."""
    shown = logged(cloud, between=between)
    assert [] == [each for each in ("847392", "Authorization", "AWS4-HMAC") if each in shown]
    # the same search finds them where nothing is done about it
    leaking = logged(cloud, before=AS_IT_IS)
    assert [] == [each for each in ("847392", "Authorization") if each not in leaking]


@pytest.mark.fault(21)
def test_a_whole_approval_leaves_no_code_in_this_process(
    terminal: Terminal, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor in what is said, audited or kept in the bucket (fault 21)."""
    caplog.set_level(logging.DEBUG)
    terminal.approve(terminal.wrong, terminal.code)
    code = terminal.code()
    record = terminal.records.read(f"approvals/orders/codes-{terminal.subject.environment}.json")
    assert record is not None
    assert code not in caplog.text
    assert code not in repr((terminal.said, terminal.audited, record.body))
    assert "Authorization" not in caplog.text
