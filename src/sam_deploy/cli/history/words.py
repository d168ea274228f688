"""Says releases as people read them: what was done, how long ago, by whom. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sam_deploy.amounts import ago_text, plural

if TYPE_CHECKING:
    from sam_deploy.history import ReleaseRecord

NAMES_SHOWN: Final = 3
REGIONS_SHOWN: Final = 2
LETTERS_OF_COMMIT: Final = 7


def act(record: ReleaseRecord) -> str:
    """Return 'promoted from staging', 'rolled back to prod-9', 'deployed'; and what was left."""
    done = {
        "promote": f"promoted from {record.source}",
        "rollback": f"rolled back to {record.source}",
        "deploy": "deployed",
        "found": "found as it was",
    }[record.act]
    return f"{done}, without {', '.join(record.left_out)}" if record.left_out else done


def moment(made: str) -> str:
    """Return 2026-11-28 12:00 of 2026-11-28T12:00:00Z."""
    return made[:16].replace("T", " ")


def age(made: str, now: float) -> str:
    """Return '3 minutes ago' of a time in UTC; '' for what is no time. `now` is Unix seconds."""
    try:
        seconds = now - datetime.fromisoformat(made).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return ""
    return ago_text(seconds)


def person(arn: str) -> str:
    """Return 'ann' or 'Deployer/ann' of the ARN of a caller."""
    last = arn.rpartition(":")[2]
    kind, _, name = last.partition("/")
    return name if kind in {"user", "assumed-role", "federated-user"} and name else last


def commit(whole: str) -> str:
    """Return the first 7 letters, with the `+` of changed files; '-' when unknown."""
    return whole[:LETTERS_OF_COMMIT] + ("+" if whole.endswith("+") else "") if whole else "-"


def commits(record: ReleaseRecord) -> str:
    """Return the commits of what moved, each once, in the order of their functions."""
    found = (record.image.get(function, {}).get(region) for function, region in record.moved)
    return ", ".join(dict.fromkeys(commit(each.commit) for each in found if each)) or "-"


def functions(record: ReleaseRecord) -> str:
    """Return the functions that moved: all by name when they are few."""
    return _some(record.functions, NAMES_SHOWN) or "none"


def regions(record: ReleaseRecord) -> str:
    """Return the regions in which something moved: how many when they are many."""
    found = record.regions
    return plural(len(found), "region") if len(found) > REGIONS_SHOWN else ", ".join(found) or "-"


def _some(names: Sequence[str], at_most: int) -> str:
    more = len(names) - at_most
    shown = ", ".join(names[:at_most])
    return f"{shown} and {more} more" if more > 0 else shown
