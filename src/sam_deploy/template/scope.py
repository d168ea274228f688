"""What one stack holds of the app: the part that every resource family starts from. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sam_deploy import naming
from sam_deploy.config.declare import Declaration
from sam_deploy.config.model import (
    App,
    Bucket,
    Environment,
    FeatureSet,
    Function,
    HttpApi,
    Layer,
    Queue,
    QueueTrigger,
    UploadTrigger,
    UserPool,
    UserPoolTrigger,
)
from sam_deploy.config.tree import feature_set_of
from sam_deploy.plan.model import StackPlan

D = TypeVar("D", bound=Declaration)
T = TypeVar("T", QueueTrigger, UploadTrigger, UserPoolTrigger)


@dataclass(frozen=True, slots=True)
class Scope:
    """An app seen through one of its stacks. Everything comes in the order of `deploy.py`."""

    app: App
    stack: StackPlan

    @property
    def environments(self) -> tuple[Environment, ...]:
        """The environments whose resources the stack holds."""
        return tuple(each for each in self.app.environments if each.name in self.stack.environments)

    @property
    def feature_set(self) -> FeatureSet:
        """The feature set whose stack it is."""
        return next(each for each in self.app.feature_sets if each.name == self.stack.feature_set)

    @property
    def functions(self) -> tuple[Function, ...]:
        """The stack's functions."""
        return self._owned(self.app.functions)

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
        return api if api is not None and self._owned([api]) else None

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
        wanted = self.stack.feature_set
        return tuple(each for each in declared if feature_set_of(self.app, each) == wanted)
