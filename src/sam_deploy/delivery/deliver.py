"""Carries out a manifest: everything of a deployment that happens in AWS, start to end.

    look      what stands now, and everything that is in the way              writes nothing
    lock      one deployment at a time; the journal says how far it comes
    provide   buckets, archives, layers, certificates, where something changes
    review    change sets of all stacks in all regions; nothing executed yet
    approve   somebody has seen them, and agrees
    execute   region by region: stack, domains, version, alias; the first region goes first
    record    what is served now is in the history, where something changed

A plan that is only to be looked at ends after the review; nothing is left of it.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sam_deploy import deploy, release
from sam_deploy.delivery.bring import bring, is_unchanged
from sam_deploy.delivery.gatekeeper import UnhealthyError, guard_health, guard_start
from sam_deploy.delivery.recorded import record
from sam_deploy.delivery.to import Delivering
from sam_deploy.delivery.under_way import Found, under_way
from sam_deploy.deploy import Added, Deployment, Engine, Review, StackOutcome, pool_domains
from sam_deploy.deploy.journal import Journal, PlaceEntry
from sam_deploy.deploy.survey import look
from sam_deploy.deploy.way_on import UNHEALTHY
from sam_deploy.events import PhaseStarted
from sam_deploy.manifest import Manifest
from sam_deploy.plan import StackPlan
from sam_deploy.plan.domains import CERTIFICATES_OF_CLOUDFRONT
from sam_deploy.provide import Provisions, certificates
from sam_deploy.release import Moved, Release, Seed, origin
from sam_deploy.steps import step
from sam_deploy.template import Template


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything that came of it."""

    provisions: Provisions
    reviews: tuple[Review, ...]
    deployment: Deployment
    release: Release


def deliver(to: Delivering, manifest: Manifest, sources: Mapping[str, Path]) -> Delivery:
    """Every stack of a manifest is as it says, and the first environment serves what it brings.

    `sources` maps hashes of archives to the files that hold them. Raises what the preflight has
    found, all at once, before anything is written. Stacks that fail are in the result: the others
    are released.
    """
    to = to.through_broker(manifest)
    with under_way(to, manifest) as (engine, journal, found):
        provisions = bring(to, engine, journal, found, sources)
        reviews = _agreed(to, engine, journal, found, provisions)
        to.report(PhaseStarted("deploy", "Deploying the stacks"))
        moved: list[Moved] = []
        follow = functools.partial(_follow, to, engine, found, provisions, moved)
        deployment = engine.execute(reviews, provisions.regions, follow)
        record(to, manifest, found, deployment, moved)
        if (journal.begun or found.entry.is_open) and not deployment.failed:
            journal.close()
    return Delivery(provisions, reviews, deployment, Release(manifest.environment, tuple(moved)))


def _agreed(
    to: Delivering, engine: Engine, journal: Journal, found: Found, provisions: Provisions
) -> tuple[Review, ...]:
    """Return what will be executed: seen by somebody, agreed to, and on record."""
    try:
        if not all(is_unchanged(engine, place, provisions) for place in engine.manifest.places):
            # what cannot be put on record is not begun
            journal.start()
        added = deploy.find_added(engine.manifest, found.survey.live)
        seeds = release.seeds(engine.manifest, added, to.aws) if added else ()
        reviews = engine.review(provisions.regions)
        _approve(to, engine, reviews, provisions)
    except BaseException:
        journal.abandon()
        raise
    changing = [each.place for each in reviews if not each.empty]
    if changing:
        journal.intend(changing)
    if not added:
        return reviews
    # the change sets of before do more than is left when the new aliases are there
    engine.withdraw(reviews, provisions.regions)
    _seed_environments(to, engine, added, seeds)
    return engine.review(provisions.regions)


def look_only(
    to: Delivering, manifest: Manifest, sources: Mapping[str, Path]
) -> tuple[Provisions, tuple[Review, ...]]:
    """Return what a delivery would change. Archives and layers are brought; no stack is touched.

    The change sets that told it are taken away again.
    """
    with under_way(to, manifest) as (engine, journal, found):
        provisions = bring(to, engine, journal, found, sources)
        reviews = engine.review(provisions.regions)
        engine.withdraw(reviews, provisions.regions)
    return provisions, reviews


def _seed_environments(
    to: Delivering, engine: Engine, added: tuple[Added, ...], seeds: Sequence[Seed]
) -> None:
    """What is new in a stack that stands has aliases that serve what its predecessor serves.

    Only then may its stage and triggers come.
    """
    deploy.add_aliases(added, engine)
    release.seed(seeds, to.aws, report=to.report)
    for place in {(each.stack, each.region) for each in added}:
        engine.live[place] = look(place, to.aws)


def _approve(
    to: Delivering,
    engine: Engine,
    reviews: Sequence[Review],
    provisions: Provisions,
) -> None:
    if all(each.empty for each in reviews):
        return
    try:
        to.approve(engine.manifest, reviews)
    except BaseException:
        engine.withdraw(reviews, provisions.regions)
        raise


def _follow(
    to: Delivering,
    engine: Engine,
    found: Found,
    provisions: Provisions,
    moved: list[Moved],
    stack: StackPlan,
    outcome: StackOutcome,
) -> None:
    """What the stack of one region brought is served by the first environment there."""
    manifest = engine.manifest
    settle(to, manifest.templates[stack.name], outcome, provisions)
    functions = manifest.functions_of(stack.name)
    if not functions:
        with step(to.report, "release", outcome.region, stack.name) as under_way:
            under_way.detail = "none"
        return
    # one that is still in review, or was never there, does not say what was released
    ended = bool(found.entry.id) and found.entry.state == "done"
    known = outcome.outcome == "no changes" and ended
    with _on_record(engine, stack, outcome):
        here = release.publish(
            functions,
            (stack.name, outcome.region),
            provisions.regions[outcome.region].bucket,
            manifest.environment,
            to.aws,
            known=known,
            description=origin.told(manifest.provenance),
            guard=functools.partial(guard_start, to, manifest, stack, outcome.region, known=known),
            report=to.report,
            stop=to.stop,
        )
        if not known or any(each.changed for each in here):
            guard_health(to, manifest, stack, outcome, here)
    moved += here
    release.provision(functions, outcome.region, to.aws, report=to.report)


@contextlib.contextmanager
def _on_record(engine: Engine, stack: StackPlan, outcome: StackOutcome) -> Iterator[None]:
    """That what was brought does not work is on record, so that nobody brings it again."""
    try:
        yield
    except UnhealthyError as error:
        entry = PlaceEntry("deployed", outcome=UNHEALTHY, error=str(error))
        engine.book.place((stack.name, outcome.region), entry)
        raise


def settle(
    to: Delivering, template: Template, outcome: StackOutcome, provisions: Provisions
) -> None:
    """A stack that stands has what it cannot make itself, before anything is released."""
    to.after_stack(template, outcome, to.report)
    _name_pools(to, template, outcome, provisions)


def _name_pools(
    to: Delivering, template: Template, outcome: StackOutcome, provisions: Provisions
) -> None:
    """The user pools of a region answer under the app's domain."""
    with step(to.report, "domains", outcome.region, outcome.stack) as under_way:
        ready = provisions.regions[outcome.region].certificates
        made = pool_domains.ensure(
            template.pool_domains,
            outcome.stack,
            outcome.region,
            certificates.arns(ready, CERTIFICATES_OF_CLOUDFRONT),
            to.aws,
            report=to.report,
            stop=to.stop,
        )
        under_way.detail = f"{len(made)} active" if made else "none"
