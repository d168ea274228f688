"""The mails that the embedded cloud has sent, which is where a one-time code arrives.

May touch: the emulator's inspection endpoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sam_deploy.errors import UnreachableError

if TYPE_CHECKING:
    from sam_deploy.local.state import RunningCloud


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that SES or Cognito sent. `html` is '' when it has no HTML part."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    sent: str


def mails(cloud: RunningCloud) -> tuple[Mail, ...]:
    """All mails since the cloud was started or reset, oldest first.

    Raises UnreachableError when the cloud does not answer.
    """
    import httpx  # noqa: PLC0415 - half a second that other commands need not pay

    url = f"{cloud.endpoint}/_ministack/ses/messages"
    try:
        answer = httpx.get(url, timeout=10.0, trust_env=False)
        answer.raise_for_status()
        accounts = answer.json()["messages"]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        what = "The mails of the embedded cloud could not be read"
        raise UnreachableError(
            what, why=str(error), hint="run `sam-deploy cloud status`"
        ) from error
    found = [_mail(message) for messages in accounts.values() for message in messages]
    return tuple(sorted(found, key=lambda mail: mail.sent))


def _mail(message: dict[str, object]) -> Mail:
    recipients = message.get("To")
    return Mail(
        sender=_text(message.get("Source")),
        recipients=tuple(map(str, recipients)) if isinstance(recipients, list) else (),
        subject=_text(message.get("Subject")),
        text=_text(message.get("BodyText")),
        html=_text(message.get("BodyHtml")),
        sent=_text(message.get("Timestamp")),
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)
