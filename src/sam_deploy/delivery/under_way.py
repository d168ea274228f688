"""Looks at what stands, and holds the lock while it is changed."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sam_deploy import deploy, provide
from sam_deploy import manifest as manifests
from sam_deploy.aws import Aws, Objects, Records
from sam_deploy.delivery.to import Delivering
from sam_deploy.deploy import Engine, Place, Survey
from sam_deploy.deploy import journal as journals
from sam_deploy.deploy.journal import Entry, Journal, Read
from sam_deploy.deploy.lock import locked
from sam_deploy.deploy.lock import look as lock_holder
from sam_deploy.deploy.owner import Owner, this_process
from sam_deploy.deploy.preflight import Facts, check
from sam_deploy.errors import RefusedError, SamDeployError
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
        if journals.read(documents, name).etag != found.journal.etag:
            found = _look(to, manifest, account, documents, holders=False)
        if to.goes_on_with and (found.entry.id, found.entry.epoch) != to.goes_on_with:
            raise RefusedError(
                "Somebody else has gone on meanwhile",
                why=f"the journal is now that of `{found.entry.command}`, begun "
                f"{found.entry.started} by {found.entry.who}",
                hint="look again: `sam-deploy status`",
            )
        allowed = to.options.allow_replace
        journal = _journal(manifest, documents, bucket, owner, found, allowed)
        engine = Engine(
            manifest,
            to.aws,
            account,
            to.options,
            to.report,
            to.stop,
            book=journal,
            live=found.survey.live,
            before=found.entry,
            executor=to.executor,
            lost=lost(manifest, found.survey),
        )
        yield engine, journal, found


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
    to: Delivering, manifest: Manifest, account: str, documents: Records, *, holders: bool
) -> Found:
    """Return what stands. Raises what is in the way, all of it, before anything is written.

    `holders`: somebody else's lock is in the way, too; later, it is us who hold it.
    """
    with ThreadPoolExecutor(2) as pool:
        journal = pool.submit(journals.read, documents, manifest.name)
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
    )
    check(facts, to.report)
    return found


def _journal(
    manifest: Manifest,
    documents: Records,
    bucket: Objects,
    owner: Owner,
    found: Found,
    allowed: frozenset[str],
) -> Journal:
    def keep_manifest() -> str:
        text = manifests.write(manifest)
        key = journals.manifest_key(hashlib.sha256(text.encode()).hexdigest())
        bucket.put_text(key, text)
        return key

    mine = journals.begin(owner, found.entry, manifest.environment, allowed)
    return Journal(documents, manifest.name, found.journal, mine, keep_manifest)
