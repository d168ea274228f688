"""What differs between two releases."""

from __future__ import annotations

from sam_deploy.cli.ui.differences import between
from sam_deploy.history import ReleaseRecord, ServedVersion


def record(number: int, image: dict[str, dict[str, ServedVersion]]) -> ReleaseRecord:
    """A release of prod."""
    return ReleaseRecord(
        id=f"prod-{number}",
        number=number,
        environment="prod",
        act="promote",
        made="2026-01-02T03:04:05Z",
        who="ops",
        host="desk",
        promotion="0123456789ab",
        image=image,
    )


def test_what_differs_comes_first() -> None:
    """Version, commit and code, in each region by itself; what came and what went."""
    same = ServedVersion("1", "code", "c1")
    old = record(1, {"Api": {"eu": same, "us": same}, "Gone": {"eu": same}})
    new = record(
        2, {"Api": {"eu": same, "us": ServedVersion("2", "other", "c1")}, "New": {"eu": same}}
    )
    found = between(old, new)
    assert ("prod-1", "prod-2") == (found["from"]["id"], found["to"]["id"])
    rows = [(each["function"], each["region"], each["changed"]) for each in found["functions"]]
    assert [
        ("Api", "us", ["version", "code"]),
        ("Gone", "eu", ["version"]),
        ("New", "eu", ["version"]),
        ("Api", "eu", []),
    ] == rows
    by_name = {each["function"]: each for each in found["functions"]}
    assert (None, None) == (by_name["New"]["from"], by_name["Gone"]["to"])
