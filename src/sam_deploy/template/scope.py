"""What one stack holds of the app: the part that every resource family starts from. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.declare import Declaration
from sam_deploy.config.model import (
    App,
    Bucket,
    Distribution,
    Environment,
    EventBus,
    FeatureSet,
    Function,
    HttpApi,
    Layer,
    Queue,
    RestApi,
    Rule,
    Secret,
    Setting,
    Table,
    Topic,
    UserPool,
)
from sam_deploy.config.physical import LOCAL
from sam_deploy.config.tree import feature_set_of
from sam_deploy.plan.model import StackPlan

D = TypeVar("D", bound=Declaration)
T = TypeVar("T", bound=Declaration)


@dataclass(frozen=True, slots=True)
class Scope:
    """An app seen through one of its stacks. Everything comes in the order of `deploy.py`."""

    app: App
    stack: StackPlan
    _found: dict[int, tuple[Declaration, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """What belongs to the stack, by the identity of the app's list of all: looked for once."""

    @property
    def environments(self) -> tuple[Environment, ...]:
        """The environments whose resources the stack holds."""
        known = (LOCAL,) if self.stack.topology == "local" else self.app.environments
        return tuple(each for each in known if each.name in self.stack.environments)

    def makes(self, declared: Declaration) -> bool:
        """Whether this stack makes it: neither another feature set's nor somebody else's."""
        return self._is_ours(declared)

    def among(self, names: Sequence[str]) -> tuple[Environment, ...]:
        """Return the stack's environments with these names; all of them when none is named."""
        return tuple(each for each in self.environments if not names or each.name in names)

    @property
    def owner(self) -> str:
        """The environment whose functions and APIs the stack holds; empty when all share them."""
        return self.stack.environments[0] if self.stack.topology == "isolated" else ""

    @property
    def environment_of_functions(self) -> Environment | None:
        """The environment that functions are tagged with: none when all of them share them."""
        return self.environments[0] if self.owner else None

    def function_id(self, function: str) -> str:
        """Return a function's logical id: ApiFunction, or ApiDevFunction in its own stack."""
        return naming.function_name(function, self.owner)

    def function_name(self, function: Function) -> str:
        """Return what AWS calls a function of the stack, or of the same environment's others."""
        return physical.function_name(self.app, function, self.owner)

    @property
    def feature_set(self) -> FeatureSet:
        """The feature set whose stack it is."""
        return next(each for each in self.app.feature_sets if each.name == self.stack.feature_set)

    @property
    def functions(self) -> tuple[Function, ...]:
        """The stack's functions."""
        return self._owned(self.app.functions)

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The stack's topics."""
        return self._owned(self.app.topics)

    @property
    def event_buses(self) -> tuple[EventBus, ...]:
        """The stack's event buses."""
        return self._owned(self.app.event_buses)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The stack's rules that forward events."""
        return self._owned(self.app.rules)

    @property
    def tables(self) -> tuple[Table, ...]:
        """The stack's tables."""
        return self._owned(self.app.tables)

    @property
    def distributions(self) -> tuple[Distribution, ...]:
        """The stack's CDNs."""
        return self._owned(self.app.distributions)

    @property
    def settings(self) -> tuple[Setting | Secret, ...]:
        """The stack's settings and secrets."""
        return self._owned(self.app.settings)

    @property
    def queues(self) -> tuple[Queue, ...]:
        """The stack's queues."""
        return self._owned(self.app.queues)

    @property
    def buckets(self) -> tuple[Bucket, ...]:
        """The stack's buckets."""
        return self._owned(self.app.buckets)

    @property
    def user_pools(self) -> tuple[UserPool, ...]:
        """The stack's user pools."""
        return self._owned(self.app.user_pools)

    @property
    def http_api(self) -> HttpApi | None:
        """The HTTP API, when it belongs to this stack."""
        api = self.app.http_api
        return api if api is not None and self._is_ours(api) else None

    @property
    def rest_api(self) -> RestApi | None:
        """The REST API, when it belongs to this stack."""
        api = self.app.rest_api
        return api if api is not None and self._is_ours(api) else None

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers that functions of the stack use."""
        used = {name for function in self.functions for name in function.layers}
        return tuple(layer for layer in self.app.layers if layer.name in used)

    def triggers(self, kind: type[T]) -> Iterator[tuple[Function, T]]:
        """Yield every trigger of one kind with the function that it calls."""
        for function in self.functions:
            for trigger in function.triggers:
                if isinstance(trigger, kind):
                    yield function, trigger

    def tags(self, environment: Environment | None = None) -> dict[str, str]:
        """Return the tags of something of that environment, or of all of them (C42)."""
        ours = naming.tags(self.app.name, environment.name if environment else "shared")
        return ours | {key: value for key, value in self.app.tags.items() if key not in ours}

    def tag_list(self, environment: Environment | None = None) -> list[dict[str, str]]:
        """Return the same tags as a list of keys and values."""
        return naming.tag_list(self.tags(environment))

    def _owned(self, declared: Sequence[D]) -> tuple[D, ...]:
        """Return what belongs here of one of the app's lists, which live as long as the app."""
        key = id(declared)
        if key not in self._found:
            self._found[key] = tuple(each for each in declared if self._is_ours(each))
        return self._found[key]  # type: ignore[return-value] # of the same declarations

    def _is_ours(self, declared: Declaration) -> bool:
        """Whether it belongs here and is ours to make; a local stack has queues and buckets."""
        if self.stack.topology == "local":
            return isinstance(declared, (Queue, Bucket)) and not _exists(declared)
        mine = feature_set_of(self.app, declared) == self.stack.feature_set
        return mine and not _exists(declared)


def _exists(declared: Declaration) -> bool:
    """Whether another stack makes it: it is referred to by name and never rendered."""
    return bool(getattr(declared, "existing", False) or getattr(declared, "existing_ids", {}))
