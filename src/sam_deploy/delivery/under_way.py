"""Looks at what stands, and holds the lock while it is changed."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from sam_deploy import deploy, provide
from sam_deploy import manifest as manifests
from sam_deploy.aws import Aws, Objects, Records
from sam_deploy.delivery.to import Delivering
from sam_deploy.deploy import Engine, Place, Survey, promotions
from sam_deploy.deploy import journal as journals
from sam_deploy.deploy.journal import Entry, Journal, Read
from sam_deploy.deploy.lock import locked
from sam_deploy.deploy.lock import look as lock_holder
from sam_deploy.deploy.owner import Owner, this_process
from sam_deploy.deploy.preflight import Facts, check
from sam_deploy.errors import RefusedError, SamDeployError, UnreachableError
from sam_deploy.events import PhaseStarted
from sam_deploy.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Found:
    """What stands, as it was before anything was written."""

    account: str
    survey: Survey
    journal: Read

    @property
    def entry(self) -> Entry:
        """What the journal said."""
        return self.journal.entry


@contextlib.contextmanager
def under_way(to: Delivering, manifest: Manifest) -> Iterator[tuple[Engine, Journal, Found]]:
    """Look, then hold the lock; what was found is looked at again when others came between."""
    to.report(PhaseStarted("preflight", "Looking at what stands"))
    caller = to.aws.caller(manifest.home_region)
    account = provide.guard_account(to.aws, manifest.home_region, to.expected_account)
    documents = records_of(manifest, account, to.aws)
    owner = this_process(to.command, caller.arn or caller.account)
    found = _look(to, manifest, account, documents, holders=True)
    bucket = provide.artifact_bucket(manifest.name, account, manifest.home_region, to.aws)
    bucket.ensure_bucket()
    name, take = manifest.name, to.take_expired_lock
    with locked(documents, name, owner, to.stop, take_expired=take):
        # again: one may have been begun, and ended by a kill, since it was looked for
        promotions.refuse_open(documents, name)
        if journals.read(documents, name).etag != found.journal.etag:
            found = _look(to, manifest, account, documents)
        if to.goes_on_with and (found.entry.id, found.entry.epoch) != to.goes_on_with:
            raise RefusedError(
                "Somebody else has gone on meanwhile",
                why=f"the journal is now that of `{found.entry.command}`, begun "
                f"{found.entry.started} by {found.entry.who}",
                hint="look again: `sam-deploy status`",
            )
        mine = journals.begin(owner, found.entry, manifest.environment, to.options.allow_replace)
        journal = _journal(manifest, documents, bucket, found, mine)
        yield _engine(to, manifest, found, journal), journal, found


def promoting(
    to: Delivering, manifest: Manifest, owner: Owner, account: str
) -> tuple[Engine, Journal, Found]:
    """Look, for a promotion that deploys stacks: it holds the lock, and its journal may be open.

    What it leaves unfinished is on record as a part of it, which only it goes on with. Raises
    `UnreachableError` when a region does not answer: a promotion is for all of them.
    """
    to.report(PhaseStarted("preflight", "Looking at what stands"))
    documents = records_of(manifest, account, to.aws)
    found = _look(to, manifest, account, documents, promotes=True)
    for (stack, region), error in found.survey.failed.items():
        raise UnreachableError(
            f"`{stack}` in `{region}` could not be looked at",
            why=str(error),
            state="nothing was changed",
            hint="a promotion is for all regions or none; "
            + (error.hint or "run it again when they answer"),
        )
    bucket = provide.artifact_bucket(manifest.name, account, manifest.home_region, to.aws)
    mine = journals.begin(owner, found.entry, manifest.environment, to.options.allow_replace)
    journal = _journal(manifest, documents, bucket, found, replace(mine, kind="promote"))
    return _engine(to, manifest, found, journal), journal, found


def _engine(to: Delivering, manifest: Manifest, found: Found, journal: Journal) -> Engine:
    return Engine(
        manifest,
        to.aws,
        found.account,
        to.options,
        to.report,
        to.stop,
        book=journal,
        live=found.survey.live,
        before=found.entry,
        executor=to.executor,
        lost=lost(manifest, found.survey),
    )


def lost(manifest: Manifest, survey: Survey) -> dict[Place, SamDeployError]:
    """Return the places of every region in which some stack could not be looked at."""
    silent = {region: error for (_, region), error in survey.failed.items()}
    return {place: silent[place[1]] for place in manifest.places if place[1] in silent}


def records_of(manifest: Manifest, account: str, aws: Aws) -> Records:
    """Return where lock and journal of an app are: the artifact bucket of its home region."""
    home = manifest.home_region
    bucket = provide.artifact_bucket(manifest.name, account, home, aws)
    return Records(aws, home, bucket.bucket, account)


def _look(
    to: Delivering,
    manifest: Manifest,
    account: str,
    documents: Records,
    *,
    holders: bool = False,
    promotes: bool = False,
) -> Found:
    """Return what stands. Raises what is in the way, all of it, before anything is written.

    `holders`: somebody else's lock is in the way, too; later, it is us who hold it. `promotes`:
    it is a promotion that looks, so that its own journal is none.
    """
    with ThreadPoolExecutor(3) as pool:
        journal = pool.submit(journals.read, documents, manifest.name)
        promotion = pool.submit(promotions.read, documents, manifest.name)
        holder = pool.submit(lock_holder, documents, manifest.name) if holders else None
        survey = deploy.survey(manifest.places, to.aws, at_once=to.options.at_once, stop=to.stop)
        found = Found(account, survey, journal.result())
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
        Entry() if promotes else promotion.result(),
        promotes,
    )
    check(facts, to.report)
    return found


def _journal(
    manifest: Manifest,
    documents: Records,
    bucket: Objects,
    found: Found,
    mine: Entry,
) -> Journal:
    def keep_manifest() -> str:
        text = manifests.write(manifest)
        key = journals.manifest_key(hashlib.sha256(text.encode()).hexdigest())
        bucket.put_text(key, text)
        return key

    return Journal(documents, manifest.name, found.journal, mine, keep_manifest)
