"""What a promotion or a rollback is: a value that says everything it will write. Pure.

The same value is shown, agreed to (by its digest), kept beside the journal, and carried out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Literal, TypeAlias

from sam_deploy.errors import RefusedError

SCHEMA: Final = 1
SHORT: Final = 8
"""Hex digits of the digest that people compare: on the screen and in the mail."""
ASIDE: Final = ("warnings", "recorded_commit")
"""Fields that are shown and not kept: what was agreed to is the same with others of them."""
Act: TypeAlias = Literal["promote", "rollback"]
PENDING: Final = "new"
"""Stands for the number of a version that is published once its stack stands."""
Key: TypeAlias = tuple[str, str]
"""(region, function's name on AWS): one alias of the environment that is changed."""


@dataclass(frozen=True, slots=True)
class Version:
    """A published version, and what people want to know of it."""

    number: str = ""
    code_sha256: str = ""
    """Base64, as Lambda reports it."""
    commit: str = ""
    size_bytes: int = 0
    memory_mb: int = 0
    timeout_seconds: int = 0
    runtime: str = ""
    role: str = ""
    layers: tuple[str, ...] = ()
    """ARNs of its layers."""
    recorded_commit: str = field(default="", compare=False)
    """As a release record has it, when its own description tells none: CloudFormation makes first
    versions without. A broker holds `commit` against the description, so it is not put there."""

    @property
    def made_of(self) -> str:
        """The commit, however it is known; '' when it is not."""
        return self.commit or self.recorded_commit


@dataclass(frozen=True, slots=True)
class Flip:
    """One alias: what it serves, what it shall serve, and the state it must be in for that."""

    region: str
    function: str
    """On AWS, such as ApiFunction."""
    name: str
    """In `deploy.py`, such as Api."""
    alias: str
    before: Version
    after: Version
    revision_id: str
    """Of the alias, when the plan was made: the fence of the first write."""
    description: str = ""
    """Of the alias, when the plan was made: put back when the promotion is taken back."""
    weights: tuple[tuple[str, float], ...] = ()
    """What it sends to other versions when the plan is made, as fractions (0-1)."""

    @property
    def key(self) -> Key:
        """Which alias it is."""
        return self.region, self.function

    @property
    def changes(self) -> bool:
        """Whether something else will be served."""
        return self.before.number != self.after.number or bool(self.weights)


@dataclass(frozen=True, slots=True)
class Strategy:
    """How traffic goes over: at once, or in steps with a look at alarms after each.

    `weights` are the fractions of calls (0-1) before the last step, which is 1.
    """

    weights: tuple[float, ...] = ()
    every_seconds: float = 0.0
    hold_seconds: float = 0.0
    """How long a step waits for data that does not come, before all goes back."""
    min_requests: int = 0
    """Calls of the new version of each function in each region that a step needs."""
    quiet: tuple[str, ...] = ()
    """Functions that may pass without so many calls; `*` for all."""
    check: str = ""
    """A URL or a command that must agree: before any traffic, and after each step."""
    alarms: Mapping[str, tuple[str, ...]] | None = None
    """Region -> names of the alarms that are watched."""
    with_alarm: bool = False
    """Begun although an alarm was firing, since it is the fix."""

    @property
    def shifts(self) -> bool:
        """Whether there is a time in which two versions are served."""
        return bool(self.weights)


@dataclass(frozen=True, slots=True)
class StackChange:
    """What becomes of a stack in a region, before any alias moves (isolated topology)."""

    stack: str
    region: str
    way: str
    """create, update, recreate; none when it is as it should be."""
    changes: tuple[str, ...] = ()
    """Action, logical id and replacement of each, in order."""
    before: str = ""
    """Which stack it is, and when it was last changed."""


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """Everything that a promotion or rollback will write, for all regions or for none."""

    act: Act
    app: str
    account: str
    caller: str
    """ARN of the caller; of an assumed role without the session's name."""
    home_region: str
    environment: str
    source: str
    """The environment that it comes from, or the release that it goes back to."""
    regions: tuple[str, ...]
    """The home region first, then as in `deploy.py`."""
    flips: tuple[Flip, ...]
    nonce: str
    tool_version: str
    strategy: Strategy = Strategy()
    without: tuple[str, ...] = ()
    """Regions that are left as they are, since they could not be reached."""
    only: tuple[str, ...] = ()
    """Functions that it is limited to; all when empty."""
    stacks: tuple[StackChange, ...] = ()
    """Those that are deployed first; none in the shared topology."""
    manifest: str = ""
    """SHA-256 of what is deployed to them, hex: every template, and the hash of every archive."""
    allowed: tuple[str, ...] = ()
    """Logical ids of what may be lost in them (`--allow-replace`)."""
    new: tuple[Key, ...] = ()
    """Aliases that come with their stack: nobody was served before."""
    agreed: str = ""
    """Digest of the plan that was agreed to, when the versions had no numbers yet."""
    warnings: tuple[str, ...] = field(default=(), compare=False)
    """What to look at twice before one agrees, in words: shown, and not kept."""

    @property
    def approved(self) -> str:
        """The digest that somebody has agreed to."""
        return self.agreed or self.digest

    @property
    def deploys(self) -> bool:
        """Whether any stack is changed."""
        return any(each.way != "none" for each in self.stacks)

    @property
    def digest(self) -> str:
        """SHA-256 of its canonical JSON, hex: what an approval is bound to."""
        return hashlib.sha256(self.written()).hexdigest()

    @property
    def short(self) -> str:
        """The part of the digest that people compare."""
        return self.approved[:SHORT]

    @property
    def moves(self) -> tuple[Flip, ...]:
        """What is written; the other flips are looked at only."""
        return tuple(each for each in self.flips if each.changes)

    @property
    def key(self) -> str:
        """Where it is kept, beside the journal."""
        return key_of(self.app, self.digest)

    def written(self) -> bytes:
        """Return it as canonical JSON: keys in order, no spaces, ASCII."""
        value = {"schema": SCHEMA, **_parts(self)}
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=_parts)
        return text.encode("ascii")

    def with_nonce(self, nonce: str) -> ReleasePlan:
        """Return the same plan under another nonce: one that an approval was given for."""
        return replace(self, nonce=nonce)


def key_of(app: str, digest: str) -> str:
    """Return where the plan with a digest is kept."""
    return f"promotions/{app}/{digest}.json"


def _parts(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any of the dataclasses above
    """Return the fields that are kept, as they are: `asdict` copies all below, too."""
    return {e.name: getattr(value, e.name) for e in fields(value) if e.name not in ASIDE}


def read(body: bytes, where: str) -> ReleasePlan:
    """Return a plan from its JSON. Raises `RefusedError` when it is damaged or of another tool."""
    try:
        found = json.loads(body)
        schema = found.pop("schema")
        if schema != SCHEMA:
            raise RefusedError(
                f"The release plan {where} was written by another version of sam-deploy",
                why=f"its schema is {schema}; this version knows {SCHEMA}",
                hint="use the version that wrote it",
            )
        return _plan(found)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RefusedError(
            f"The release plan {where} cannot be read",
            why=f"it is cut off or damaged ({type(error).__name__}); nothing is guessed from it",
            hint="earlier states of it are in the artifact bucket (versioning)",
        ) from error


def _plan(found: dict[str, Any]) -> ReleasePlan:
    strategy = found.pop("strategy")
    alarms = strategy.pop("alarms")
    for name in ("regions", "without", "only", "allowed"):
        found[name] = tuple(found[name])
    found["new"] = tuple((region, function) for region, function in found["new"])
    found["stacks"] = tuple(
        StackChange(changes=tuple(each.pop("changes")), **each) for each in found["stacks"]
    )
    found["flips"] = tuple(_flip(each) for each in found["flips"])
    found["strategy"] = Strategy(
        weights=tuple(strategy.pop("weights")),
        quiet=tuple(strategy.pop("quiet")),
        alarms=None if alarms is None else {key: tuple(each) for key, each in alarms.items()},
        **strategy,
    )
    return ReleasePlan(**found)


def _flip(found: dict[str, Any]) -> Flip:
    return Flip(
        before=_version(found.pop("before")),
        after=_version(found.pop("after")),
        weights=tuple((str(version), float(part)) for version, part in found.pop("weights")),
        **found,
    )


def _version(found: dict[str, Any]) -> Version:
    return Version(layers=tuple(found.pop("layers")), **found)
