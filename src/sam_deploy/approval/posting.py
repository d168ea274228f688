"""Brings a mail to SES, at most twice, and says in words why SES did not take it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from sam_deploy.approval.letter import Letter
from sam_deploy.approval.refusals import NOTHING_CHANGED
from sam_deploy.aws import AwsCallError, DeniedError, UnansweredError
from sam_deploy.aws.errors import SERVER_FAULTS, THROTTLED
from sam_deploy.errors import ApprovalError
from sam_deploy.secrecy import redacted

MAILS_MOST: Final = 2
PAUSED: Final = frozenset({"AccountSuspendedException", "SendingPausedException"})
NO_ANSWER: Final = "no answer"


class Mails(Protocol):
    """What sends mails, as `aws.Mail` does. `region` is where from."""

    region: str

    def send(
        self, sender: str, recipients: Sequence[str], subject: str, text: str, html: str
    ) -> str:
        """Send a mail in both forms; return its message id."""


class UnsentError(ApprovalError):
    """SES has not taken the mail. `certain` says that none of its copies can arrive."""

    def __init__(self, code: str, why: str, hint: str, *, certain: bool) -> None:
        super().__init__(
            f"The one-time code was not sent: mail not accepted: {code}",
            why=redacted(why),
            state=f"{NOTHING_CHANGED}, and no code is pending",
            hint=hint,
        )
        self.code = code
        self.certain = certain


def post(
    mails: Mails,
    sender: str,
    recipients: Sequence[str],
    letter: Letter,
    *,
    again: Callable[[], None],
) -> None:
    """SES has taken the mail, or two of the same: without an answer it is sent once more.

    `again` is called before the second one. Raises `UnsentError` when SES did not take it.
    """
    for number in range(1, MAILS_MOST + 1):
        try:
            mails.send(sender, recipients, letter.subject, letter.text, letter.html)
        except (AwsCallError, DeniedError, UnansweredError) as error:
            if not _doubtful(error):
                raise _refused(error, mails.region, sender, recipients, number == 1) from error
            if number == MAILS_MOST:
                raise _unanswered(error) from error
        else:
            return
        again()


def _doubtful(error: AwsCallError | DeniedError | UnansweredError) -> bool:
    """Whether the mail may be on its way all the same."""
    return isinstance(error, UnansweredError) or (
        isinstance(error, AwsCallError) and error.code in SERVER_FAULTS
    )


def _unanswered(error: AwsCallError | DeniedError | UnansweredError) -> UnsentError:
    code = error.code if isinstance(error, AwsCallError) else NO_ANSWER
    return UnsentError(
        code,
        f"SES was asked twice: {error.why or error.what}",
        "check the network, then run the same command again; a code that arrives all the same is "
        "not good any more",
        certain=False,
    )


def _refused(
    error: AwsCallError | DeniedError | UnansweredError,
    region: str,
    sender: str,
    recipients: Sequence[str],
    certain: bool,  # noqa: FBT001 - passed on by name below
) -> UnsentError:
    if not isinstance(error, AwsCallError):
        return UnsentError("AccessDenied", error.why, error.hint, certain=certain)
    hint = _hint(error, region, sender, recipients)
    return UnsentError(error.code, error.message, hint, certain=certain)


def _hint(error: AwsCallError, region: str, sender: str, recipients: Sequence[str]) -> str:
    told = error.message.lower()
    unknown = [each for each in recipients if each.lower() in told]
    identity = f"aws sesv2 create-email-identity --region {region} --email-identity"
    if "not verified" in told and sender.lower() in told:
        return f"verify the sender in SES: `{identity} {sender}`, and follow the mail that comes"
    if "not verified" in told and unknown:
        return (
            f"SES is in its sandbox in `{region}`, where recipients must be verified, too: ask AWS "
            f"for production access, or `{identity} {unknown[0]}`"
        )
    if error.code in THROTTLED:
        return "SES takes no more mails now; wait a minute, then run the same command again"
    if error.code in PAUSED:
        return f"AWS has stopped SES in `{region}`; its console says why"
    return "correct the cause (`Promotion` in deploy.py, SES), then run the same command again"
