"""What `sam-deploy settings` shows, as text and as JSON. Pure."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from sam_deploy.amounts import plural
from sam_deploy.cli.settings.settings_survey import Found
from sam_deploy.cli.terminal.tables import table

HIDDEN: Final = "***"
SHOWN: Final = 48
"""As many characters of a value as a table shows."""
_KEY: Final = secrets.token_bytes(32)
"""Of this process alone: hashes of short secrets could be guessed."""


def list_text(found: Sequence[Found], columns: int = 0) -> str:
    """Return a row per setting, environment and value, with the regions that have it."""
    if not found:
        return "no settings: no function of the app names one, and none is stored"
    rows = [row for group in _groups(found) for row in _rows(group)]
    header = ["setting", "environment", "kind", "value", "regions", "last modified"]
    return table(header, rows, columns)


def _groups(found: Iterable[Found]) -> Iterator[list[Found]]:
    """Yield what belongs together: a setting in all regions of one environment."""
    grouped: dict[tuple[str, str], list[Found]] = {}
    for each in found:
        grouped.setdefault((each.name, each.environment), []).append(each)
    yield from grouped.values()


def _rows(group: Sequence[Found]) -> Iterator[list[str]]:
    cells: dict[tuple[str, str], list[Found]] = {}
    for each in group:
        cells.setdefault((_kind(each), shown(each)), []).append(each)
    for (kind, value), those in cells.items():
        modified = [m for each in those if each.stored and (m := each.stored.modified)]
        regions = [each.region for each in those]
        where = f"all {len(regions)}" if len(regions) == len(group) > 1 else ", ".join(regions)
        when = _time(max(modified)) if modified else ""
        yield [group[0].name, group[0].environment, kind, value, where, when]


def _kind(found: Found) -> str:
    kind = found.stored.kind if found.stored else "secret" if found.secret else "plain"
    return kind if found.read else f"{kind}, unused"


def shown(found: Found) -> str:
    """Return a value as a table shows it: *** for a hidden one, - where there is none."""
    if found.missing or found.stored is None:
        return "- missing"
    if found.stored.kind != "plain" or found.stored.value is None:
        return HIDDEN
    value = found.stored.value.replace("\n", "\\n")
    return value if len(value) <= SHOWN else f"{value[: SHOWN - 3]}..."


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def list_json(found: Sequence[Found]) -> str:
    """Return one object per setting, environment and region; hidden values are null."""
    return _document([_object(each) for each in found])


def _object(found: Found) -> dict[str, object]:
    stored = found.stored
    plain = stored is not None and stored.kind == "plain"
    return {
        "name": found.name,
        "environment": found.environment,
        "region": found.region,
        "kind": stored.kind if stored else "secret" if found.secret else "plain",
        "declared": found.declared,
        "missing": found.missing,
        "value": stored.value if stored and plain else None,
        "modified": stored.modified.astimezone(UTC).isoformat()
        if stored and stored.modified
        else None,
    }


def missing_text(found: Iterable[Found]) -> str:
    """Return what is missing where, such as `KEY` in prod (eu-west-1)."""
    places: dict[tuple[str, str], list[str]] = {}
    for each in found:
        places.setdefault((each.name, each.environment), []).append(each.region)
    return "; ".join(
        f"`{name}` in {environment} ({', '.join(regions)})"
        for (name, environment), regions in places.items()
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not the same: in two environments, or in two regions of one."""

    name: str
    what: Literal["missing", "differs", "regions"]
    environment: str
    """Where it is missing, or whose regions differ; '' when the environments do."""
    regions: tuple[str, ...]
    left: str = ""
    right: str = ""
    """Values as they are shown; *** when hidden."""


def differences(found: Sequence[Found], left: str, right: str) -> tuple[Difference, ...]:
    """Compare two environments; hidden values by their hash, which is shown to nobody."""
    by_name: dict[str, list[Found]] = {}
    for each in found:
        by_name.setdefault(each.name, []).append(each)
    every = (_of_name(name, those, left, right) for name, those in by_name.items())
    return tuple(each for those in every for each in those)


def _of_name(name: str, found: Sequence[Found], left: str, right: str) -> Iterator[Difference]:
    places = {(each.environment, each.region): each for each in found}
    regions = list(dict.fromkeys(each.region for each in found))
    for environment in (left, right):
        lacking = [r for r in regions if _missing(places.get((environment, r)))]
        if lacking:
            yield Difference(name, "missing", environment, tuple(lacking))
    pairs: dict[tuple[str, str], list[str]] = {}
    for region in regions:
        one, other = places.get((left, region)), places.get((right, region))
        if one and other and not one.missing and not other.missing and _mark(one) != _mark(other):
            pairs.setdefault((shown(one), shown(other)), []).append(region)
    for (one_value, other_value), those in pairs.items():
        yield Difference(name, "differs", "", tuple(those), one_value, other_value)
    for environment in (left, right):
        here = [places[environment, r] for r in regions if (environment, r) in places]
        if len({_mark(each) for each in here if not each.missing}) > 1:
            yield Difference(name, "regions", environment, tuple(each.region for each in here))


def _missing(found: Found | None) -> bool:
    return found is None or found.missing


def _mark(found: Found) -> bytes:
    value = (found.stored.value if found.stored else None) or ""
    return hmac.digest(_KEY, value.encode(), "sha256")


def diff_text(
    found: Sequence[Difference], names: int, left: str, right: str, columns: int = 0
) -> str:
    """Return a row for each difference, and a line that sums up."""
    said = {"missing": "missing in {}", "differs": "differs", "regions": "regions of {} differ"}
    rows = [
        [
            each.name,
            said[each.what].format(each.environment),
            each.left,
            each.right,
            ", ".join(each.regions),
        ]
        for each in found
    ]
    same = names - len({each.name for each in found})
    summary = f"{plural(same, 'setting')} the same in {left} and {right}, in all regions"
    if not rows:
        return summary
    return f"{table(['setting', 'what', left, right, 'regions'], rows, columns)}\n\n{summary}"


def diff_json(found: Sequence[Difference], left: str, right: str) -> str:
    """Return an object per difference; hidden values are ***."""
    return _document(
        [
            {
                "name": each.name,
                "what": each.what,
                "environment": each.environment or None,
                "regions": list(each.regions),
                "values": {left: each.left, right: each.right} if each.what == "differs" else None,
            }
            for each in found
        ]
    )


def written_json(name: str, environment: str, regions: Sequence[str]) -> str:
    """Return what was written or deleted where; never the value."""
    return _document({"name": name, "environment": environment, "regions": list(regions)})


def value_json(found: Sequence[Found], value: str | None) -> str:
    """Return a setting of one environment with its value; null when it stays hidden."""
    first = _object(found[0])
    regions = [each.region for each in found]
    return _document({**first, "region": None, "regions": regions, "value": value})


def _document(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
