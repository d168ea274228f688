"""Carries out a manifest: everything of a deployment that happens in AWS, start to end.

    look      what stands now, and everything that is in the way              writes nothing
    lock      one deployment at a time; the journal says how far it comes
    provide   buckets, archives, layers, certificates, where something changes
    review    change sets of all stacks in all regions; nothing executed yet
    approve   somebody has seen them, and agrees
    execute   region by region: stack, domains, version, alias; the first region goes first

A plan that is only to be looked at ends after the review; nothing is left of it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from sam_deploy import deploy, naming, provide, release
from sam_deploy import manifest as manifests
from sam_deploy.aws import Aws, Objects, Records
from sam_deploy.deploy import Deployment, Engine, Options, Review, StackOutcome, Survey
from sam_deploy.deploy import journal as journals
from sam_deploy.deploy.engine import Executor
from sam_deploy.deploy.execute import execute
from sam_deploy.deploy.journal import Entry, Journal, Read
from sam_deploy.deploy.lock import locked
from sam_deploy.deploy.lock import look as lock_holder
from sam_deploy.deploy.owner import Owner, this_process
from sam_deploy.deploy.preflight import Facts, check
from sam_deploy.deploy.survey import look
from sam_deploy.events import PhaseStarted, Report
from sam_deploy.lanes import Stop
from sam_deploy.manifest import Manifest
from sam_deploy.plan import StackPlan
from sam_deploy.provide import Provisions, RegionProvisions
from sam_deploy.release import Moved, Release
from sam_deploy.template import Template

AfterStack = Callable[[Template, StackOutcome, Report], None]
"""Is given a template and what came of it in one region."""
Approve = Callable[[Manifest, Sequence[Review]], None]
"""Is shown what would change; raises `RefusedError` unless it may."""


def nothing_more(template: Template, outcome: StackOutcome, report: Report) -> None:
    """Do nothing: on AWS a stack that stands is all there is to do."""
    del template, outcome, report


def approved(manifest: Manifest, reviews: Sequence[Review]) -> None:
    """Agree to everything."""
    del manifest, reviews


@dataclass(frozen=True, slots=True)
class Delivering:
    """Where a manifest goes, and how."""

    aws: Aws
    report: Report
    stop: Stop
    command: str = "deploy"
    """As others are told who meet the lock."""
    expected_account: str = ""
    options: Options = field(default_factory=Options)
    approve: Approve = approved
    after_stack: AfterStack = nothing_more
    """What the place needs done when a stack stands, before anything is released."""
    executor: Executor = execute
    take_expired_lock: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything that came of it."""

    provisions: Provisions
    reviews: tuple[Review, ...]
    deployment: Deployment
    release: Release


@dataclass(frozen=True, slots=True)
class _Found:
    """What stands, as it was before anything was written."""

    account: str
    survey: Survey
    journal: Read

    @property
    def entry(self) -> Entry:
        return self.journal.entry


def deliver(to: Delivering, manifest: Manifest, sources: Mapping[str, Path]) -> Delivery:
    """Every stack of a manifest is as it says, and the first environment serves what it brings.

    `sources` maps hashes of archives to the files that hold them. Raises what the preflight has
    found, all at once, before anything is written. Stacks that fail are in the result: the others
    are released.
    """
    with _under_way(to, manifest) as (engine, journal, found):
        provisions = _provide(to, engine, journal, found, sources)
        _seed_environments(to, engine, found)
        reviews = engine.review(found.survey.live, provisions.regions)
        _approve(to, engine, reviews, provisions)
        to.report(PhaseStarted("deploy", "Deploying the stacks"))
        moved: list[Moved] = []
        follow = functools.partial(_release, to, engine, found, moved)
        journal.intend(each.place for each in reviews if not each.empty)
        deployment = engine.execute(reviews, provisions.regions, follow)
        if (journal.begun or found.entry.is_open) and not deployment.failed:
            journal.close()
    return Delivery(provisions, reviews, deployment, Release(manifest.environment, tuple(moved)))


def look_only(
    to: Delivering, manifest: Manifest, sources: Mapping[str, Path]
) -> tuple[Provisions, tuple[Review, ...]]:
    """Return what a delivery would change. Archives and layers are brought; no stack is touched.

    The change sets that told it are taken away again.
    """
    with _under_way(to, manifest) as (engine, journal, found):
        provisions = _provide(to, engine, journal, found, sources)
        reviews = engine.review(found.survey.live, provisions.regions)
        engine.withdraw(reviews, provisions.regions)
    return provisions, reviews


@contextlib.contextmanager
def _under_way(to: Delivering, manifest: Manifest) -> Iterator[tuple[Engine, Journal, _Found]]:
    """Look, then hold the lock; what was found is looked at again when others came between."""
    to.report(PhaseStarted("preflight", "Looking at what stands"))
    caller = to.aws.caller(manifest.home_region)
    account = provide.guard_account(to.aws, manifest.home_region, to.expected_account)
    documents = records_of(manifest, account, to.aws)
    owner = this_process(to.command, caller.arn or caller.account)
    found = _look(to, manifest, account, documents, holders=True)
    bucket = provide.artifact_bucket(manifest.name, account, manifest.home_region, to.aws)
    provide.ensure_bucket(bucket)
    name, take = manifest.name, to.take_expired_lock
    with locked(documents, name, owner, to.stop, take_expired=take):
        if journals.read(documents, name).etag != found.journal.etag:
            found = _look(to, manifest, account, documents, holders=False)
        journal = _journal(manifest, documents, bucket, owner, found)
        engine = Engine(
            manifest,
            to.aws,
            account,
            to.options,
            to.report,
            to.stop,
            book=journal,
            before=found.entry,
            executor=to.executor,
        )
        yield engine, journal, found


def records_of(manifest: Manifest, account: str, aws: Aws) -> Records:
    """Return where lock and journal of an app are: the artifact bucket of its home region."""
    home = manifest.home_region
    bucket = provide.artifact_bucket(manifest.name, account, home, aws)
    return Records(aws, home, bucket.bucket, account)


def _look(
    to: Delivering, manifest: Manifest, account: str, documents: Records, *, holders: bool
) -> _Found:
    """Return what stands. Raises what is in the way, all of it, before anything is written.

    `holders`: somebody else's lock is in the way, too; later, it is us who hold it.
    """
    with ThreadPoolExecutor(2) as pool:
        journal = pool.submit(journals.read, documents, manifest.name)
        holder = pool.submit(lock_holder, documents, manifest.name) if holders else None
        survey = deploy.survey(manifest.places, to.aws, at_once=to.options.at_once, stop=to.stop)
        found = _Found(account, survey, journal.result())
        held = holder.result() if holder else None
    facts = Facts(
        manifest,
        account,
        survey,
        found.entry,
        held,
        to.options,
        to.aws,
        to.stop,
        to.take_expired_lock,
    )
    check(facts, to.report)
    return found


def _journal(
    manifest: Manifest, documents: Records, bucket: Objects, owner: Owner, found: _Found
) -> Journal:
    def keep_manifest() -> str:
        text = manifests.write(manifest)
        key = journals.manifest_key(hashlib.sha256(text.encode()).hexdigest())
        bucket.put_text(key, text)
        return key

    mine = journals.begin(owner, found.entry, manifest.environment)
    return Journal(documents, manifest.name, found.journal, mine, keep_manifest)


def _provide(
    to: Delivering,
    engine: Engine,
    journal: Journal,
    found: _Found,
    sources: Mapping[str, Path],
) -> Provisions:
    """Bring what is missing to the regions in which something will change."""
    manifest = engine.manifest
    to.report(PhaseStarted("provide", "Bringing archives and layers to every region"))
    same = unchanged_regions(engine, found.survey, found.entry)
    brought = provide.ensure(
        manifest.needs,
        sources,
        found.account,
        to.aws,
        regions=[region for region in manifest.regions if region not in same],
        certificates=lambda _region: {},
        report=to.report,
        stop=to.stop,
        at_once=to.options.at_once,
    )
    for region, ready in brought.items():
        descriptions = {layer.name: layer.description for layer in manifest.needs.layers}
        arns = {descriptions[name]: arn for name, arn in ready.layer_arns.items()}
        journal.layers(region, arns)
    return Provisions(found.account, {**same, **brought})


def unchanged_regions(engine: Engine, survey: Survey, entry: Entry) -> dict[str, RegionProvisions]:
    """Return what regions stand on in which no stack will change, so that nothing is brought there.

    That is known without a question when the journal remembers which layer versions hold the
    content of this manifest, and every stack has exactly this text with exactly these versions.
    """
    manifest = engine.manifest
    found = {}
    for region in () if entry.is_open else manifest.regions:
        ready = _remembered(manifest, engine.account, region, entry)
        if ready is not None and all(
            deploy.is_as_it_should_be(
                survey.live[place],
                manifest.templates[place[0]],
                engine.work(place, ready).parameters,
                manifest.tags,
            )
            for place in manifest.places
            if place[1] == region
        ):
            found[region] = ready
    return found


def _remembered(
    manifest: Manifest, account: str, region: str, entry: Entry
) -> RegionProvisions | None:
    known = entry.layers.get(region, {})
    if any(layer.description not in known for layer in manifest.needs.layers):
        return None
    bucket = naming.artifact_bucket_name(manifest.name, account, region)
    arns = {layer.name: known[layer.description] for layer in manifest.needs.layers}
    return RegionProvisions(bucket, arns)


def _seed_environments(to: Delivering, engine: Engine, found: _Found) -> None:
    """What is new in a stack that stands has aliases that serve what its predecessor serves.

    Only then may its stage and triggers come. Raises `RefusedError` before anything is changed.
    """
    added = deploy.find_added(engine.manifest, found.survey.live)
    if not added:
        return
    seeds = release.seeds(engine.manifest, added, to.aws)
    deploy.add_aliases(added, engine)
    release.seed(seeds, to.aws, report=to.report)
    for place in {(each.stack, each.region) for each in added}:
        found.survey.live[place] = look(place, to.aws)


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


def _release(
    to: Delivering,
    engine: Engine,
    found: _Found,
    moved: list[Moved],
    stack: StackPlan,
    outcome: StackOutcome,
) -> None:
    """What the stack of one region brought is served by the first environment there."""
    manifest = engine.manifest
    to.after_stack(manifest.templates[stack.name], outcome, to.report)
    functions = manifest.functions_of(stack.name)
    if not functions:
        return
    known = outcome.outcome == "no changes" and not found.entry.is_open
    moved += release.publish(
        functions,
        stack.name,
        outcome.region,
        manifest.environment,
        to.aws,
        known=known,
        report=to.report,
        stop=to.stop,
    )
    release.provision(functions, outcome.region, to.aws, report=to.report)
