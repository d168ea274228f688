"""A shift with nothing of AWS: aliases in memory, a clock moved by hand, and what is seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from sam_deploy.aws import Alias, AwsCallError, Record
from sam_deploy.deploy.journal import Entry, Read
from sam_deploy.events import Event
from sam_deploy.lanes import Stop
from sam_deploy.promotion.aliases import Wanted
from sam_deploy.promotion.book import Book
from sam_deploy.promotion.engine import Engine
from sam_deploy.promotion.model import Flip, Key, ReleasePlan, Strategy, Version
from sam_deploy.promotion.shifting.judge import Answer, Counted, Seen, Watched
from sam_deploy.promotion.shifting.pace import Pace
from sam_deploy.promotion.shifting.requests import Ask
from sam_deploy.promotion.shifting.shift import Shift

REGIONS = ("eu-west-1", "us-east-1")
START = 1_000_000.0
STRATEGY = Strategy(
    weights=(0.1, 0.5),
    every_seconds=60,
    hold_seconds=120,
    min_requests=10,
    alarms=dict.fromkeys(REGIONS, ("Errors",)),
)


def flip(region: str, function: str = "ApiFunction") -> Flip:
    return Flip(
        region=region,
        function=function,
        name=function.removesuffix("Function"),
        alias="prod",
        before=Version("1"),
        after=Version("2"),
        revision_id="r0",
    )


def plan(strategy: Strategy) -> ReleasePlan:
    return ReleasePlan(
        act="promote",
        app="orders",
        account="123456789012",
        caller="arn:aws:iam::123456789012:user/anna",
        home_region=REGIONS[0],
        environment="prod",
        source="dev",
        regions=REGIONS,
        flips=tuple(flip(region) for region in REGIONS),
        nonce="00",
        tool_version="0",
        strategy=strategy,
    )


@dataclass
class _Memory:
    """Aliases and documents in memory; `log` has everything that was written, in order."""

    log: list[str]
    aliases: dict[Key, Alias] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)
    denied: str = ""
    """A region whose aliases cannot be written."""
    _count: int = 0

    def get(self, flip: Flip) -> Alias | None:
        return self.aliases.get(flip.key)

    def update(self, flip: Flip, wanted: Wanted, revision_id: str) -> Alias:
        if flip.region == self.denied:
            raise AwsCallError("lambda:UpdateAlias", flip.region, "AccessDenied", "no", "")
        found = self.aliases[flip.key]
        if found.revision_id != revision_id:
            raise AwsCallError(
                "lambda:UpdateAlias", flip.region, "PreconditionFailedException", "", ""
            )
        return self.write(flip.key, wanted.version, wanted.weights, wanted.description)

    def write(
        self,
        key: Key,
        version: str,
        weights: tuple[tuple[str, float], ...] = (),
        description: str = "",
    ) -> Alias:
        self._count += 1
        made = Alias("prod", version, f"r{self._count}", weights, description)
        self.aliases[key] = made
        shares = "".join(f"+{name}@{part:g}" for name, part in weights)
        self.log.append(f"alias {key[0]} {version}{shares}")
        return made

    def read(self, key: str) -> Record | None:
        body = self.documents.get(key)
        return None if body is None else Record(body, str(hash(body)))

    def create(self, key: str, body: bytes) -> str | None:
        if key in self.documents:
            return None
        self.documents[key] = body
        return str(hash(body))

    def replace(self, key: str, body: bytes, etag: str) -> str | None:
        if key not in self.documents or str(hash(self.documents[key])) != etag:
            return None
        self.documents[key] = body
        return str(hash(body))

    def delete(self, key: str, etag: str) -> bool:
        return bool(etag) and self.documents.pop(key, None) is not None


@dataclass
class _HandClock:
    """Moves only when somebody waits; `at` does something when a moment has come."""

    seconds: float = START
    events: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> None:
        self.seconds += seconds
        due = [each for each in self.events if each[0] <= self.seconds - START]
        self.events = [each for each in self.events if each not in due]
        for _, act in due:
            act()

    def at(self, seconds: float, act: Callable[[], None]) -> None:
        self.events.append((seconds, act))


@dataclass
class _Sky:
    """What is seen: every alarm OK and enough calls, until a test says otherwise."""

    log: list[str]
    seen: Seen
    begun: list[float] = field(default_factory=list)

    def begin(self, since: float) -> None:
        self.begun.append(since)

    def look(self) -> Seen:
        return self.seen

    def alarm(self, region: str, state: str) -> None:
        others = tuple(each for each in self.seen.alarms if each.region != region)
        alarms = (*others, Watched(region, "Errors", state, since="12:00"))
        self.seen = replace(self.seen, alarms=alarms)

    def calls(self, region: str, calls: int, errors: int = 0) -> None:
        key = (region, "ApiFunction")
        self.seen = replace(self.seen, counts={**self.seen.counts, key: Counted(calls, errors)})


@dataclass
class _HandGuard:
    """Schedules in memory."""

    log: list[str]
    until: float = 0.0
    stands: bool = True
    fails: list[Exception] = field(default_factory=list)

    def prepare(self) -> None:
        self.log.append("role")

    def push(self, until: float) -> bool:
        if self.fails:
            raise self.fails.pop(0)
        self.until = until
        self.log.append(f"schedules +{until - START:g}")
        return self.stands

    def remove(self) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.until = 0.0
        self.log.append("schedules deleted")


@dataclass
class _Voices:
    """Requests from other terminals, and the answers to them."""

    asks: list[Ask] = field(default_factory=list)
    answers: list[tuple[str, bool]] = field(default_factory=list)

    def pending(self) -> Ask | None:
        return self.asks[0] if self.asks else None

    def answer(self, ask: Ask, words: str, *, done: bool) -> None:
        self.asks.remove(ask)
        self.answers.append((words, done))

    def ask(self, act: str, step: int) -> None:
        self.asks.append(
            Ask("p1", 1, str(step), act, "bob", "desk", "", f"id{len(self.answers)}")  # type: ignore[arg-type]
        )


@dataclass
class _Stage:
    """Everything around one shift."""

    memory: _Memory
    clock: _HandClock
    sky: _Sky
    guard: _HandGuard
    voices: _Voices
    log: list[str]
    heard: list[Event]
    stop: Stop
    audit: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)
    answers: list[tuple[Answer, ...]] = field(default_factory=list)
    open: bool = True
    hook_seconds: float = 0.0
    """What the hooks of each step take."""
    hooked: list[Mapping[str, object]] = field(default_factory=list)
    """What they were told."""

    def hooks(self, facts: Mapping[str, object]) -> Callable[[], bool]:
        self.hooked.append(facts)
        ends = self.clock.seconds + self.hook_seconds
        return lambda: self.clock.seconds >= ends

    def check(self, flips: Sequence[Flip], weight: float) -> tuple[Answer, ...]:
        self.log.append(f"check at {weight:g}")
        given = self.answers.pop(0) if self.answers else ()
        return given or tuple(Answer(each.region, each.function, good=True) for each in flips)

    def shift(
        self, strategy: Strategy = STRATEGY, release: Mapping[str, str] | None = None
    ) -> Shift:
        made = plan(strategy)
        entry = Entry(id="abc123", epoch=1, state="open", release=release or {})
        before = Read()
        engine = Engine(
            made,
            self.memory,
            Book(self.memory, "orders", before, entry),
            self.stop,
            self.heard.append,
            side_by_side=lambda work, flips: [work(each) for each in flips],
            pause=self.clock.pause,
            clock=self.clock.now,
        )
        for each in made.moves:
            found = self.memory.aliases.get(each.key)
            if found is None:
                self.memory.aliases[each.key] = Alias("prod", "1", "r0")
            else:
                engine.revisions[each.key] = found.revision_id
        return Shift(
            engine=engine,
            looks=self.sky,
            guard=self.guard,
            asked=self.voices,
            check=self.check,
            audit=lambda event, facts: self.audit.append((event, facts)),
            pace=Pace(10, 60),
            still=lambda: self.open,
            hooks=self.hooks,
            now=self.clock.now,
        )


class _HandStop(Stop):
    """Waits by moving the clock."""

    def __init__(self, clock: _HandClock) -> None:
        super().__init__()
        self._clock = clock

    def pause(self, seconds: float) -> None:
        self._clock.pause(seconds)
        self.check()


@pytest.fixture
def stage(heard: list[Event]) -> _Stage:
    """All is well: a shift goes through."""
    log: list[str] = []
    clock = _HandClock()
    fine = Seen(
        alarms=tuple(Watched(region, "Errors", "OK") for region in REGIONS),
        counts={(region, "ApiFunction"): Counted(100, 1) for region in REGIONS},
    )
    return _Stage(
        memory=_Memory(log),
        clock=clock,
        sky=_Sky(log, fine),
        guard=_HandGuard(log),
        voices=_Voices(),
        log=log,
        heard=heard,
        stop=_HandStop(clock),
    )
