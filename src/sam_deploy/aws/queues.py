"""SQS: sending messages, and looking at what waits. Source of every call: SQS API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.session import Aws

_MISSING: Final = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "404"})
_LOOKED_AT: Final = 10
"""As many messages as ReceiveMessage returns at once."""


@dataclass(frozen=True, slots=True)
class Depth:
    """Messages of a queue; SQS says that they are approximate."""

    waiting: int
    in_flight: int
    delayed: int


class Queues:
    """SQS in one region; queues go by their names."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._client = aws.client("sqs", region)
        self._once = aws.client("sqs", region, retries=False)

    def url(self, queue: str) -> str:
        """Return a queue's URL; '' when there is none of that name (GetQueueUrl)."""
        try:
            with calling("sqs:GetQueueUrl", self.region):
                return str(self._client.get_queue_url(QueueName=queue)["QueueUrl"])
        except AwsCallError as error:
            if error.code in _MISSING:
                return ""
            raise

    def send(self, url: str, body: str, *, group: str = "", deduplication: str = "") -> str:
        """Return the id of the message that was sent (SendMessage); `group` is for FIFO queues.

        Sent once: the SDK would send a second message when only the answer was lost.
        """
        more = {"MessageGroupId": group, "MessageDeduplicationId": deduplication}
        given = {name: value for name, value in more.items() if value}
        with calling("sqs:SendMessage", self.region):
            answer = self._once.send_message(QueueUrl=url, MessageBody=body, **given)
        return str(answer["MessageId"])

    def depth(self, url: str) -> Depth:
        """Return how many messages a queue has (GetQueueAttributes)."""
        with calling("sqs:GetQueueAttributes", self.region):
            answer = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        found = answer.get("Attributes", {})
        return Depth(
            int(found.get("ApproximateNumberOfMessages", 0)),
            int(found.get("ApproximateNumberOfMessagesNotVisible", 0)),
            int(found.get("ApproximateNumberOfMessagesDelayed", 0)),
        )

    def latest(self, url: str) -> str:
        """Return the body of the newest of up to ten waiting messages; '' when none waits.

        They stay visible, but each look counts as a receive: only for dead-letter queues, from
        which nothing moves on (ReceiveMessage).
        """
        with calling("sqs:ReceiveMessage", self.region):
            answer = self._client.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=_LOOKED_AT,
                VisibilityTimeout=0,
                WaitTimeSeconds=0,
                AttributeNames=["SentTimestamp"],
            )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        newest = max(messages, key=_sent, default={})
        return str(newest.get("Body", ""))


def _sent(message: dict[str, Any]) -> int:
    return int(message.get("Attributes", {}).get("SentTimestamp", 0))
