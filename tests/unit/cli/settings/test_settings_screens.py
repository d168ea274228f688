from __future__ import annotations

import json
from datetime import UTC, datetime

from sam_deploy.aws import SettingKind, Stored
from sam_deploy.cli.settings.settings_screens import (
    Difference,
    diff_json,
    diff_text,
    differences,
    list_json,
    list_text,
    missing_text,
)
from sam_deploy.cli.settings.settings_survey import Found

EAST, WEST = "us-east-1", "eu-west-1"
CANARY = "canary-on-a-screen"
WHEN = datetime(2026, 11, 20, 20, 15, tzinfo=UTC)


def found(
    name: str,
    environment: str,
    region: str,
    value: str | None = None,
    kind: SettingKind = "plain",
    *,
    declared: bool = True,
    read: bool = True,
    there: bool = True,
) -> Found:
    stored = Stored(f"/shop/{environment}/{name}", kind, WHEN, value) if there else None
    return Found(name, environment, region, stored, kind == "secret", declared, read)


SHOWN = (
    found("HOST", "dev", WEST, "a.example.com"),
    found("HOST", "dev", EAST, "b.example.com"),
    found("HOST", "prod", WEST, "example.com"),
    found("HOST", "prod", EAST, "example.com"),
    found("KEY", "dev", WEST, CANARY, "secret"),
    found("KEY", "dev", EAST, CANARY, "encrypted"),
    found("KEY", "prod", WEST, kind="secret", there=False),
    found("OLD", "dev", WEST, "x\ny" * 30, declared=False, read=False),
    found("SALT", "dev", WEST, CANARY, "secret", read=False),
)


def test_the_table_of_settings() -> None:
    """A row per value; regions that agree share one; hidden values are stars."""
    long = ("x\\ny" * 30)[:45] + "..."
    expected = [
        "setting environment kind value regions last modified",
        f"HOST dev plain a.example.com {WEST} 2026-11-20 20:15 UTC",
        f"HOST dev plain b.example.com {EAST} 2026-11-20 20:15 UTC",
        "HOST prod plain example.com all 2 2026-11-20 20:15 UTC",
        f"KEY dev secret *** {WEST} 2026-11-20 20:15 UTC",
        f"KEY dev encrypted *** {EAST} 2026-11-20 20:15 UTC",
        f"KEY prod secret - missing {WEST}",
        f"OLD dev plain, unused {long} {WEST} 2026-11-20 20:15 UTC",
        f"SALT dev secret, unused *** {WEST} 2026-11-20 20:15 UTC",
    ]
    lines = list_text(SHOWN).splitlines()

    assert expected == [" ".join(line.split()) for line in (lines[0], *lines[2:])]
    assert CANARY not in list_text(SHOWN)


def test_an_app_without_settings_says_so() -> None:
    """Instead of an empty table."""
    assert list_text(()).startswith("no settings")


def test_the_document_of_settings() -> None:
    """An object for each place; hidden values are null, also when they were read."""
    rows = json.loads(list_json(SHOWN))

    assert {
        "name": "HOST",
        "environment": "dev",
        "region": WEST,
        "kind": "plain",
        "declared": True,
        "missing": False,
        "value": "a.example.com",
        "modified": "2026-11-20T20:15:00+00:00",
    } == rows[0]
    assert [None, None, None] == [each["value"] for each in rows if each["name"] == "KEY"]
    assert [True] == [each["missing"] for each in rows if each["environment"] == "prod"][2:]
    assert CANARY not in list_json(SHOWN)


def test_missing_settings_in_a_sentence() -> None:
    """Regions of one setting together."""
    missing = [found("KEY", "prod", each, there=False) for each in (WEST, EAST)]
    assert f"`KEY` in prod ({WEST}, {EAST})" == missing_text(missing)


def test_a_secret_that_was_never_filled_is_missing() -> None:
    """It exists, and nobody can read anything from it."""
    stored = Stored("/shop/prod/KEY", "secret", WHEN, filled=False)
    assert Found("KEY", "prod", WEST, stored, secret=True).missing


def test_two_environments_are_compared_by_region() -> None:
    """What is missing in one, what differs, and where regions of one do not agree."""
    here = (
        found("A", "dev", WEST, "same"),
        found("A", "prod", WEST, "same"),
        found("B", "dev", WEST, CANARY, "secret"),
        found("B", "prod", WEST, f"{CANARY}2", "secret"),
        found("C", "dev", WEST, "x"),
        found("C", "prod", WEST, there=False),
        found("D", "dev", WEST, "x"),
        found("D", "dev", EAST, "y"),
        found("D", "prod", WEST, "z"),
        found("D", "prod", EAST, "z"),
        found("E", "dev", WEST, there=False),
        found("E", "prod", WEST, there=False),
    )
    different = differences(here, "dev", "prod")

    assert (
        Difference("B", "differs", "", (WEST,), "***", "***"),
        Difference("C", "missing", "prod", (WEST,)),
        Difference("D", "differs", "", (WEST,), "x", "z"),
        Difference("D", "differs", "", (EAST,), "y", "z"),
        Difference("D", "regions", "dev", (WEST, EAST)),
        Difference("E", "missing", "dev", (WEST,)),
        Difference("E", "missing", "prod", (WEST,)),
    ) == different
    text = diff_text(different, 5, "dev", "prod")
    assert "1 setting the same in dev and prod, in all regions" == text.splitlines()[-1]
    assert CANARY not in text + diff_json(different, "dev", "prod")


def test_secrets_that_are_the_same_do_not_differ() -> None:
    """They are compared although they are not shown."""
    same = (found("B", "dev", WEST, CANARY, "secret"), found("B", "prod", WEST, CANARY, "secret"))
    assert () == differences(same, "dev", "prod")
    assert "1 setting the same in dev and prod, in all regions" == diff_text((), 1, "dev", "prod")
