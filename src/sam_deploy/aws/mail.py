"""SES in one region: mails to people. What a mail says is never in a log or in an error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.session import Aws
from sam_deploy.secrecy import quieten


@dataclass(frozen=True, slots=True)
class Sending:
    """What SES lets an account send in a region, and whether it knows an address."""

    production: bool
    """False in the sandbox, where recipients must be verified, too."""
    enabled: bool
    """False while AWS has paused the account's sending."""
    verified: bool
    """Whether the sender's address, or its domain, is verified there."""


class Mail:
    """Sends mails from one region. Source: SES API v2."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._aws = aws

    def send(
        self, sender: str, recipients: Sequence[str], subject: str, text: str, html: str
    ) -> str:
        """SES has taken the mail, in both forms; return its message id. Source: SendEmail.

        Asked once: SES would send the mail again when only its answer was lost. Raises
        `UnansweredError` when it is not known whether the mail is on its way, and `AwsCallError`
        with the code of SES when it is not, such as MessageRejected for an unverified sender.
        """
        # made when a mail is sent: most commands send none
        client = self._aws.client("sesv2", self.region, retries=False)
        quieten()
        with calling("ses:SendEmail", self.region):
            answer = client.send_email(
                FromEmailAddress=sender,
                Destination={"ToAddresses": list(recipients)},
                Content={
                    "Simple": {
                        "Subject": {"Data": subject, "Charset": "UTF-8"},
                        "Body": {
                            "Text": {"Data": text, "Charset": "UTF-8"},
                            "Html": {"Data": html, "Charset": "UTF-8"},
                        },
                    }
                },
            )
        return str(answer["MessageId"])

    def sending(self, sender: str) -> Sending:
        """Return what SES would do with a mail of this sender (GetAccount, GetEmailIdentity)."""
        client = self._aws.client("sesv2", self.region)
        with calling("ses:GetAccount", self.region):
            account = client.get_account()
        names = (sender, sender.rpartition("@")[2])
        return Sending(
            bool(account.get("ProductionAccessEnabled")),
            bool(account.get("SendingEnabled", True)),
            any(self._verified(name) for name in names),
        )

    def _verified(self, name: str) -> bool:
        client = self._aws.client("sesv2", self.region)
        try:
            with calling("ses:GetEmailIdentity", self.region):
                answer = client.get_email_identity(EmailIdentity=name)
        except AwsCallError as error:
            if error.code != "NotFoundException":
                raise
            return False
        return bool(answer.get("VerifiedForSendingStatus"))

    def verify(self, sender: str) -> None:
        """SES knows the sender, once its owner has confirmed it (CreateEmailIdentity)."""
        client = self._aws.client("sesv2", self.region)
        try:
            with calling("ses:CreateEmailIdentity", self.region):
                client.create_email_identity(EmailIdentity=sender)
        except AwsCallError as error:
            if error.code != "AlreadyExistsException":
                raise
