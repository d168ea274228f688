"""What differs between two releases, by function and region. Pure."""

from __future__ import annotations

from sam_deploy.history import ReleaseRecord, ServedVersion
from sam_deploy.ui.ports import Json


def between(old: ReleaseRecord, new: ReleaseRecord) -> Json:
    """Return every function in every region, those that differ first."""
    places = dict.fromkeys((*_places(old), *_places(new)))
    rows = [_row(old, new, *place) for place in sorted(places)]
    rows.sort(key=lambda row: not row["changed"])
    return {"from": _head(old), "to": _head(new), "functions": rows}


def _places(record: ReleaseRecord) -> list[tuple[str, str]]:
    return [(name, region) for name, regions in record.image.items() for region in regions]


def _head(record: ReleaseRecord) -> Json:
    return {
        "id": record.id,
        "environment": record.environment,
        "made": record.made,
        "who": record.who,
        "act": record.act,
        "source": record.source,
    }


def _row(old: ReleaseRecord, new: ReleaseRecord, function: str, region: str) -> Json:
    before = old.image.get(function, {}).get(region)
    after = new.image.get(function, {}).get(region)
    return {
        "function": function,
        "region": region,
        "from": _version(before),
        "to": _version(after),
        "changed": _changed(before, after),
    }


def _version(served: ServedVersion | None) -> Json | None:
    if served is None:
        return None
    return {
        "version": served.version,
        "commit": served.commit or None,
        "code_sha256": served.code_sha256,
    }


def _changed(before: ServedVersion | None, after: ServedVersion | None) -> list[str]:
    if before is None or after is None:
        return ["version"]
    differs = {
        "version": before.version != after.version,
        "commit": before.commit != after.commit,
        "code": before.code_sha256 != after.code_sha256,
    }
    return [name for name, differ in differs.items() if differ]
