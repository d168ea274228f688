"""What the deployment of stacks works with: gateways, texts, who listens, who may stop it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sam_deploy.aws import CloudFormation, Objects, Stack
from sam_deploy.aws.cloudformation import TEMPLATE_BODY_MAX_BYTES
from sam_deploy.deploy.journal import PlaceEntry
from sam_deploy.deploy.patience import Patience
from sam_deploy.deploy.survey import Place
from sam_deploy.events import Report
from sam_deploy.lanes import Stop
from sam_deploy.template import Template


class Book(Protocol):
    """Where the way of a stack is put on record, durably, before and after each step."""

    def place(self, place: Place, entry: PlaceEntry) -> None:
        """Put on record how far a stack has come in a region."""


class NoBook:
    """For what needs no record, since doing it again does no harm."""

    def place(self, place: Place, entry: PlaceEntry) -> None:
        """Write nothing."""


@dataclass(frozen=True, slots=True)
class StackWork:
    """One stack in one region, and what it shall be."""

    cloudformation: CloudFormation
    bucket: Objects
    template: Template
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    report: Report
    stop: Stop
    book: Book = field(default_factory=NoBook)
    wait: bool = False
    """Wait for an operation of somebody else, instead of refusing."""
    recreate: bool = False
    """A stack that never came up may be made anew although it left something behind."""

    @property
    def name(self) -> str:
        """The stack's name."""
        return self.template.stack_name

    @property
    def region(self) -> str:
        """Where the stack is."""
        return self.cloudformation.region

    @property
    def place(self) -> Place:
        """(stack name, region)."""
        return self.name, self.region

    @property
    def hidden(self) -> tuple[str, ...]:
        """Parameters that AWS hides, and that have no value here: a stack keeps its own."""
        return tuple(name for name in self.template.hidden if name not in self.parameters)

    def kept(self, before: Stack | None) -> tuple[str, ...]:
        """Return those of them that a stack has: hidden values are kept nowhere else.

        AWS refuses to keep what a stack does not have yet.
        """
        known = before.parameters if before else {}
        return tuple(each for each in self.hidden if each in known)

    @property
    def patience(self) -> Patience:
        """How to wait for it."""
        return Patience(self.region, self.report, self.stop)

    def digest(self, *state: str) -> str:
        """Return what names this very change: text, parameters, tags, and the state before it."""
        parts = (
            self.template.body,
            *(f"{key}={value}" for key, value in sorted(self.parameters.items())),
            *(f"{key}:{value}" for key, value in sorted(self.tags.items())),
            *state,
        )
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def template_argument(self) -> dict[str, str]:
        """Send small templates along; put large ones into the bucket first."""
        body = self.template.body.encode()
        if len(body) <= TEMPLATE_BODY_MAX_BYTES:
            return {"TemplateBody": self.template.body}
        key = f"templates/{self.name}-{hashlib.sha256(body).hexdigest()}.yaml"
        if not self.bucket.has(key, len(body)):
            self.bucket.put_text(key, self.template.body)
        return {"TemplateURL": f"{self.bucket.url}/{key}"}
