"""Messages between functions: queues, topics, event buses and the rules that forward events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Annotated, Literal

from annotated_types import Interval

from sam_deploy.config.declare import Declaration, declaration
from sam_deploy.config.text import (
    AccountId,
    Json,
    KmsKey,
    Matches,
    Name,
    NamePattern,
    Reasons,
    Region,
)


@declaration
class SnsPublisher(Declaration):
    """SNS topics of other AWS accounts that may send to a queue, by region."""

    accounts: Mapping[Region, Sequence[AccountId]]


@declaration
class AttributeReader(Declaration):
    """An IAM principal of another account that may read a queue's attributes."""

    principal: Annotated[
        str, Matches(r"arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+", "an IAM ARN")
    ]


@declaration
class Queue(Declaration):
    """An SQS queue and its dead-letter queue, once for every environment."""

    name: Name
    feature_set: str | None = None
    visibility_timeout_seconds: Annotated[int, Interval(ge=0, le=43200)] = 900
    max_receive_count: Annotated[int, Interval(ge=1, le=1000)] = 5
    """Deliveries before a message goes to the dead-letter queue; a throttled call counts as one."""
    retention_seconds: Annotated[int, Interval(ge=60, le=1_209_600)] = 345_600
    """How long a message waits; in the dead-letter queue it is always 14 days."""
    delay_seconds: Annotated[int, Interval(ge=0, le=900)] = 0
    fifo: bool = False
    """First in, first out: the name gets `.fifo`."""
    content_based_deduplication: bool = False
    """Tell equal messages by their content, not by an id that the sender gives (FIFO)."""
    deduplication_scope: Literal["queue", "messageGroup"] = "queue"
    """Where a message counts as sent twice (FIFO); messageGroup also lifts the queue's limit of
    300 calls a second to one for each group."""
    kms_key: KmsKey | None = None
    """ARN or alias of a customer key; SQS's own encryption when not given."""
    senders: Sequence[SnsPublisher] = ()
    readers: Sequence[AttributeReader] = ()
    physical_name: NamePattern | None = None
    existing: bool = False
    """Made by another stack: referred to by its name, never created, changed or deleted."""
    waive: Reasons = field(default_factory=dict)
    """Rule name -> the reason why its warning does not apply here."""


@declaration
class Subscription(Declaration):
    """Who gets a topic's messages: a queue of the app, a mail address or a web address.

    Mail addresses get nothing before somebody follows the link that SNS sends them.
    """

    protocol: Literal["sqs", "email", "https"]
    endpoint: Annotated[str, Matches(r"\S+", "a queue's name, a mail address or an https address")]
    filter: Mapping[str, Json] = field(default_factory=dict)
    """Filter policy on message attributes, or on the message itself: see `filter_scope`."""
    filter_scope: Literal["MessageAttributes", "MessageBody"] = "MessageAttributes"
    raw: bool = False
    """Deliver the message alone, without SNS's envelope (sqs and https)."""
    dead_letter_queue: str | None = None
    """A queue of the app for what cannot be delivered (sqs and https)."""
    environments: Sequence[str] = ()
    """Only these; all of them when empty."""


@declaration
class Topic(Declaration):
    """An SNS topic, once for every environment."""

    name: Name
    feature_set: str | None = None
    subscriptions: Sequence[Subscription] = ()
    publishers: Sequence[Literal["cloudwatch", "s3"]] = ()
    """AWS services of this account that publish to it: alarms, events of buckets."""
    fifo: bool = False
    """First in, first out, to FIFO queues only: the name gets `.fifo`."""
    content_based_deduplication: bool = False
    """Tell equal messages by their content, not by an id that the sender gives (FIFO)."""
    kms_key: KmsKey | None = None
    """ARN or alias of a customer key, whose policy lets the publishers use it."""
    physical_name: NamePattern | None = None
    existing: bool = False
    """Made by another stack: referred to by its name, never created, changed or deleted."""
    waive: Reasons = field(default_factory=dict)


@declaration
class EventBus(Declaration):
    """An EventBridge event bus, once for every environment."""

    name: Name
    feature_set: str | None = None
    archive_days: Annotated[int, Interval(ge=0, le=3650)] | None = None
    """How long events are kept for replay; 0 keeps them for ever, None keeps none."""
    physical_name: NamePattern | None = None
    existing: bool = False
    """Made by another stack: referred to by its name, never created, changed or deleted."""
    waive: Reasons = field(default_factory=dict)


@declaration
class Rule(Declaration):
    """Forwards matching events of a bus to a queue or a topic, in every environment.

    Events of this account only, unless `pattern` names an `account`. What cannot be delivered
    goes to the dead-letter queue of the queue in `to`.
    """

    name: Name
    to: Name
    """A queue or a topic of the app."""
    bus: Name | None = None
    """The account's default bus when not given: it is one for all environments."""
    sources: Sequence[str] = ()
    detail_types: Sequence[str] = ()
    pattern: Mapping[str, Json] = field(default_factory=dict)
    """Event pattern, for what `sources` and `detail_types` cannot say; it is added to them."""
    message_group: str | None = None
    """Message group id, which a FIFO queue needs: events of one group keep their order."""
    retries: Annotated[int, Interval(ge=0, le=185)] = 185
    max_age_seconds: Annotated[int, Interval(ge=60, le=86400)] = 86400
    """How long delivery is tried."""
    dead_letter_queue: str | None = None
    """A queue of the app for what cannot be delivered, in place of the usual one."""
    feature_set: str | None = None
    environments: Sequence[str] = ()
    """Only these; all of them when empty."""
    enabled: bool = True
    waive: Reasons = field(default_factory=dict)
    """Rule name -> the reason why its warning does not apply here."""
