"""Amazon Marketing Stream: JSON records in SNS notifications, which arrive through a queue."""

import logging
from typing import Annotated, Any, Literal

from bson import json_util
from pydantic import AwareDatetime, BaseModel, Discriminator, Json, TypeAdapter

from dzgroshared.provenance import Provenance
from dzgroshared.queues import Record
from dzgroshared.storage import Bucket

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)


class Notification(BaseModel):
    """SNS's envelope around a record. Source: SNS, HTTP/HTTPS notification JSON format."""

    Type: Literal["Notification"]
    MessageId: str
    TopicArn: str
    Message: Json[dict[str, Any]]
    Timestamp: AwareDatetime


class SubscriptionConfirmation(BaseModel):
    """SNS asks whether this queue wants the topic; its owner answers by visiting the address.

    Nothing here does so by itself: whoever subscribed knows that this one is wanted.
    """

    Type: Literal["SubscriptionConfirmation"]
    MessageId: str
    TopicArn: str
    SubscribeURL: str
    Timestamp: AwareDatetime


ENVELOPE: TypeAdapter[Notification | SubscriptionConfirmation] = TypeAdapter(
    Annotated[Notification | SubscriptionConfirmation, Discriminator("Type")]
)


def store(
    record: Record, model: type[BaseModel], prefix: str, bucket: Bucket, call: Provenance
) -> None:
    """Validate one queue message and store it as `{prefix}/{message id}.json`.

    The document is MongoDB extended JSON, ready for mongoimport: the example has no database.
    Raises pydantic.ValidationError for anything that Amazon would not send.
    """
    message_id = record["messageId"]
    envelope = ENVELOPE.validate_json(record["body"])
    if isinstance(envelope, SubscriptionConfirmation):
        bucket.put_json(f"ams/subscriptions/{message_id}.json", envelope.model_dump(mode="json"))
        logger.info("topic %s waits for its confirmation", envelope.TopicArn)
        return
    document = {
        "_id": message_id,
        "topic": envelope.TopicArn,
        "published_at": envelope.Timestamp,
        "payload": model.model_validate(envelope.Message).model_dump(mode="json"),
        **call.as_json(),
    }
    text = json_util.dumps(document, json_options=json_util.RELAXED_JSON_OPTIONS)
    bucket.put(f"{prefix}/{message_id}.json", text.encode(), "application/json")
