"""Puts on record what the first environment serves after a deployment.

After the aliases, and before the journal is closed: a deployment that was killed in between is put
on record by the one that finishes it. What goes wrong here is no failure of the deployment.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Final

from sam_deploy.delivery.to import Delivering
from sam_deploy.delivery.under_way import Found, records_of
from sam_deploy.deploy import Deployment
from sam_deploy.deploy.owner import this_process
from sam_deploy.errors import SamDeployError
from sam_deploy.events import Note
from sam_deploy.history import Chain, ReleaseRecord, Releases, ServedVersion
from sam_deploy.history.releases import Image, differing
from sam_deploy.history.verdict import RECORD, RELEASE
from sam_deploy.manifest import Manifest
from sam_deploy.release import Moved
from sam_deploy.release.origin import commit_of

DEPLOYED: Final = "deployed"
"""The event that the audit tells of a deployment."""
LETTERS: Final = 6
"""Bytes of the random name of a deployment: 12 hex letters."""
LOOKED_AT: Final = 20
"""Links of the audit among which one about the newest release would be."""


def record(
    to: Delivering,
    manifest: Manifest,
    found: Found,
    deployment: Deployment,
    moved: Sequence[Moved],
) -> None:
    """What is served now is on record, where this deployment has changed something.

    Without a change no call is made. What goes wrong is told as a warning.
    """
    outcomes = {each.outcome for each in deployment.done.values()}
    changed = any(each.changed for each in moved)
    if not moved or not (changed or outcomes != {"no changes"} or found.entry.is_open):
        return
    try:
        _record(to, manifest, found, deployment, moved)
    except SamDeployError as error:
        to.report(
            Note(
                f"What was deployed is not in `sam-deploy history`: {error}. Everything else is "
                "done; the next deployment that changes something puts on record what is served "
                "by then",
                level="warning",
            )
        )


def image_after(
    before: ReleaseRecord | None,
    moved: Sequence[Moved],
    codes: Mapping[str, str],
    commit: str,
    *,
    fresh: bool,
) -> Image:
    """Return what is served after a deployment: what was on record, with what it has looked at.

    `codes` maps functions to the hash of what was deployed. A version that was on record keeps its
    commit. `fresh` says that a version which is not on record was made by this deployment.
    """
    image = {name: dict(places) for name, places in (before.image if before else {}).items()}
    for each in moved:
        places = image.setdefault(each.function, {})
        known, code = places.get(each.region), codes.get(each.function, "")
        same = known is not None and (known.version, known.code_sha256) == (each.version, code)
        if not same:
            told = commit if fresh or each.changed or before else ""
            places[each.region] = ServedVersion(each.version, code, told)
    return image


def _record(
    to: Delivering,
    manifest: Manifest,
    found: Found,
    deployment: Deployment,
    moved: Sequence[Moved],
) -> None:
    documents = records_of(manifest, found.account, to.aws)
    caller = to.aws.caller(manifest.home_region)
    owner = this_process(to.command, caller.arn or caller.account)
    releases = Releases(documents, manifest.name)
    chain = Chain(documents, manifest.name, who=owner.who, host=owner.host)
    before = releases.latest(manifest.environment)
    created = any(each.outcome == "created" for each in deployment.done.values())
    commit = commit_of(manifest.provenance)
    codes = {each.function_name: each.code_sha256 for each in manifest.functions}
    fresh = created or found.entry.is_open
    image = image_after(before, moved, codes, commit, fresh=fresh)
    others = differing(before.image if before else {}, image)
    by_us = tuple((each.function, each.region) for each in moved if each.changed)
    if others or by_us or created or before is None:
        late = {region for _, region in (*deployment.failed, *deployment.not_started)}
        made = ReleaseRecord(
            environment=manifest.environment,
            act="deploy",
            made=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            who=owner.who,
            host=owner.host,
            promotion=secrets.token_hex(LETTERS),
            image=image,
            moved=tuple(sorted({*others, *by_us})),
            left_out=tuple(region for region in manifest.regions if region in late),
        )
        _tell(chain, releases.add(made), commit)
    elif found.entry.is_open and not _is_told(chain, before):
        # killed between the record and the link of the audit
        _tell(chain, before, commit)


def _tell(chain: Chain, made: ReleaseRecord, commit: str) -> None:
    chain.append(
        DEPLOYED,
        {
            RELEASE: made.id,
            RECORD: made.sha256,
            "environment": made.environment,
            "commit": commit,
            "moved": made.moved,
            "left_out": made.left_out,
        },
    )


def _is_told(chain: Chain, made: ReleaseRecord) -> bool:
    return any(each.facts.get(RELEASE) == made.id for each in chain.newest(LOOKED_AT))
