"""What calls a function beside HTTP: queues, uploads, schedules, events, topics, streams, pools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Annotated, Literal

from annotated_types import Interval, Len

from sam_deploy.config.declare import Declaration, declaration
from sam_deploy.config.text import Json, Matches, PoolTrigger

TriggerName = Annotated[str, Matches(r"[A-Za-z0-9]{0,40}", "letters and digits")]


@declaration
class QueueTrigger(Declaration):
    """Call the function with messages of `queue`, in each environment through its alias."""

    queue: str
    batch_size: Annotated[int, Interval(ge=1, le=10000)] = 10
    batching_window_seconds: Annotated[int, Interval(ge=0, le=300)] = 0
    max_concurrency: Annotated[int, Interval(ge=2, le=1000)] | None = None
    """Calls at the same time for this queue."""
    filters: Sequence[Mapping[str, Json]] = ()
    """Event filter patterns; a message that matches none is deleted without a call."""
    environments: Sequence[str] = ()
    """Only these; all of them when empty."""
    enabled: bool = True


@declaration
class UploadTrigger(Declaration):
    """Call the function when an object arrives in `bucket`, in each environment."""

    bucket: str
    prefix: str = ""
    suffix: str = ""
    event: Annotated[str, Matches(r"s3:\S+", "an S3 event such as s3:ObjectCreated:*")] = (
        "s3:ObjectCreated:*"
    )
    environments: Sequence[str] = ()
    """Only these; all of them when empty."""


@declaration
class UserPoolTrigger(Declaration):
    """Call the function at these moments of the pool's life, in each environment."""

    pool: str
    kinds: Annotated[Sequence[PoolTrigger], Len(1)]


@declaration
class ScheduleTrigger(Declaration):
    """Call the function on a schedule (EventBridge Scheduler), in each environment."""

    expression: Annotated[
        str,
        Matches(r"(rate|cron|at)\(.+\)", "rate(5 minutes), cron(0 9 ? * MON-FRI *), at(...)"),
    ]
    timezone: Annotated[str, Matches(r"[A-Za-z0-9_+/-]+", "such as America/New_York")] = "UTC"
    """Where cron and at are meant; summer time is kept."""
    input: Json = None
    """What the function is called with; the scheduler's own notice when not given."""
    retries: Annotated[int, Interval(ge=0, le=185)] = 2
    max_age_seconds: Annotated[int, Interval(ge=60, le=86400)] = 3600
    """A call that is later than this is given up."""
    dead_letter_queue: str | None = None
    """A queue of the app for calls that were given up."""
    name: TriggerName = ""
    """Tells several schedules of one function apart."""
    first_region_only: bool = False
    """In the feature set's first region; else each of its regions calls its own function."""
    environments: Sequence[str] = ()
    """Only these; all of them when empty."""
    enabled: bool = True


@declaration
class EventTrigger(Declaration):
    """Call the function with events of a bus that match, in each environment.

    Events of this account only, unless `pattern` names an `account`.
    """

    detail_types: Sequence[str] = ()
    sources: Sequence[str] = ()
    bus: str | None = None
    """A bus of the app; the account's default bus, one for all environments, when not given."""
    pattern: Mapping[str, Json] = field(default_factory=dict)
    """Event pattern, for what `sources` and `detail_types` cannot say; it is added to them."""
    retries: Annotated[int, Interval(ge=0, le=185)] = 2
    max_age_seconds: Annotated[int, Interval(ge=60, le=86400)] = 3600
    """How long delivery is tried."""
    dead_letter_queue: str | None = None
    """A queue of the app for events that were given up."""
    name: TriggerName = ""
    """Tells several of one function apart; the first detail type does when not given."""
    environments: Sequence[str] = ()
    """Only these; all of them when empty."""
    enabled: bool = True


@declaration
class TopicTrigger(Declaration):
    """Call the function with messages of `topic`, in each environment."""

    topic: str
    filter: Mapping[str, Json] = field(default_factory=dict)
    """Filter policy on message attributes, or on the message itself: see `filter_scope`."""
    filter_scope: Literal["MessageAttributes", "MessageBody"] = "MessageAttributes"
    dead_letter_queue: str | None = None
    """A queue of the app for messages that cannot be delivered."""
    environments: Sequence[str] = ()
    """Only these; all of them when empty."""


@declaration
class TableTrigger(Declaration):
    """Call the function with changes of `table` (its stream), in each environment.

    Of a global table in its first region only, where the changes of all regions arrive.
    """

    table: str
    batch_size: Annotated[int, Interval(ge=1, le=10000)] = 100
    batching_window_seconds: Annotated[int, Interval(ge=0, le=300)] = 0
    starting_position: Literal["LATEST", "TRIM_HORIZON"] = "LATEST"
    """Where a new trigger begins: with what comes from now on, or a day back."""
    parallelization: Annotated[int, Interval(ge=1, le=10)] = 1
    """Batches of one shard at the same time; changes of one item keep their order."""
    retries: Annotated[int, Interval(ge=0, le=10000)] = 10
    """After which a batch goes to `on_failure`; a stream waits for a failing batch meanwhile."""
    split_on_error: bool = True
    """Try a failed batch again in two halves, to find the item that fails."""
    on_failure: str | None = None
    """A queue of the app that is told of batches that were given up."""
    filters: Sequence[Mapping[str, Json]] = ()
    """Event filter patterns; a change that matches none is passed over without a call."""
    environments: Sequence[str] = ()
    """Only these; all of them when empty."""
    enabled: bool = True


Trigger = (
    QueueTrigger
    | UploadTrigger
    | UserPoolTrigger
    | ScheduleTrigger
    | EventTrigger
    | TopicTrigger
    | TableTrigger
)

# Named for how they read in a function's `triggers=[...]`. Plain other names, not functions, so
# that a wrong argument is recorded like everywhere else.
on_queue = QueueTrigger
on_upload = UploadTrigger
on_user_pool = UserPoolTrigger
on_schedule = ScheduleTrigger
on_event = EventTrigger
on_topic = TopicTrigger
on_table = TableTrigger
