"""What an account must have before a deployment: room below its quotas, roles, identities.

Reads only, one call each. Not a gateway of one service, as each would hold a single call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.session import Aws

BUCKETS_A_PAGE: Final = 10_000
EVERY_STATUS_BUT_DELETED: Final = [
    *("CREATE_IN_PROGRESS", "CREATE_FAILED", "CREATE_COMPLETE"),
    *("ROLLBACK_IN_PROGRESS", "ROLLBACK_FAILED", "ROLLBACK_COMPLETE"),
    *("DELETE_IN_PROGRESS", "DELETE_FAILED", "REVIEW_IN_PROGRESS"),
    *("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"),
    *("UPDATE_FAILED", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED"),
    *("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"),
    *("IMPORT_IN_PROGRESS", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_IN_PROGRESS"),
    *("IMPORT_ROLLBACK_FAILED", "IMPORT_ROLLBACK_COMPLETE"),
]


@dataclass(frozen=True, slots=True)
class LambdaAccount:
    """Quotas of Lambda in one region, and what is left of them. Source: GetAccountSettings."""

    concurrency: int
    """Calls at once, all functions together."""
    unreserved: int
    """What of it no function has reserved."""
    code_bytes: int
    code_bytes_most: int


class Prerequisites:
    """The account as it is in one region."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._aws = aws

    def lambda_account(self) -> LambdaAccount:
        """Return what Lambda allows here (GetAccountSettings)."""
        with calling("lambda:GetAccountSettings", self.region):
            answer = self._client("lambda").get_account_settings()
        limit, usage = answer["AccountLimit"], answer["AccountUsage"]
        return LambdaAccount(
            concurrency=int(limit["ConcurrentExecutions"]),
            unreserved=int(limit["UnreservedConcurrentExecutions"]),
            code_bytes=int(usage["TotalCodeSize"]),
            code_bytes_most=int(limit["TotalCodeSize"]),
        )

    def stack_limit(self) -> int:
        """Return how many stacks there may be here (DescribeAccountLimits, StackLimit)."""
        with calling("cloudformation:DescribeAccountLimits", self.region):
            answer = self._client("cloudformation").describe_account_limits()
        found = {each["Name"]: int(each["Value"]) for each in answer["AccountLimits"]}
        return found.get("StackLimit", 0)

    def stacks(self) -> int:
        """Return how many stacks there are here (ListStacks, a hundred a page)."""
        count = 0
        token: dict[str, str] = {}
        while True:
            with calling("cloudformation:ListStacks", self.region):
                answer = self._client("cloudformation").list_stacks(
                    StackStatusFilter=EVERY_STATUS_BUT_DELETED, **token
                )
            count += len(answer["StackSummaries"])
            if not answer.get("NextToken"):
                return count
            token = {"NextToken": answer["NextToken"]}

    def buckets(self) -> int:
        """Return how many buckets the account has, up to ten thousand (ListBuckets)."""
        with calling("s3:ListAllMyBuckets", self.region):
            answer = self._client("s3").list_buckets(MaxBuckets=BUCKETS_A_PAGE)
        return len(answer["Buckets"])

    def api_log_role(self) -> str:
        """Return the role by which REST APIs write logs here; '' for none (GetAccount)."""
        with calling("apigateway:GET", self.region):
            answer = self._client("apigateway").get_account()
        return str(answer.get("cloudwatchRoleArn") or "")

    def may_send_as(self, identity: str) -> bool:
        """Whether an address or a domain is verified here (SES v2 API GetEmailIdentity)."""
        try:
            with calling("ses:GetEmailIdentity", self.region):
                answer = self._client("sesv2").get_email_identity(EmailIdentity=identity)
        except AwsCallError as error:
            if error.code == "NotFoundException":
                return False
            raise
        return bool(answer.get("VerifiedForSendingStatus"))

    def in_mail_sandbox(self) -> bool:
        """Whether mail reaches verified recipients only (SES v2 API GetAccount)."""
        with calling("ses:GetAccount", self.region):
            answer = self._client("sesv2").get_account()
        return not answer.get("ProductionAccessEnabled")

    def _client(self, service: str) -> Any:  # noqa: ANN401 - the SDK has no types
        return self._aws.client(service, self.region)
