"""The resources that an app can have once for every environment: queues, buckets, user pools.

Recorded and judged like everything in `model.py`, where users import them from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Annotated

from annotated_types import Interval, Len

from sam_deploy.config.declare import Declaration, declaration
from sam_deploy.config.text import (
    AccountId,
    BucketName,
    Email,
    HttpMethod,
    Matches,
    Name,
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
    max_receive_count: Annotated[int, Interval(ge=1, le=1000)] = 1
    """Deliveries before a message goes to the dead-letter queue."""
    senders: Sequence[SnsPublisher] = ()
    readers: Sequence[AttributeReader] = ()
    waive: Mapping[str, str] = field(default_factory=dict)
    """Rule name -> the reason why its warning does not apply here."""


@declaration
class Cors(Declaration):
    """Who may call from a browser. Empty origins: the environment's own web origins."""

    methods: Annotated[Sequence[HttpMethod], Len(1)]
    origins: Sequence[str] = ()
    headers: Sequence[str] = ("*",)
    max_age_seconds: Annotated[int, Interval(ge=0, le=86400)] = 300


@declaration
class Bucket(Declaration):
    """A private, encrypted S3 bucket, once for every environment."""

    name: BucketName
    feature_set: str | None = None
    expire_days: Annotated[int, Interval(ge=1, le=36500)] | None = None
    cors: Cors | None = None


@declaration
class ResourceServer(Declaration):
    """An OAuth resource server and its scopes, such as `read`."""

    identifier: Annotated[str, Matches(r"[\w.:/-]{1,256}", "no spaces")]
    scopes: Annotated[Sequence[str], Len(1)]


@declaration
class UserPoolClient(Declaration):
    """The web client of a pool: paths below the environment's domain, OAuth code flow."""

    callback_path: Annotated[str, Matches(r"/\S*", "a path that starts with /")]
    logout_path: Annotated[str, Matches(r"/\S*", "a path that starts with /")]
    scopes: Sequence[str] = ("email", "openid", "phone", "profile")


@declaration
class UserPool(Declaration):
    """A Cognito user pool, once for every environment; people sign in with their e-mail."""

    name: Name
    feature_set: str | None = None
    client: UserPoolClient | None = None
    resource_server: ResourceServer | None = None
    email_from: Email | None = None
    """Sender of the pool's mails; its domain must be a verified SES identity of the region."""
    required_attributes: Sequence[str] = ("email", "name")
    optional_attributes: Sequence[str] = ()
