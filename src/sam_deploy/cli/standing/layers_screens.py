"""What `sam-deploy layers` shows, as text and as JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Final

from sam_deploy.amounts import bytes_text, plural
from sam_deploy.cli.terminal.tables import table
from sam_deploy.provide.prune import Verdict, Version

HASH_SHOWN: Final = 12
USERS_SHOWN: Final = 4


def list_text(versions: Sequence[Version], sizes: Mapping[str, int], columns: int = 0) -> str:
    """Return a row per version, newest first; `sizes` is bytes by ARN."""
    if not versions:
        return "no layer versions: nothing of the app's layers is published here"
    header = ["layer", "region", "version", "size", "created", "content", "used by"]
    rows = [
        [
            each.name,
            each.region,
            str(each.version),
            bytes_text(sizes[each.arn]) if each.arn in sizes else "",
            _time(each.created),
            each.sha256[:HASH_SHOWN] or "not ours",
            _users(each),
        ]
        for each in versions
    ]
    return table(header, rows, columns)


def _time(created: str) -> str:
    """Return 2026-01-31 09:30 of AWS's 2026-01-31T09:30:12.345+0000."""
    return created[:16].replace("T", " ")


def _users(version: Version) -> str:
    texts = [user.text for user in version.users]
    more = f" and {len(texts) - USERS_SHOWN} more" if len(texts) > USERS_SHOWN else ""
    return ", ".join(texts[:USERS_SHOWN]) + more or "nothing"


def list_json(versions: Sequence[Version], sizes: Mapping[str, int]) -> str:
    """Return one object per version. Schema: docs/concepts/layers.md."""
    return _document([{**_object(v), "size_bytes": sizes.get(v.arn)} for v in versions])


def prune_text(verdicts: Sequence[Verdict], *, done: bool) -> str:
    """Return what goes, what keeps the old versions that stay, and how many there are of each."""
    gone = [each.version for each in verdicts if each.removed]
    pinned = [each for each in verdicts if not each.removed and each.why.startswith("used by")]
    lines = [f"{'-' if done else 'would go:'} {_place(each)}" for each in gone]
    lines += [f"kept: {_place(each.version)}, used by {_users(each.version)}" for each in pinned]
    verb = "removed" if done else "to remove"
    count = plural(len(gone), "layer version")
    last = f"{count} {verb}, {len(verdicts) - len(gone)} kept"
    return "\n".join([*lines, "", last] if lines else [last])


def _place(version: Version) -> str:
    return f"{version.name}:{version.version} in {version.region}"


def prune_json(verdicts: Sequence[Verdict], *, keep: int, dry_run: bool) -> str:
    """Return the verdict on each version. Schema: docs/concepts/layers.md."""
    return _document(
        {
            "keep": keep,
            "dry_run": dry_run,
            "removed": [] if dry_run else _objects(verdicts, removed=True),
            "would_remove": _objects(verdicts, removed=True) if dry_run else [],
            "kept": _objects(verdicts, removed=False),
        }
    )


def _objects(verdicts: Sequence[Verdict], *, removed: bool) -> list[dict[str, object]]:
    found = [each for each in verdicts if each.removed == removed]
    return [{**_object(v.version), **({} if removed else {"why": v.why})} for v in found]


def _object(version: Version) -> dict[str, object]:
    return {
        "layer": version.layer,
        "name": version.name,
        "region": version.region,
        "version": version.version,
        "arn": version.arn,
        "created": version.created,
        "sha256": version.sha256 or None,
        "used_by": [asdict(user) for user in version.users],
    }


def _document(value: object) -> str:
    return json.dumps(value, indent=2)
