"""What keeps data: buckets and tables. The stack going away never takes them with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import Annotated, Literal

from annotated_types import Interval, Len

from sam_deploy.config.declare import Declaration, declaration
from sam_deploy.config.model.http import Cors
from sam_deploy.config.text import (
    AttributeName,
    BucketName,
    FileName,
    IndexName,
    KmsKey,
    NamePattern,
    Reasons,
    Region,
)


@declaration
class Bucket(Declaration):
    """A private, encrypted S3 bucket, once for every environment.

    Its name carries the region outside the home region, since bucket names are global.
    """

    name: BucketName
    feature_set: str | None = None
    expire_days: Annotated[int, Interval(ge=1, le=36500)] | None = None
    """Objects are deleted after as many days; with versions they can be had back for longer."""
    versioned: bool = True
    noncurrent_days: Annotated[int, Interval(ge=1, le=36500)] = 30
    """How long replaced and deleted objects can be had back."""
    cors: Cors | None = None
    kms_key: KmsKey | None = None
    """ARN or alias of a customer key; in several regions an alias. S3's own key when not given."""
    physical_name: NamePattern | None = None
    existing: bool = False
    """Made by another stack: referred to by its name, never created, changed or deleted."""
    waive: Reasons = field(default_factory=dict)


@declaration
class Key(Declaration):
    """A key attribute of a table: its name, and whether it is text, a number or bytes."""

    name: AttributeName
    kind: Literal["S", "N", "B"] = "S"


@declaration
class Index(Declaration):
    """A global secondary index; it carries every attribute unless it is told which.

    DynamoDB makes or removes one index of a table per deployment.
    """

    name: IndexName
    partition_key: Key
    sort_key: Key | None = None
    include: Annotated[Sequence[AttributeName], Len(0, 20)] = ()
    """Attributes that it carries beside the keys; empty means all of them."""
    keys_only: bool = False


@declaration
class Capacity(Declaration):
    """Provisioned capacity units of a table, and of each of its indexes.

    Scaled between `read` and `max_read`, and between `write` and `max_write`, where these are
    given.
    """

    read: Annotated[int, Interval(ge=1, le=40000)]
    write: Annotated[int, Interval(ge=1, le=40000)]
    max_read: Annotated[int, Interval(ge=1, le=40000)] | None = None
    max_write: Annotated[int, Interval(ge=1, le=40000)] | None = None
    target_percent: Annotated[int, Interval(ge=20, le=90)] = 70
    """How much of the capacity should be in use."""


@declaration
class Table(Declaration):
    """A DynamoDB table, once for every environment; paid per request unless `capacity` is given.

    With `replicas` it is a global table, made by the feature set's first region for all of them.
    """

    name: FileName
    partition_key: Key | None = None
    """Only of an existing table it need not be said."""
    sort_key: Key | None = None
    indexes: Annotated[Sequence[Index], Len(0, 20)] = ()
    feature_set: str | None = None
    capacity: Capacity | None = None
    stream: Literal["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"] | None = None
    """What `on_table` triggers are told of a change; of global tables always both images."""
    time_to_live: AttributeName | None = None
    """Attribute that holds when an item expires, in seconds since 1970."""
    point_in_time_recovery: bool = True
    deletion_protection: bool = False
    """Refuse deletion to everybody. The stack never deletes a table that stands; with protection
    a first deployment that fails cannot be taken back, so turn it on after the first one."""
    replicas: Annotated[Sequence[Region], Len(0, 40)] = ()
    """Regions of a global table, the first region of the feature set among them."""
    kms_key: KmsKey | None = None
    """ARN or alias of a customer key; in several regions an alias. AWS's own key for DynamoDB
    when not given."""
    physical_name: NamePattern | None = None
    existing: bool = False
    """Made by another stack: referred to by its name, never created, changed or deleted."""
    waive: Reasons = field(default_factory=dict)
