"""A reviewed plan as a file: what was looked at, so that exactly that is carried out later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sam_deploy.deploy.review import Review
from sam_deploy.errors import ConfigError, RefusedError
from sam_deploy.manifest import Manifest, read, write
from sam_deploy.private import write_private

SCHEMA: Final = 1


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A manifest, and what its review showed."""

    account: str
    target: str
    manifest: Manifest
    changes: dict[str, dict[str, Any]]
    """`stack region` -> what would change there, and in which state of the stack."""


def save(
    file: Path, manifest: Manifest, reviews: Sequence[Review], *, account: str, target: str
) -> None:
    """The file holds everything that was reviewed."""
    document = {
        "schema": SCHEMA,
        "account": account,
        "target": target,
        "changes": {" ".join(each.place): _seen(each) for each in reviews},
        "manifest": json.loads(write(manifest)),
    }
    write_private(file, json.dumps(document, indent=1))


def load(file: Path) -> PlanFile:
    """Return a plan. Raises `ConfigError` when the file is none."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        schema = found["schema"]
        manifest = read(json.dumps(found["manifest"]), f"`{file}`")
        plan = PlanFile(found["account"], found["target"], manifest, found["changes"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"`{file}` is no plan of a deployment",
            why=f"it cannot be read as one ({type(error).__name__})",
            hint="make one: `sam-deploy deploy --plan-only --out FILE`",
        ) from error
    if schema != SCHEMA:
        raise ConfigError(
            f"`{file}` was written by another version of sam-deploy",
            why=f"its schema is {schema}; this version reads {SCHEMA}",
            hint="make the plan anew with this version",
        )
    return plan


def digest_of(manifest: Manifest, reviews: Sequence[Review]) -> str:
    """Return what stands for a deployment: its templates, and all changes. SHA-256, hex."""
    return _digest(manifest, {" ".join(each.place): _seen(each) for each in reviews})


def digest_of_plan(plan: PlanFile) -> str:
    """Return the same of a plan that was kept in a file."""
    return _digest(plan.manifest, plan.changes)


def _digest(manifest: Manifest, changes: dict[str, dict[str, Any]]) -> str:
    texts = {name: each.body for name, each in sorted(manifest.templates.items())}
    seen = {place: each for place, each in changes.items() if each["way"] != "none"}
    body = json.dumps([manifest.name, texts, seen], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()


def as_reviewed(plan: PlanFile) -> Callable[[Manifest, Sequence[Review]], None]:
    """Return what agrees to exactly the changes of a plan.

    It raises `RefusedError` when anything else would happen now: then the plan is stale.
    """

    def approve(manifest: Manifest, reviews: Sequence[Review]) -> None:
        del manifest
        # what is as it should be by now was carried out by an earlier run of this plan
        now = {" ".join(each.place): _seen(each) for each in reviews if not each.empty}
        stale = [place for place in now if now[place] != plan.changes.get(place)]
        if not stale:
            return
        named = ", ".join("`{}` in `{}`".format(*place.split(" ", 1)) for place in stale)
        raise RefusedError(
            "The plan is stale",
            why=f"since it was reviewed, something has changed: {named}",
            hint="review again: `sam-deploy deploy --plan-only --out FILE`",
        )

    return approve


def _seen(review: Review) -> dict[str, Any]:
    """Return what a reviewer saw: the changes, and the state of the stack before them."""
    before = review.before
    changes = sorted(
        (asdict(each) for each in review.changes), key=lambda each: str(each["logical_id"])
    )
    return {
        "way": review.way,
        "changes": json.loads(json.dumps(changes)),
        "stack": before.arn if before and review.way == "update" else "",
        "updated": before.updated if before and review.way == "update" else "",
    }
