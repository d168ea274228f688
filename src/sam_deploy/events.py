"""What happens while a command runs, as frozen values.

Phases report events and never print. The console (`cli/console.py`) decides whether an event
becomes a moving bar, a plain line or a JSON line. Every event is JSON as it stands: its fields
are strings, numbers, booleans and tuples of those. This module imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Event:
    """Anything worth telling."""


@dataclass(frozen=True, slots=True)
class PhaseStarted(Event):
    """A phase of `workflow.py` begins: build, provide, template, deploy, release, ..."""

    phase: str
    title: str


@dataclass(frozen=True, slots=True)
class Planned(Event):
    """How much there is to do, so that a percentage can be told. Counts of each kind of work."""

    builds: int
    regions: int
    stacks: int
    """Stacks times their regions."""
    aliases: int = 0
    """Moves of aliases by a promotion, a rollback, or the steps of a shift."""
    steps: int = 0
    """Steps of other kinds, such as those of `destroy`."""
    watch_seconds: float = 0.0
    """How long a shift is watched at least, in all of its steps."""


@dataclass(frozen=True, slots=True)
class Note(Event):
    """A sentence for the user that belongs to no step; `level` decides how loud it is."""

    message: str
    level: Literal["info", "warning"] = "info"
    region: str = ""


@dataclass(frozen=True, slots=True)
class Listing(Event):
    """Rows for the user to copy, such as DNS records; each has a text for every column."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class BuildStarted(Event):
    """`total` functions and layers are about to be built, some of which may be up to date."""

    total: int


@dataclass(frozen=True, slots=True)
class BuildProgress(Event):
    """A unit reached a step that takes a while: resolve, fetch (`detail`: wheels and bytes), ..."""

    unit: str
    step: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class BuildFinished(Event):
    """One function or layer is ready. `index` counts finished units, 1 to `total`."""

    unit: str
    kind: Literal["function", "layer", "file"]
    archive: str
    size_bytes: int
    seconds: float
    reused: bool
    index: int
    total: int


@dataclass(frozen=True, slots=True)
class StepStarted(Event):
    """A region begins step `index` of `total` (R211: eight steps a region)."""

    region: str
    stack: str
    step: str
    index: int
    total: int


@dataclass(frozen=True, slots=True)
class StepFinished(Event):
    """A region finished a step. `detail` is what came of it, such as '3 uploaded, 9 there'."""

    region: str
    stack: str
    step: str
    index: int
    total: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StepsSkipped(Event):
    """Steps of a region that do not apply: they count as done (R211)."""

    region: str
    count: int


@dataclass(frozen=True, slots=True)
class StackEvent(Event):
    """One CloudFormation stack event, as it arrives. Source: DescribeStackEvents."""

    region: str
    stack: str
    logical_id: str
    resource_type: str
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Waiting(Event):
    """Something is awaited, for at most this many seconds."""

    what: str
    at_most_seconds: float
    region: str = ""


@dataclass(frozen=True, slots=True)
class RegionFinished(Event):
    """A stack in a region is done: 'created', 'updated', 'no changes' or 'failed'."""

    region: str
    stack: str
    outcome: str
    seconds: float


@dataclass(frozen=True, slots=True)
class AliasMoved(Event):
    """An alias now points at another version of its function, in one region.

    With a `weight` below 1 only that part (0-1) of the calls reaches `version`, and the rest
    `previous`.
    """

    region: str
    function: str
    alias: str
    version: str
    previous: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class ShiftStep(Event):
    """A step of a shift begins: `weight` (0-1) of the calls go to the new versions."""

    step: int
    steps: int
    weight: float
    regions: tuple[str, ...]
    seconds: float
    """How long it is watched at least; 0 for the last one."""
    until: str
    """When the schedules take it back, unless they are pushed forward: UTC, ISO 8601."""


@dataclass(frozen=True, slots=True)
class ShiftLook(Event):
    """One look at a step. `verdict` is wait, hold, go or back; `reasons` say what for."""

    step: int
    steps: int
    weight: float
    verdict: str
    calls: int
    """Of the new versions since the step began, in all regions."""
    errors: int
    alarms: int
    alarms_quiet: int
    seconds_left: float
    """Until the step's time is over; while it is held, until everything goes back."""
    reasons: tuple[str, ...] = ()


Report: TypeAlias = Callable[[Event], None]
"""How a phase tells what happens. Must be safe to call from several threads."""


def described(event: Event, at: float) -> dict[str, object]:
    """Return an event as a JSON object: `type`, `time` (Unix seconds) and its fields."""
    return {"type": type(event).__name__, "time": round(at, 3), **asdict(event)}


def ignore(event: Event) -> None:
    """A `Report` for who does not listen."""
    del event
