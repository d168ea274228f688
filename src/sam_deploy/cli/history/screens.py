"""What `history`, `release show` and `audit` print, as text and as JSON. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sam_deploy.amounts import plural
from sam_deploy.cli.history import words
from sam_deploy.cli.screens import document
from sam_deploy.cli.terminal.tables import table

if TYPE_CHECKING:
    from sam_deploy.cli.history.reading import Told
    from sam_deploy.history import Link, ReleaseRecord, ServedVersion, Verdict

LETTERS_OF_HASH: Final = 8
LETTERS_OF_HEX: Final = 12
HEX: Final = re.compile(r"[0-9a-f]{40,}\+?")
"""Commits and hashes."""
DRIFTS_SHOWN: Final = 12


def history_text(told: Told, now: float, columns: int = 0) -> str:
    """Return a row for each release, the newest first; then where it is not what is served.

    `columns` is the width of the terminal, 0 where there is none.
    """
    rows = [
        [
            each.id,
            words.moment(each.made),
            words.age(each.made, now),
            words.act(each),
            words.functions(each),
            words.regions(each),
            words.person(each.who),
            words.commits(each),
            "live" if told.live.get(each.environment) == each.id else "",
        ]
        for each in told.records
    ]
    header = ["release", "when (UTC)", "age", "what", "functions", "regions", "who", "commit", ""]
    unread = [f"what is served was not compared: {told.unread}"] if told.unread else []
    return "\n\n".join(
        [table(header, rows, columns), *_drift_paragraphs(told), *told.apart, *unread]
    )


def _drift_paragraphs(told: Told) -> list[str]:
    found = [
        drift_paragraph(
            environment, latest, [d.words for d in told.drifts if d.environment == environment]
        )
        for environment, latest in told.latest.items()
    ]
    return [each for each in found if each]


def drift_paragraph(environment: str, release_id: str, lines: Sequence[str]) -> str:
    """Return where an environment does not serve its newest release; '' when it does."""
    if not lines:
        return ""
    more = len(lines) - DRIFTS_SHOWN
    shown = [*lines[:DRIFTS_SHOWN], *([f"and {more} more"] if more > 0 else [])]
    head = f"{environment} does not serve what {release_id} has put there:"
    return "\n".join([head, *(f"  {line}" for line in shown)])


def history_json(told: Told) -> str:
    """Return releases, what is live, and drift. Schema: docs/reference/json.md."""
    return document(history_object(told))


def history_object(told: Told) -> dict[str, Any]:
    """Return the same as values."""
    return {
        "releases": [release_object(each) for each in told.records],
        "live": {each: told.live.get(each) for each in told.environments},
        "not_compared": told.unread or None,
        "drift": [
            {
                "environment": each.environment,
                "function": each.function_name,
                "region": each.region,
                "recorded": each.recorded,
                "version": each.version or None,
                "weights": dict(each.weights),
                "hot": each.hot,
            }
            for each in told.drifts
        ],
    }


def release_object(record: ReleaseRecord) -> dict[str, Any]:
    """Return a release as an object. Schema: docs/reference/json.md."""
    return {
        "id": record.id,
        "environment": record.environment,
        "number": record.number,
        "act": record.act,
        "source": record.source,
        "made": record.made,
        "who": record.who,
        "host": record.host,
        "digest": record.digest,
        "promotion": record.promotion,
        "approval": record.approval,
        "note": record.note,
        "left_out": list(record.left_out),
        "functions": [
            {
                "function": function,
                "region": region,
                "version": served.version,
                "commit": served.commit or None,
                "code_sha256": served.code_sha256,
                "moved": (function, region) in record.moved,
            }
            for function, region, served in _places(record)
        ],
    }


def release_json(record: ReleaseRecord, before: ReleaseRecord | None) -> str:
    """Return a release, and the id of the one before. Schema: docs/reference/json.md."""
    return document({**release_object(record), "before": before.id if before else None})


def release_text(
    record: ReleaseRecord, before: ReleaseRecord | None, now: float, columns: int = 0
) -> str:
    """Return everything of one release, and what it changed against the one before."""
    when = f"{words.moment(record.made)} UTC, {words.age(record.made, now)}"
    facts = {
        "who": f"{record.who} on {record.host}",
        "approval": record.approval,
        "plan": record.digest,
        "left out": ", ".join(record.left_out),
        "note": record.note,
    }
    head = [f"{record.id}: {words.act(record)}, {when}"]
    head += [f"  {name}: {value}" for name, value in facts.items() if value]
    rows = [
        [
            function,
            region,
            served.version,
            words.commit(served.commit),
            code(served),
            _change(served, _in(before, function, region)),
        ]
        for function, region, served in _places(record)
    ]
    against = f"before ({before.id})" if before else "before"
    header = ["function", "region", "version", "commit", "code", against]
    return "\n".join([*head, "", table(header, rows, columns), *_gone(record, before)])


def _gone(record: ReleaseRecord, before: ReleaseRecord | None) -> list[str]:
    """Return the lines about what the release before served, and this one does not know of."""
    now = {(function, region) for function, region, _ in _places(record)}
    lost = [] if before is None else [p[:2] for p in _places(before) if p[:2] not in now]
    lines = [f"no longer there: {function} in {region}" for function, region in lost]
    return ["", *lines] if lines else []


def _in(record: ReleaseRecord | None, function: str, region: str) -> ServedVersion | None:
    return record.image.get(function, {}).get(region) if record else None


def _change(now: ServedVersion, before: ServedVersion | None) -> str:
    if before is None:
        return "new"
    if (now.version, now.code_sha256) == (before.version, before.code_sha256):
        return "the same"
    same = " (the same code)" if now.code_sha256 == before.code_sha256 else ""
    return f"version {before.version}, {words.commit(before.commit)}, {code(before)}{same}"


def code(served: ServedVersion) -> str:
    """Return the first letters of the hash of a version's code, as Lambda reports it."""
    return served.code_sha256[:LETTERS_OF_HASH]


def _places(record: ReleaseRecord) -> list[tuple[str, str, ServedVersion]]:
    return [
        (function, region, served)
        for function, places in sorted(record.image.items())
        for region, served in sorted(places.items())
    ]


def verdict_text(verdict: Verdict) -> str:
    """Return what the walk over a whole audit has found."""
    if verdict.first is None or verdict.last is None:
        return "nothing is on record yet: the first deployment begins the audit"
    lines = [
        f"{plural(verdict.links, 'event')}, each as it was written",
        f"  first: {verdict.first.time} {verdict.first.event}",
        f"  last:  {verdict.last.time} {verdict.last.event}",
        f"         sha256 {verdict.last.sha256}",
    ]
    if verdict.records:
        lines.append(f"  {plural(len(verdict.records), 'release')}, as the audit tells")
    if not verdict.pointed:
        lines.append(
            "  the pointer to the last event is missing: whether the end was cut off is not known"
        )
    return "\n".join(lines)


def verdict_json(verdict: Verdict) -> str:
    """Return the same as an object. Schema: docs/reference/json.md."""
    first, last = verdict.first, verdict.last
    return document(
        {
            "intact": verdict.intact,
            "events": verdict.links,
            "first": first.time if first else None,
            "last": last.time if last else None,
            "last_sha256": last.sha256 if last else None,
            "pointed": verdict.pointed,
            "releases": len(verdict.records),
        }
    )


def events_text(links: Sequence[Link], columns: int = 0) -> str:
    """Return a row for each event, the newest first."""
    rows = [
        [
            str(each.number),
            each.time[:19].replace("T", " "),
            each.event,
            _facts(each.facts),
            words.person(each.who),
        ]
        for each in links
    ]
    return table(["number", "when (UTC)", "event", "facts", "who"], rows, columns)


def _facts(facts: Mapping[str, object]) -> str:
    """Return short facts as they are, and of long ones how many there are."""
    shown = []
    for name, value in facts.items():
        if isinstance(value, Sequence | Mapping) and not isinstance(value, str):
            told = str(len(value)) if value else ""
        else:
            told = "" if value is None else str(value)
        told = told[:LETTERS_OF_HEX] if HEX.fullmatch(told) else told
        shown += [f"{name}={told}"] if told else []
    return " ".join(shown)


def events_json(links: Sequence[Link]) -> str:
    """Return one object for each event. Schema: docs/reference/json.md."""
    names = ("number", "time", "event", "who", "host", "facts", "previous", "sha256")
    return document([{name: getattr(each, name) for name in names} for each in links])
