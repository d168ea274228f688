"""Plans, what is seen of regions, and the world in memory of `tests/promotion_model`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import pytest
from tests.promotion_model.cloud import Cloud
from tests.promotion_model.commands import Operator, beginning
from tests.promotion_model.process import Fault, Process

from sam_deploy.aws import Alias, FunctionState
from sam_deploy.promotion.model import Flip, ReleasePlan, Strategy, Version
from sam_deploy.promotion.reading import Seen, Spot

NOTHING: Mapping[tuple[str, int], Fault] = MappingProxyType({})
REGIONS = ("eu-west-1", "us-east-1")
OLD = Version("46", "old=", "1a2b3c4d5e", 1_000_000, 256, 10, "python3.12", "role", ("layer:1",))
NEW = Version("47", "new=", "2b3c4d5e6f", 1_500_000, 512, 10, "python3.12", "role", ("layer:2",))


def flip_of(region: str, **more: Any) -> Flip:
    """A flip of Api from version 46 to 47."""
    made = Flip(region, "ApiFunction", "Api", "prod", OLD, NEW, f"r-{region}", "by hand")
    return replace(made, **more)


def state_of(number: str, **more: Any) -> FunctionState:
    """An active version; its code is that of its number."""
    made = FunctionState(number, f"code {number}", "r", "Active", "Successful", memory_mb=256)
    return replace(made, **more)


def seen_in(region: str, name: str = "Api", **more: Any) -> Seen:
    """A region in which prod serves 46 and staging 47."""
    made = Seen(
        Spot(name, region, f"{name}Function", f"{name}Function"),
        Alias("prod", "46", f"r-{region}"),
        state_of("46"),
        Alias("staging", "47", "r-staging"),
        state_of("47"),
    )
    return replace(made, **more)


@pytest.fixture
def plan() -> ReleasePlan:
    """A promotion of one function in two regions, every field of it filled."""
    strategy = Strategy(
        (0.1, 0.5), 300.0, 60.0, 20, ("Ams",), "https://check", {"eu-west-1": ("errors",)}, True
    )
    return ReleasePlan(
        act="promote",
        app="shop",
        account="000000000000",
        caller="arn:aws:iam::000000000000:user/ops",
        home_region="eu-west-1",
        environment="prod",
        source="staging",
        regions=REGIONS,
        flips=(flip_of("eu-west-1", weights=(("45", 0.1),)), flip_of("us-east-1")),
        nonce="0123",
        tool_version="1.2.3",
        strategy=strategy,
        without=("us-west-2",),
        only=("Api",),
    )


@dataclass
class World:
    """A cloud in memory, in which prod serves 1, staging 2 and dev 3, and who works on it."""

    cloud: Cloud = field(default_factory=beginning)
    trace: list[str] = field(default_factory=list)

    def somebody(self, faults: Mapping[tuple[str, int], Fault] = NOTHING, **more: Any) -> Operator:
        """Return an operator; `faults` are by the beginning of a call, and which one of those."""
        met: Counter[str] = Counter()

        def decide(call: str) -> Fault:
            starts = {start for start, _ in faults if call.startswith(start)}
            met.update(starts)
            return next((faults[s, met[s]] for s in starts if (s, met[s]) in faults), "")

        return self._with(decide, more)

    def unlucky(self, start: str, fault: Fault, **more: Any) -> Operator:
        """Return an operator to whose calls of one kind something happens each time."""
        return self._with(lambda call: fault if call.startswith(start) else "", more)

    def serves(self, environment: str = "prod") -> set[str]:
        """The versions that an environment serves anywhere; with weights, as text."""
        return {
            alias.version + (str(alias.weights) if alias.weights else "")
            for (_, _, name), alias in self.cloud.aliases.items()
            if name == environment
        }

    def _with(self, decide: Callable[[str], Fault], more: dict[str, Any]) -> Operator:
        def fate(number: int, call: str, *, writes: bool) -> Fault:
            del number, writes
            return decide(call)

        process = Process(f"p{len(self.trace)}", self.cloud, fate, trace=self.trace)
        return Operator(process, **more)


@pytest.fixture
def world() -> World:
    """A world in which nothing was promoted yet."""
    return World()
