"""A broker without AWS: its table, Lambda, key and mails in memory."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from sam_deploy.approval.letter import Letter
from sam_deploy.broker.function.codes import UnsentLetter
from sam_deploy.broker.function.plans import Routing, SeenAlias, SeenVersion
from sam_deploy.broker.function.rows import BrokerRefusal, Row
from sam_deploy.broker.function.service import BrokerParts, answer
from sam_deploy.broker.function.settings import BrokerSettings
from sam_deploy.promotion.model import Flip, ReleasePlan, Strategy, Version

ACCOUNT = "123456789012"
HOME, OTHER = "eu-west-1", "us-east-1"
API, JOBS = "ApiFunction", "JobsFunction"
SETTINGS = BrokerSettings(
    app="orders",
    guarded={"prod": {API: (HOME, OTHER), JOBS: (HOME,)}},
    sender="noreply@orders.example",
    sender_region=HOME,
    recipients=("lead@orders.example",),
    minutes=10,
    attempts=3,
    codes_an_hour=5,
    codes_a_day=20,
    approval_hours=24,
    sources={"prod": "dev"},
)
APART = replace(
    SETTINGS,
    sources={},
    origins={"prod": {API: ("ApiDevFunction", "dev"), JOBS: ("JobsDevFunction", "dev")}},
)
"""Each environment has functions of its own."""


def code_of(number: str) -> str:
    """The SHA-256 of a version's code."""
    return f"sha-{number}"


@dataclass
class Memory:
    """Rows as DynamoDB keeps them: one of two writers wins."""

    rows: dict[str, Row] = field(default_factory=dict)

    def get(self, key: str) -> Row | None:
        """Return a row."""
        return self.rows.get(key)

    def put(self, key: str, row: Row) -> bool:
        """Write it, unless somebody else has."""
        known = self.rows.get(key)
        if (known.changes if known else 0) != row.changes - 1:
            return False
        self.rows[key] = Row(row.changes, json.loads(json.dumps(row.body)), row.ends)
        return True


@dataclass
class Aliases:
    """Lambda with versions 1 to 9 of everything. `history`: what each alias has served."""

    seen: dict[tuple[str, str, str], SeenAlias] = field(default_factory=dict)
    history: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    """Version -> what it says, where that is not its usual commit."""
    numbers: Any = field(default_factory=itertools.count)

    def alias(self, region: str, function: str, name: str) -> SeenAlias | None:
        """Return an alias."""
        return self.seen.get((region, function, name))

    def version(self, region: str, function: str, number: str) -> SeenVersion | None:
        """Return a version."""
        del region, function
        if not (number.isdigit() and 1 <= int(number) <= 9):
            return None
        says = self.descriptions.get(number, f"sam-deploy commit c0ffee{number}")
        return SeenVersion(code_of(number), says)

    def move(
        self, region: str, function: str, name: str, to: Routing, description: str, revision: str
    ) -> SeenAlias:
        """Move an alias, behind its fence."""
        key = (region, function, name)
        if self.seen[key].revision_id != revision:
            raise BrokerRefusal("PreconditionFailedException", "it was changed")
        self.set(key, to, description)
        return self.seen[key]

    def set(self, key: tuple[str, str, str], to: Routing, description: str = "") -> None:
        """Move an alias past the broker."""
        version, weights = to
        self.seen[key] = SeenAlias(version, weights, description, f"r{next(self.numbers)}")
        self.history.setdefault(key, set()).add(version)


class Key:
    """A key that tests cannot read either."""

    def mac(self, message: bytes) -> bytes:
        """Return a MAC."""
        return hmac.new(b"the broker's alone", message, hashlib.sha256).digest()


@dataclass
class Mailbox:
    """What SES has taken. `faults` are answers of the next sendings."""

    letters: list[Letter] = field(default_factory=list)
    faults: list[UnsentLetter | None] = field(default_factory=list)

    def send(self, letter: Letter) -> None:
        """Take a letter, or fail as the next fault says."""
        fault = self.faults.pop(0) if self.faults else None
        if fault is None or fault.lost:
            self.letters.append(letter)
        if fault is not None:
            raise fault

    @property
    def code(self) -> str:
        """The code of the newest one."""
        found = re.search(r"^ {4}(\d{6})$", self.letters[-1].text, re.MULTILINE)
        assert found
        return found[1]


@dataclass
class Place:
    """A broker, and everything around it."""

    memory: Memory = field(default_factory=Memory)
    aliases: Aliases = field(default_factory=Aliases)
    mailbox: Mailbox = field(default_factory=Mailbox)
    settings: BrokerSettings = SETTINGS
    now: float = 1_800_000_000.0

    def __post_init__(self) -> None:
        for region, function in sorted(SETTINGS.places):
            for name in ("dev", "prod"):
                self.aliases.set((region, function, name), ("1", ()))

    def ask(self, **asked: Any) -> dict[str, Any]:
        """What the broker answers; through JSON, as Lambda has it."""
        parts = BrokerParts(
            self.settings, ACCOUNT, self.memory, self.aliases, Key(), self.mailbox, lambda: self.now
        )
        told: dict[str, Any] = json.loads(json.dumps(answer(parts, json.loads(json.dumps(asked)))))
        return told

    def begin(self, plan: ReleasePlan, **more: Any) -> dict[str, Any]:
        """Ask for the code of a plan, when dev serves what it promotes."""
        for each in plan.moves:
            self.aliases.set((each.region, each.function, "dev"), (each.after.number, ()))
        return self.begin_as_it_is(plan, **more)

    def begin_as_it_is(self, plan: ReleasePlan, **more: Any) -> dict[str, Any]:
        """Ask for the code of a plan."""
        return self.ask(do="begin", plan=plan.written().decode(), **more)

    def confirm(self, plan: ReleasePlan, code: str) -> dict[str, Any]:
        """Enter a code."""
        return self.ask(do="confirm", digest=plan.digest, code=code)

    def agree(self, plan: ReleasePlan) -> None:
        """Somebody reads the mail, and enters the code."""
        assert "refused" not in self.begin(plan)
        assert {"outcome": "right", "left": 0} == self.confirm(plan, self.mailbox.code)

    def move(
        self,
        version: str,
        *,
        weights: tuple[tuple[str, float], ...] = (),
        digest: str = "",
        region: str = HOME,
        function: str = API,
        alias: str = "prod",
        revision: str | None = None,
    ) -> dict[str, Any]:
        """Ask for a version; behind the alias's own revision, unless another is given."""
        current = self.aliases.alias(region, function, alias)
        return self.ask(
            do="move",
            digest=digest,
            region=region,
            function=function,
            alias=alias,
            version=version,
            weights=weights,
            description="moved",
            revision_id=(current.revision_id if current else "r") if revision is None else revision,
        )

    def served(self, region: str = HOME, function: str = API) -> Routing:
        """What prod serves."""
        found = self.aliases.alias(region, function, "prod")
        assert found
        return found.routing


@pytest.fixture
def broker() -> Place:
    """A broker that knows nothing yet; everything serves version 1."""
    return Place()


def plan_of(
    after: str = "2",
    before: str = "1",
    places: tuple[tuple[str, str], ...] = ((HOME, API), (OTHER, API)),
    nonce: str = "n",
    strategy: Strategy | None = None,
) -> ReleasePlan:
    """A plan that lets prod serve a version, as `promote` makes it."""
    return ReleasePlan(
        act="promote",
        app="orders",
        account=ACCOUNT,
        caller="arn:aws:iam::123456789012:user/ann",
        home_region=HOME,
        environment="prod",
        source="dev",
        regions=tuple(dict.fromkeys(region for region, _ in places)),
        flips=tuple(
            Flip(
                region,
                function,
                function.removesuffix("Function"),
                "prod",
                Version(before, code_of(before)),
                Version(after, code_of(after), commit=f"c0ffee{after}"),
                "r0",
            )
            for region, function in places
        ),
        nonce=nonce,
        tool_version="0.1.0",
        strategy=strategy or Strategy(),
    )
