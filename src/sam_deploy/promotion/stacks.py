"""Stacks of an environment of its own: rendered from `deploy.py`, with archives that exist.

Used in the isolated topology, where a promotion deploys before it moves aliases. Nothing here is
specific to one account but the `Delivering` that it is given, so that an environment could be
deployed by another role than the one that reads what its source serves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from sam_deploy import __version__, plan, provide
from sam_deploy import manifest as manifests
from sam_deploy.build import Artifacts
from sam_deploy.config.model import App
from sam_deploy.delivery import Delivering, bring, promoting
from sam_deploy.deploy import Engine, Place, Review
from sam_deploy.deploy import journal as journals
from sam_deploy.deploy.journal import Entry, Journal
from sam_deploy.deploy.kept import Kept
from sam_deploy.errors import RefusedError
from sam_deploy.manifest import Manifest, Provenance
from sam_deploy.plan import Plan, Target
from sam_deploy.promotion.model import ReleasePlan, StackChange
from sam_deploy.provide import Provisions
from sam_deploy.template import Template

if TYPE_CHECKING:
    from sam_deploy.promotion.session import Session

Render: TypeAlias = Callable[[App, Plan, Artifacts], Mapping[str, Template]]
"""Returns the template of each stack by name. Raises `ConfigError` when a check objects."""
Show: TypeAlias = Callable[[Manifest, Sequence[Review]], None]


def shown_to_nobody(manifest: Manifest, reviews: Sequence[Review]) -> None:
    """Show nothing."""
    del manifest, reviews


@dataclass(frozen=True, slots=True)
class Stacks:
    """How stacks are made and deployed: what the command line has decided."""

    to: Delivering
    project: Path
    render: Render
    show: Show = shown_to_nobody
    """Is given what would change, before anybody is asked."""
    host_target: Target | None = None
    """Archives are built for this computer (embedded cloud)."""

    def planned(self, app: App, environment: str) -> Plan:
        """Return the plan of all stacks of an environment."""
        request = plan.Request(environment=environment, host_target=self.host_target)
        return plan.make(app, self.project, request)

    def manifest(self, app: App, planned: Plan, artifacts: Artifacts) -> Manifest:
        """Return what is deployed: the same value for the same templates and archives."""
        templates = self.render(app, planned, artifacts)
        return manifests.of_app(
            app, planned, templates, artifacts, Provenance(tool_version=__version__)
        )


@dataclass(slots=True)
class Ready:
    """What would change in the stacks of an environment; change sets that do it exist."""

    manifest: Manifest
    engine: Engine
    journal: Journal
    """Of deployments: it tells how far each stack is."""
    provisions: Provisions
    reviews: tuple[Review, ...]
    executed: bool = False
    """The change sets have been used; those that were not are gone."""

    def withdraw(self) -> None:
        """No change set is left that was not executed, and no stack that holds nothing."""
        if not self.executed:
            self.engine.withdraw(self.reviews, self.provisions.regions)


def review(session: Session, manifest: Manifest, allowed: Sequence[str] = ()) -> Ready:
    """Return what would change everywhere. Archives and layers are brought; no stack is touched.

    Raises `RefusedError` with what is in the way, and the error of a region that does not answer:
    a promotion is for all of them.
    """
    to = delivering(session, allowed)
    engine, journal, found = promoting(to, manifest, session.owner, session.account)
    provisions = bring(to, engine, journal, found, {})
    reviews = engine.review(provisions.regions)
    return Ready(manifest, engine, journal, provisions, reviews)


def abandon(session: Session) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """No deployment of stacks is on record as unfinished.

    Returns those that it has changed, and those that CloudFormation may still be at work on.
    """
    found = journals.read(session.documents, session.app.name)
    entry = found.entry
    if not entry.is_open or entry.kind != "promote":
        return (), ()
    key = journals.key_of(session.app.name)
    kept = Kept(session.documents, key, found.etag, journals.entry_of)
    ours = replace(entry, epoch=entry.epoch + 1, writer=session.owner.id)
    kept.put(replace(ours, state="done", updated=journals.utc_now()))
    return _in(entry, "deployed", "done"), _in(entry, "executing")


def _in(entry: Entry, *states: str) -> tuple[Place, ...]:
    places = (name.split(" ", 1) for name, each in entry.places.items() if each.state in states)
    return tuple((stack, region) for stack, region in places)


def delivering(session: Session, allowed: Sequence[str] = ()) -> Delivering:
    """Return how the stacks are deployed: none is begun after one that has failed."""
    to = of(session).to
    options = replace(
        to.options,
        stop_on_failure=True,
        allow_replace=frozenset((*to.options.allow_replace, *allowed)),
    )
    return replace(to, options=options)


def of(session: Session) -> Stacks:
    """Return how this session makes stacks."""
    if session.to.stacks is None:
        raise AssertionError(session.app.topology)
    return session.to.stacks


def changes(reviews: Sequence[Review]) -> tuple[StackChange, ...]:
    """Return what a plan says of the stacks. Pure."""
    return tuple(_change(each) for each in reviews)


def _change(found: Review) -> StackChange:
    before = found.before if found.way == "update" else None
    return StackChange(
        found.stack,
        found.region,
        found.way,
        tuple(
            sorted(f"{each.action} {each.logical_id} {each.replacement}" for each in found.changes)
        ),
        f"{before.arn} {before.updated}" if before else "",
    )


def digest(manifest: Manifest) -> str:
    """Return what a plan is bound to: SHA-256 of every template and of every archive's hash."""
    return hashlib.sha256(manifests.write(manifest).encode()).hexdigest()


def keep(session: Session, manifest: Manifest) -> None:
    """What is deployed lies beside the journal: `resume` needs nothing else."""
    text = manifests.write(manifest)
    key = journals.manifest_key(hashlib.sha256(text.encode()).hexdigest())
    home = session.app.home_region
    provide.artifact_bucket(session.app.name, session.account, home, session.to.aws).put_text(
        key, text
    )


def kept(session: Session, agreed: ReleasePlan) -> Manifest:
    """Return what a plan deploys. Raises `RefusedError` when it is gone or was changed."""
    key = journals.manifest_key(agreed.manifest)
    found = session.documents.read(key)
    if found is None or hashlib.sha256(found.body).hexdigest() != agreed.manifest:
        raise RefusedError(
            "What was to be deployed is not what was agreed to"
            if found
            else "What was to be deployed is not kept any more",
            why=f"`{key}` in `{session.documents.bucket}` "
            + ("has other bytes than its name says" if found else "is gone"),
            state="no alias was moved",
            hint="earlier states of the bucket are kept (versioning): bring it back; or "
            "`sam-deploy resume --abort`",
        )
    return manifests.read(found.body, f"`{key}`")
