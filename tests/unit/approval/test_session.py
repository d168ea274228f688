"""A code is good for one plan, once, for some minutes and three tries."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.approval import COOL_DOWN_SECONDS, Approval, Subject, no_terminal
from sam_deploy.aws import AwsCallError, DeniedError, ExpiredError, UnansweredError
from sam_deploy.errors import ApprovalError, RefusedError, SamDeployError, UnreachableError

Desk = Any
Plans = Callable[..., Subject]
Settings = Callable[..., Any]


def refused(desk: Desk, subject: Subject, *answers: Any, **given: Any) -> ApprovalError:
    with pytest.raises(ApprovalError) as raised:
        desk.approve(subject, *answers, **given)
    assert 6 == raised.value.exit_code
    return raised.value


def rejected(code: str, message: str = "as asked") -> AwsCallError:
    return AwsCallError("ses:SendEmail", "eu-west-1", code, message, "")


def test_the_right_code_approves(desk: Desk, subject: Subject) -> None:
    """The approval names who got the mail, the plan, and the time (R185, R189)."""
    approval = desk.approve(subject, desk.code)
    by = "ann@example.com, ben@example.com"
    assert Approval("code", by, subject.digest, "2026-01-02T03:00:00Z") == approval
    assert ["code-sent", "code-accepted"] == desk.events()
    (mail,) = desk.mailbox.sent
    assert ("noreply@example.com", ("ann@example.com", "ben@example.com")) == (
        mail.sender,
        mail.recipients,
    )


def test_the_screen_says_where_the_code_is_and_asks_for_it(desk: Desk, subject: Subject) -> None:
    """In the words of the sample sessions, with the plan to compare."""
    desk.approve(subject, desk.code)
    assert ["Enter OTP (Attempt 1/3)"] == desk.asked
    assert [
        "OTP sent to ann@example.com, ben@example.com",
        "Please check your email for the OTP code.",
        f"It is valid until 2026-01-02 03:10 UTC; the mail must name this plan: {subject.plan}.",
    ] == desk.said


def test_a_second_and_a_third_try_are_given(desk: Desk, subject: Subject) -> None:
    """The remaining count is shown (R187)."""
    desk.approve(subject, desk.wrong, desk.wrong, desk.code)
    assert [f"Enter OTP (Attempt {number}/3)" for number in (1, 2, 3)] == desk.asked
    assert [
        "Invalid OTP. 2 attempts remaining.",
        "Invalid OTP. 1 attempt remaining.",
    ] == desk.said[-2:]


@pytest.mark.fault(19)
def test_the_third_wrong_code_voids_the_plan(desk: Desk, subject: Subject) -> None:
    """Exit 6, an audit entry; the plan stays void after the cool-down (fault 19, R187)."""
    error = refused(desk, subject, desk.wrong, desk.wrong, desk.wrong)
    assert "Invalid OTP. Maximum attempts exceeded: 3 wrong answers make a plan void" == str(error)
    assert ["code-sent", *["code-wrong"] * 3, "plan-void"] == desk.events()
    assert "3/3" == desk.audited[-2][1]["attempt"]
    desk.clock.pass_by(COOL_DOWN_SECONDS + 1)
    assert f"The plan {subject.plan} is void" == refused(desk, subject).what
    assert 1 == len(desk.mailbox.sent)


@pytest.mark.fault(19)
def test_the_cool_down_counts_in_every_process(
    desk: Desk, desks: Callable[[], Desk], subject: Subject, other: Plans
) -> None:
    """Another process, with another plan, gets no code before it is over (fault 19)."""
    refused(desk, subject, desk.wrong, desk.wrong, desk.wrong)
    elsewhere = desks()
    elsewhere.bucket, elsewhere.clock = desk.bucket, desk.clock
    desk.clock.pass_by(COOL_DOWN_SECONDS - 61)
    error = refused(elsewhere, other(2))
    assert "the last code was entered wrongly too often" == error.why
    assert "the next one is possible at 2026-01-02 03:15 UTC, in 2 minutes" == error.hint
    assert [] == elsewhere.mailbox.sent
    desk.clock.pass_by(61)
    elsewhere.approve(other(2), elsewhere.code)


@pytest.mark.fault(19)
def test_each_attempt_is_counted_before_it_is_compared(
    desk: Desk, desks: Callable[[], Desk], subject: Subject, other: Plans
) -> None:
    """Uncounted, the right code does not pass; killed at the last try, it cools down (fault 19)."""
    desk.bucket.unheard = ["replace"]
    with pytest.raises(UnreachableError):
        desk.approve(subject, desk.code)
    assert "code-accepted" not in desk.events()
    one = desks()

    def killed() -> str:
        one.bucket.losing = ["replace"]
        one.bucket.read = _dying(one.bucket)
        return str(one.wrong())

    with pytest.raises(KeyboardInterrupt):
        one.approve(subject, one.wrong, one.wrong, killed)
    again = desks()
    again.bucket.there, again.clock = one.bucket.there, one.clock
    assert "wrongly too often" in refused(again, other(2)).why


def _dying(bucket: Any) -> Callable[[str], Any]:
    """Reads once, and ends the process at the next time: after the count was written."""
    left = [bucket.read]

    def read(key: str) -> Any:
        if not left:
            raise KeyboardInterrupt
        return left.pop()(key)

    return read


def test_the_last_try_can_still_be_the_right_one(
    desk: Desk, subject: Subject, other: Plans
) -> None:
    """Then nothing is void, and the next code can be had at once."""
    desk.approve(subject, desk.wrong, desk.wrong, desk.code)
    desk.approve(other(2), desk.code)
    assert "plan-void" not in desk.events()


def test_there_are_as_many_tries_as_the_configuration_says(
    desk: Desk, subject: Subject, settings: Settings
) -> None:
    """One try means one."""
    error = refused(desk, subject, desk.wrong, settings=settings(attempts=1))
    assert ["Enter OTP (Attempt 1/1)"] == desk.asked
    assert "it was the only try" == error.why


@pytest.mark.fault(20)
def test_a_code_is_good_once(desk: Desk, subject: Subject) -> None:
    """The same plan asked for again has another code, and the old one is wrong (fault 20)."""
    desk.approve(subject, desk.code)
    old = desk.code()
    desk.approve(subject, lambda: old if old != desk.code() else desk.wrong(), desk.code)
    assert "code-wrong" in desk.events()


@pytest.mark.fault(20)
@pytest.mark.parametrize("caller", ["ann", "mallory"])
def test_a_code_is_good_for_its_own_plan(desk: Desk, other: Plans, caller: str) -> None:
    """After drift, or for another caller, the digest differs (fault 20, R188)."""
    desk.approve(other(1), desk.code)
    first = desk.code()
    second = other(2, caller=f"arn:aws:iam::123456789012:user/{caller}")
    desk.approve(second, lambda: first if first != desk.code() else desk.wrong(), desk.code)
    assert ["code-sent", "code-accepted", "code-sent", "code-wrong", "code-accepted"] == (
        desk.events()
    )


@pytest.mark.fault(21)
def test_no_screen_audit_or_record_has_the_code(desk: Desk, subject: Subject) -> None:
    """It is in the mail, and nowhere else: neither after success nor after failure (fault 21)."""
    desk.approve(subject, desk.wrong, desk.code)
    refused(desk, subject, *[desk.wrong] * 3)
    assert 2 == len(desk.mailbox.sent)
    shown = desk.everything_shown()
    for mail in desk.mailbox.sent:
        assert mail.code not in shown
        assert mail.code not in mail.subject
    assert desk.wrong() not in shown


MAIL_FAILURES = {
    "MessageRejected": ("Email address is not verified: NoReply@example.com", "verify the sender"),
    "MailFromDomainNotVerifiedException": ("no MX record", "correct the cause"),
    "SandboxRejected": (
        "Email address is not verified. Failed the check in EU-WEST-1: ben@example.com",
        "--email-identity ben@example.com",
    ),
    "TooManyRequestsException": ("Maximum sending rate exceeded.", "wait a minute"),
    "LimitExceededException": ("Daily message quota exceeded.", "wait a minute"),
    "SendingPausedException": ("Sending paused", "its console says why"),
}


@pytest.mark.fault(22)
@pytest.mark.parametrize("code", MAIL_FAILURES)
def test_a_mail_that_is_not_accepted_ends_it(desk: Desk, subject: Subject, code: str) -> None:
    """Exit 6 with SES's code and a hint; nobody is asked, no screen has it (fault 22, R192)."""
    message, hint = MAIL_FAILURES[code]
    desk.mailbox.failing = [rejected(code, message)]
    error = refused(desk, subject)
    assert f"The one-time code was not sent: mail not accepted: {code}" == error.what
    assert message == error.why
    assert "nothing was changed, and no code is pending" == error.state
    assert hint in error.hint
    assert ([], []) == (desk.asked, desk.said)
    assert ["code-not-sent"] == desk.events()


@pytest.mark.fault(22)
def test_a_permission_that_is_missing_ends_it_alike(desk: Desk, subject: Subject) -> None:
    """Exit 6, and the hint names the permission (fault 22)."""
    denied = DeniedError("ses:SendEmail", "eu-west-1", "not authorized", "profile `ci`")
    desk.mailbox.failing = [denied]
    error = refused(desk, subject)
    assert error.what.endswith("mail not accepted: AccessDenied")
    assert "ses:SendEmail" in error.hint


def test_expired_credentials_stay_what_they_are(desk: Desk, subject: Subject) -> None:
    """Exit 8: it is not the approval that failed."""
    desk.mailbox.failing = [ExpiredError("AWS did not accept the credentials")]
    with pytest.raises(ExpiredError):
        desk.approve(subject)


def test_a_mail_that_was_not_sent_does_not_count(
    desk: Desk, subject: Subject, settings: Settings
) -> None:
    """Who corrects the sender's address is not locked out by it."""
    for _ in range(3):
        desk.mailbox.failing = [rejected("MessageRejected")]
        refused(desk, subject, settings=settings(codes_an_hour=1))
    desk.approve(subject, desk.code, settings=settings(codes_an_hour=1))


def test_a_mail_that_cannot_be_uncounted_is_told_all_the_same(
    desk: Desk, subject: Subject, settings: Settings
) -> None:
    """The error is that of the mail, and the code counts."""

    def rejects(*_: Any) -> str:
        desk.bucket.unheard = ["replace"]
        raise rejected("MessageRejected")

    desk.mailbox.send = rejects
    assert "MessageRejected" in refused(desk, subject, settings=settings(codes_an_hour=1)).what
    assert "an hour" in refused(desk, subject, settings=settings(codes_an_hour=1)).why


@pytest.mark.fault(23)
@pytest.mark.parametrize(
    "lost", [UnansweredError("no answer"), rejected("InternalFailure"), rejected("503")]
)
def test_a_lost_answer_sends_the_same_code_again(
    desk: Desk, subject: Subject, lost: SamDeployError
) -> None:
    """Two mails with one code; both, and the screen, name the latest plan (fault 23)."""
    desk.mailbox.lost = [lost]
    desk.approve(subject, desk.code)
    first, second = desk.mailbox.sent
    assert first == second
    assert f"The latest plan id is {subject.plan}" in first.text
    assert f"The latest plan id is {subject.plan}." in desk.said[0]
    assert ["code-sent", "code-accepted"] == desk.events()


@pytest.mark.fault(23)
def test_no_third_mail_is_sent(desk: Desk, subject: Subject, settings: Settings) -> None:
    """Two answers lost: exit 6, nothing pending, and the code that may arrive counts (fault 23)."""
    desk.mailbox.lost = [UnansweredError("no answer", why="timed out"), rejected("500")]
    error = refused(desk, subject, settings=settings(codes_an_hour=1))
    assert error.what.endswith("mail not accepted: 500")
    assert 2 == len(desk.mailbox.sent)
    assert (
        "at most 1 code an hour" in refused(desk, subject, settings=settings(codes_an_hour=1)).why
    )


@pytest.mark.fault(23)
def test_a_refusal_after_a_lost_answer_counts(
    desk: Desk, subject: Subject, settings: Settings
) -> None:
    """The first mail may have arrived, so its code counts as sent (fault 23)."""
    desk.mailbox.failing = [UnansweredError("no answer"), rejected("TooManyRequestsException")]
    refused(desk, subject, settings=settings(codes_an_hour=1))
    refused(desk, subject, settings=settings(codes_an_hour=1))


@pytest.mark.fault(24)
@pytest.mark.parametrize("clock", ["both", "wall", "monotonic"])
def test_a_code_ends_by_whichever_clock_is_first(desk: Desk, subject: Subject, clock: str) -> None:
    """Ten minutes of either: one set back, or one that slept, gives no more time (fault 24)."""

    def late() -> str:
        desk.clock.seconds += 600 if clock in {"both", "wall"} else -86400
        desk.clock.ticks += 600 if clock in {"both", "monotonic"} else 0
        return str(desk.code())

    error = refused(desk, subject, late)
    assert "The one-time code has expired: it was good for 10 minutes" == str(error)
    assert ["code-sent", "code-expired"] == desk.events()


@pytest.mark.fault(24)
def test_who_asks_learns_when_the_code_has_ended(desk: Desk, subject: Subject) -> None:
    """So that the question ends by itself, and nobody's lock is kept by it; no try is counted."""

    def nobody() -> str:
        desk.clock.pass_by(10 * 60 - 1)
        assert not desk.over()
        desk.clock.pass_by(1)
        assert desk.over()
        return ""

    error = refused(desk, subject, nobody)
    assert 6 == error.exit_code
    assert "The one-time code has expired: it was good for 10 minutes" == str(error)
    assert "nothing was changed" == error.state
    assert ["code-sent", "code-expired"] == desk.events()


@pytest.mark.fault(24)
def test_a_code_is_good_until_its_last_second(
    desk: Desk, subject: Subject, settings: Settings
) -> None:
    """As many minutes as the configuration says, even when the clock is set back (fault 24)."""

    def just_in_time() -> str:
        desk.clock.pass_by(2 * 60 - 1)
        desk.clock.seconds -= 3600
        return str(desk.code())

    desk.approve(subject, just_in_time, settings=settings(minutes=2))


@pytest.mark.fault(25)
def test_without_a_terminal_the_error_names_the_way() -> None:
    """Exit 6 before any mail, with the approval file as the hint (fault 25)."""
    error = no_terminal("Promote to prod")
    assert 6 == error.exit_code
    assert "Promote to prod needs a one-time code, and there is no terminal to enter it at" == (
        error.what
    )
    assert "no mail was sent" in error.state
    assert "`--approval-file FILE`" in error.hint


ODD = ("", " ", "12345", "1234567", "１２３４５６", "12 34 56", "12345a", "-12345", "1e5555")  # noqa: RUF001 - full width
ODD_MORE = ("١٢٣٤٥٦", "123456\x00", "0x1234", "²²²²²²", "+12345", "12345६", "\ud800" * 6)


@pytest.mark.fault(26)
@pytest.mark.parametrize("typed", [*ODD, *ODD_MORE])
def test_what_is_no_code_costs_no_attempt(desk: Desk, subject: Subject, typed: str) -> None:
    """It is said, and asked for again with the same count (fault 26)."""
    desk.approve(subject, typed, desk.code)
    assert ["Enter OTP (Attempt 1/3)"] * 2 == desk.asked
    assert "It does not count as an attempt." in desk.said[-1]
    assert ["code-sent", "code-accepted"] == desk.events()


@pytest.mark.fault(26)
@pytest.mark.parametrize("around", [" {}", "{} ", "\t{}\r\n", "\u00a0{}\u2003"])
def test_spaces_around_a_code_do_not_matter(desk: Desk, subject: Subject, around: str) -> None:
    """As copying from a mail brings them (fault 26)."""
    desk.approve(subject, lambda: around.format(desk.code()))


@pytest.mark.fault(26)
def test_ten_answers_that_are_no_code_are_enough(desk: Desk, subject: Subject) -> None:
    """A script that types nonsense is not asked for ever (fault 26)."""
    error = refused(desk, subject, *["yes"] * 10)
    assert "What was entered 10 times is no one-time code: a code is six digits, 0 to 9" == (
        str(error)
    )
    assert 10 == len(desk.asked)


@pytest.mark.fault(26)
@given(typed=st.lists(st.text(st.characters(codec=None)), max_size=12))
def test_nothing_that_can_be_typed_is_a_bug(
    desks: Callable[[], Desk], subject: Subject, typed: list[str]
) -> None:
    """Whatever is typed ends in an approval or in exit 6 (fault 26)."""
    desk = desks()

    def asked(answers: list[Any] = [*typed, *["nonsense"] * 10]) -> str:  # noqa: B006 - one list
        return str(answers.pop(0))

    with pytest.raises(ApprovalError):
        desk.approve(subject, *[asked] * 20)


@pytest.mark.parametrize(("an_hour", "a_day", "apart"), [(3, 20, 60), (5, 5, 3601)])
def test_only_so_many_codes_are_sent(
    desk: Desk, other: Plans, settings: Settings, an_hour: int, a_day: int, apart: int
) -> None:
    """Within an hour and within a day; the refusal says when the next one is possible."""
    given = settings(codes_an_hour=an_hour, codes_a_day=a_day)
    most = min(an_hour, a_day)
    for number in range(most):
        desk.approve(other(number), desk.code, settings=given)
        desk.clock.pass_by(apart)
    error = refused(desk, other(99), settings=given)
    assert "No one-time code is sent for `prod` of `orders` now" == error.what
    window = 3600 if apart == 60 else 86400
    left = window - most * apart
    desk.clock.pass_by(left - 1)
    assert "in 1 minute" in refused(desk, other(99), settings=given).hint
    assert most == len(desk.mailbox.sent)
    desk.clock.pass_by(1)
    desk.approve(other(99), desk.code, settings=given)


def test_environments_and_apps_have_limits_of_their_own(
    desk: Desk, other: Plans, settings: Settings
) -> None:
    """Five codes for staging take none from prod."""
    given = settings(codes_an_hour=1)
    for names in ({}, {"environment": "staging"}, {"app": "shop"}):
        desk.approve(other(1, **names), desk.code, settings=given)
    refused(desk, other(2, environment="staging"), settings=given)


def test_a_code_counts_before_its_mail_is_sent(
    desk: Desk, subject: Subject, settings: Settings
) -> None:
    """When counting fails no mail leaves."""
    desk.bucket.unheard = ["create"]
    with pytest.raises(UnreachableError):
        desk.approve(subject)
    assert [] == desk.mailbox.sent
    with pytest.raises(KeyboardInterrupt):
        desk.approve(subject, _interrupted, settings=settings(codes_an_hour=1))
    refused(desk, subject, settings=settings(codes_an_hour=1))


def _interrupted() -> str:
    raise KeyboardInterrupt


@pytest.mark.parametrize("fault", ["losing", "unanswered"])
@pytest.mark.parametrize("write", ["create", "replace"])
def test_a_count_whose_answer_is_lost_counts_once(
    desk: Desk, subject: Subject, other: Plans, settings: Settings, fault: str, write: str
) -> None:
    """It is read back, and recognised as one's own."""
    getattr(desk.bucket, fault).append(write)
    desk.approve(subject, desk.wrong, desk.code, settings=settings(codes_an_hour=2))
    assert [] == getattr(desk.bucket, fault)
    desk.approve(other(2), desk.code, settings=settings(codes_an_hour=2))
    refused(desk, other(3), settings=settings(codes_an_hour=2))


def test_a_count_that_others_write_at_the_same_time_is_right(
    desk: Desk, desks: Callable[[], Desk], other: Plans, settings: Settings
) -> None:
    """Of two that ask for the last code, one gets it, and both are counted in turn."""
    second = desks()
    second.bucket, second.clock = desk.bucket, desk.clock
    desk.bucket.meanwhile = lambda: second.approve(other(2), second.code)
    desk.approve(other(1), desk.code, settings=settings(codes_an_hour=2))
    refused(desk, other(3), settings=settings(codes_an_hour=2))
    desk.clock.pass_by(3600)
    desk.bucket.meanwhile = lambda: second.approve(other(4), second.code)
    refused(desk, other(5), settings=settings(codes_an_hour=1))


def test_a_lost_count_that_others_have_written_over_counts_once(
    desk: Desk, desks: Callable[[], Desk], other: Plans, settings: Settings
) -> None:
    """It is recognised among theirs, too."""
    second = desks()
    second.bucket, second.clock = desk.bucket, desk.clock
    plainly, reads = desk.bucket.read, []

    def read(key: str) -> Any:
        reads.append(key)
        if len(reads) == 2:  # the look at what became of the write
            second.approve(other(2), second.code)
        return plainly(key)

    desk.bucket.read, desk.bucket.losing = read, ["create"]
    desk.approve(other(1), desk.code, settings=settings(codes_an_hour=2))
    assert 2 == len(json.loads(plainly(LEDGER).body)["codes"])


def test_a_count_that_never_can_be_written_is_given_up(desk: Desk, subject: Subject) -> None:
    """Others are always first: exit 6, no mail."""
    desk.bucket.replace = lambda *_: None
    desk.bucket.create = lambda *_: None
    assert "changed each time" in refused(desk, subject).what
    assert [] == desk.mailbox.sent


LEDGER = "approvals/orders/codes-prod.json"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"schema": 2, "codes": []}', b'{"schema": 1, "codes": [{}]}']
)
def test_a_record_that_cannot_be_read_is_not_guessed_at(
    desk: Desk, subject: Subject, body: bytes
) -> None:
    """Exit 6 with its name: it would else count from nothing."""
    desk.bucket.create(LEDGER, body)
    assert f"`{LEDGER}` in the artifact bucket cannot be read" == refused(desk, subject).what
    assert [] == desk.mailbox.sent


def test_a_record_that_is_taken_away_meanwhile_ends_the_code(desk: Desk, subject: Subject) -> None:
    """Even the right code: nobody can say how often it was tried."""

    def taken() -> str:
        desk.bucket.there.clear()
        return str(desk.code())

    assert "cannot be counted any more" in refused(desk, subject, taken).what


def test_answers_that_another_process_has_counted_end_the_code(
    desk: Desk, subject: Subject
) -> None:
    """A code belongs to one process; when its count was moved, it is used up."""

    def moved() -> str:
        record = desk.bucket.read(LEDGER)
        document = json.loads(record.body)
        document["codes"][0]["attempts"] = 2
        desk.bucket.replace(LEDGER, json.dumps(document).encode(), record.etag)
        return str(desk.code())

    assert "The one-time code is used up" == refused(desk, subject, moved).what


def test_the_record_forgets_what_is_older_than_a_day(
    desk: Desk, other: Plans, settings: Settings
) -> None:
    """It does not grow for ever."""
    for number in range(30):
        desk.approve(other(number), desk.code, settings=settings(codes_an_hour=20))
        desk.clock.pass_by(20 * 3600)
    assert 2 == len(json.loads(desk.bucket.read(LEDGER).body)["codes"])


def test_an_interrupted_question_ends_everything(desk: Desk, subject: Subject) -> None:
    """Ctrl-C is no answer; the code goes with the process."""
    with pytest.raises(KeyboardInterrupt):
        desk.approve(subject, _interrupted)
    assert ["code-sent"] == desk.events()


def test_a_refusal_of_the_bucket_is_not_hidden(desk: Desk, subject: Subject) -> None:
    """Who may not write there gets exit 5, and no mail."""

    def denied(*_: Any) -> str:
        raise RefusedError("The credentials may not call `s3:PutObject`")

    desk.bucket.create = denied
    with pytest.raises(RefusedError):
        desk.approve(subject)
    assert [] == desk.mailbox.sent
