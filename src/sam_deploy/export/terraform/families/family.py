"""What the tables of the families are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sam_deploy.export import source
from sam_deploy.export.terraform.reading import Reading, Rule
from sam_deploy.export.terraform.values import Body, Resource

Custom: TypeAlias = Callable[[Reading, source.Resource], Iterator[Resource]]


@dataclass(frozen=True, slots=True)
class Family:
    """One type of CloudFormation that becomes one resource of Terraform."""

    kind: str
    rules: Mapping[str, Rule]
    references: Mapping[str, str] = field(default_factory=dict)
    """Attribute of CloudFormation, empty for `Ref` -> attribute of Terraform."""
    more: Body = ()
    """Arguments that CloudFormation has no property for."""

    def make(self, reading: Reading, resource: source.Resource) -> Iterator[Resource]:
        """Yield the resource."""
        body = reading.body(resource.properties, self.rules, resource.logical_id)
        yield Resource(resource.logical_id, self.kind, (*body, *self.more))
