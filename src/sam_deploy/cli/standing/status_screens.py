"""The releases below the table of `status`, and its JSON document. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sam_deploy.cli.history import words
from sam_deploy.cli.history.screens import drift_paragraph
from sam_deploy.cli.terminal.tables import table

if TYPE_CHECKING:
    from sam_deploy.history import ReleaseRecord
    from sam_deploy.release import Drift, Served


def releases_table(
    latest: Mapping[str, ReleaseRecord], drifted: Sequence[Drift], now: float, columns: int = 0
) -> str:
    """Return a row an environment: its release, age, what and who; then where it drifted."""
    rows = [
        [
            name,
            each.id,
            words.age(each.made, now),
            words.act(each),
            words.person(each.who),
            words.commits(each),
            "drifted" if any(drift.environment == name for drift in drifted) else "live",
        ]
        for name, each in latest.items()
    ]
    header = ["environment", "release", "age", "what", "who", "commit", ""]
    paragraphs = [
        drift_paragraph(name, each.id, [d.words for d in drifted if d.environment == name])
        for name, each in latest.items()
    ]
    return "\n\n".join(part for part in (table(header, rows, columns), *paragraphs) if part)


def status_rows(
    served: Sequence[Served],
    latest: Mapping[str, ReleaseRecord],
    drifted: Sequence[Drift],
    unfinished: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Return one object per function, region and environment. Schema: docs/reference/json.md.

    `unfinished`: environment -> the promotion or rollback of it that is not at its end.
    """
    elsewhere = {(each.environment, each.function_name, each.region) for each in drifted}
    return [
        {
            "function": each.function,
            "feature_set": each.feature_set,
            "region": each.region,
            "environment": each.environment,
            "version": each.version or None,
            "weights": dict(each.weights),
            "hot": each.hot,
            "release": latest[each.environment].id if each.environment in latest else None,
            "drift": (each.environment, each.function_name, each.region) in elsewhere,
            "unfinished": unfinished.get(each.environment),
        }
        for each in served
    ]
