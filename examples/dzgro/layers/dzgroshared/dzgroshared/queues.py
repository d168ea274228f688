"""Sending to the app's queues, and answering Lambda about the messages it brought."""

import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel

from sam_deploy_runtime import resource_name

Record = dict[str, Any]
"""One message as Lambda hands it over: messageId, receiptHandle, body, eventSourceARN, ..."""

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)


@lru_cache(maxsize=1)
def sqs_client() -> Any:  # noqa: ANN401 - boto3 clients have no importable class
    """Return the process's SQS client: it belongs to a region, not to an environment."""
    return boto3.client("sqs")


def send(queue: str, message: BaseModel) -> str:
    """Send `message` to the app's queue, its class as attribute `model`; return the message id."""
    client = sqs_client()
    url = client.get_queue_url(QueueName=resource_name(queue))["QueueUrl"]
    sent = client.send_message(
        QueueUrl=url,
        MessageBody=message.model_dump_json(),
        MessageAttributes={"model": {"DataType": "String", "StringValue": type(message).__name__}},
    )
    return str(sent["MessageId"])


def process(
    event: dict[str, Any],
    handle: Callable[[Record], None],
    give_back: Callable[[Record], None] | None = None,
) -> dict[str, Any]:
    """Handle each message, and report those that failed (ReportBatchItemFailures).

    Whatever goes wrong with one message must not lose or repeat the others, hence the wide
    except; the cause is logged, and the message goes to the dead-letter queue.
    """
    failures = []
    for record in event["Records"]:
        try:
            handle(record)
        except Exception:
            logger.exception("message %s failed", record["messageId"])
            (give_back or hand_back)(record)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def hand_back(record: Record) -> None:
    """Make a failed message visible at once.

    Its next delivery would exceed the queue's maxReceiveCount of 1, so SQS moves it to the
    dead-letter queue now, not after the visibility timeout of 900 s. When this does not work,
    that is what happens anyway.
    """
    client = sqs_client()
    try:
        name = record["eventSourceARN"].rpartition(":")[2]
        client.change_message_visibility(
            QueueUrl=client.get_queue_url(QueueName=name)["QueueUrl"],
            ReceiptHandle=record["receiptHandle"],
            VisibilityTimeout=0,
        )
    except (BotoCoreError, ClientError):
        logger.warning("message %s stays hidden", record["messageId"], exc_info=True)
