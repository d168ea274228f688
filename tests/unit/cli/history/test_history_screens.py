"""What `history`, `release show` and `audit` say of what they have read."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.promotion_model.commands import app

from sam_deploy.cli.history import reading, screens, words
from sam_deploy.cli.options import program
from sam_deploy.errors import ConfigError
from sam_deploy.history import Link, ReleaseRecord, ServedVersion, Verdict
from sam_deploy.release import Served

HERE, THERE = "eu-west-1", "us-east-1"
NOON = 1_795_867_200.0
"""2026-11-28T12:00:00Z."""
COMMIT, OTHER = "1a2b3c4d5e6f7890aaaabbbbccccddddeeeeffff", "9" * 40 + "+"
OLD = ServedVersion("6", "aGVsbG8gd29ybGQ=", COMMIT)
NEW = ServedVersion("7", "Z29vZCBieWU=", OTHER)
FIRST = ReleaseRecord(
    id="prod-1",
    number=1,
    environment="prod",
    act="promote",
    made="2026-11-25T12:00:00Z",
    who="arn:aws:sts::123456789012:assumed-role/Deployer/ann",
    host="laptop",
    source="staging",
    digest="ab" * 32,
    promotion="0123456789ab",
    approval="code to ops@example.com",
    image={"ApiFunction": {HERE: OLD, THERE: OLD}, "OldFunction": {HERE: OLD}},
    moved=(("ApiFunction", HERE), ("ApiFunction", THERE), ("OldFunction", HERE)),
)
SECOND = replace(
    FIRST,
    id="prod-2",
    number=2,
    made="2026-11-28T11:57:00Z",
    image={"ApiFunction": {HERE: NEW, THERE: OLD}, "NewFunction": {HERE: NEW}},
    moved=(("ApiFunction", HERE), ("NewFunction", HERE)),
    left_out=(THERE,),
    note="as announced",
)
DEPLOYED = ReleaseRecord(
    id="dev-1",
    number=1,
    environment="dev",
    act="deploy",
    made="2026-11-27T11:00:00Z",
    who="arn:aws:iam::123456789012:root",
    host="laptop",
    promotion="ba9876543210",
    image={"ApiFunction": {HERE: NEW, THERE: NEW}},
    moved=(("ApiFunction", HERE), ("ApiFunction", THERE)),
)
RELEASES = {"dev": (DEPLOYED,), "prod": (SECOND, FIRST)}


def served(environment: str, here: str, there: str, new: str = "7") -> tuple[Served, ...]:
    def one(region: str, version: str, name: str = "Api") -> Served:
        return Served(name, "core", region, environment, version, function_name=f"{name}Function")

    return one(HERE, here), one(THERE, there), one(HERE, new, "New"), one(HERE, "6", "Old")


def told(*found: Served, limit: int = 20) -> reading.Told:
    return reading.tell(("dev", "staging", "prod"), RELEASES, found, limit)


def test_what_is_served_as_its_newest_release_says_is_live() -> None:
    """Each environment by itself; one without releases has none."""
    found = told(*served("dev", "7", "7"), *served("prod", "7", "6"))
    assert ({"dev": "dev-1", "prod": "prod-2"}, ()) == (found.live, found.drifts)
    assert ["prod-2", "dev-1", "prod-1"] == [each.id for each in found.records]


def test_an_environment_that_was_led_back_by_hand_is_told() -> None:
    """The release that it serves is live, and where it differs from the newest is said."""
    found = told(*served("dev", "7", "7"), *served("prod", "6", "6"))
    assert {"dev": "dev-1", "prod": "prod-1"} == found.live
    text = screens.history_text(found, NOON)
    assert (
        "prod does not serve what prod-2 has put there:\n"
        f"  ApiFunction in {HERE} serves version 6; on record is 7"
    ) in text
    assert "dev does not serve" not in text


@pytest.mark.parametrize(
    ("record", "way"),
    [
        (SECOND, "promote prod"),
        (replace(SECOND, act="rollback", source="prod-1"), "rollback prod --to prod-1"),
        (replace(SECOND, act="rollback", source="prod-1", left_out=()), "promote prod"),
    ],
)
def test_a_region_that_was_left_out_is_told_with_the_way_on(
    record: ReleaseRecord, way: str
) -> None:
    """It is live as it was put on record, and yet not the same everywhere."""
    (line,) = reading.apart(app(), {"prod": record}, served("prod", "7", "6"))
    assert (
        f"prod serves other code of ApiFunction in {HERE} than in {THERE}, since prod-2:\n"
        f"  `{program()} {way}` ends that"
    ) == line
    text = screens.history_text(replace(told(*served("prod", "7", "6")), apart=(line,)), NOON)
    assert text.endswith(line)


def test_no_release_is_live_when_none_is_served() -> None:
    """A version that nothing on record has; long lists are cut."""
    found = told(*served("dev", "9", "9"), *served("prod", "9", "9"))
    assert ({}, 4) == (found.live, len(found.drifts))
    many = replace(found, drifts=found.drifts[2:3] * 40)
    assert "and 28 more" in screens.history_text(many, NOON)


def test_history_is_a_row_for_each_release_the_newest_first() -> None:
    """When and how long ago, what was done, what moved where, who, which commit, what is live."""
    text = screens.history_text(told(*served("dev", "7", "7"), *served("prod", "7", "6")), NOON)
    _, _, *rows = text.splitlines()
    assert [
        (
            "prod-2 2026-11-28 11:57 3 minutes ago promoted from staging, without us-east-1 "
            "ApiFunction, NewFunction eu-west-1 Deployer/ann 9999999+ live"
        ),
        (
            "dev-1 2026-11-27 11:00 1 day ago deployed ApiFunction eu-west-1, us-east-1 root "
            "9999999+ live"
        ),
        (
            "prod-1 2026-11-25 12:00 3 days ago promoted from staging ApiFunction, OldFunction "
            "eu-west-1, us-east-1 Deployer/ann 1a2b3c4"
        ),
    ] == [" ".join(row.split()) for row in rows]


def test_no_more_releases_are_shown_than_asked_for() -> None:
    """What is live is found among all that were read."""
    found = told(*served("prod", "6", "6"), limit=1)
    assert (["prod-2"], "prod-1") == ([each.id for each in found.records], found.live["prod"])


def test_history_as_json_tells_what_is_live_and_drift() -> None:
    """An environment without a live release has null."""
    found = told(*served("dev", "9", "7"), *served("prod", "7", "6"))
    answer = json.loads(screens.history_json(found))
    assert {"dev": None, "staging": None, "prod": "prod-2"} == answer["live"]
    assert [("dev", "ApiFunction", HERE, "7", "9")] == [
        (each["environment"], each["function"], each["region"], each["recorded"], each["version"])
        for each in answer["drift"]
    ]
    assert ["prod-2", "dev-1", "prod-1"] == [each["id"] for each in answer["releases"]]
    assert answer["not_compared"] is None


def test_a_region_that_is_silent_hides_no_release() -> None:
    """What was released is shown, and why nothing is said to be live."""
    found = replace(told(), live={}, drifts=(), unread="us-east-1 does not answer")
    assert "what is served was not compared: us-east-1 does not answer" in (
        screens.history_text(found, NOON)
    )
    assert "us-east-1 does not answer" == json.loads(screens.history_json(found))["not_compared"]


def test_a_release_is_shown_against_the_one_before() -> None:
    """Each function in each region: version, commit, code; and what it was before."""
    text = screens.release_text(SECOND, FIRST, NOON)
    head, _, table = text.partition("\n\n")
    assert [
        "prod-2: promoted from staging, without us-east-1, 2026-11-28 11:57 UTC, 3 minutes ago",
        "  who: arn:aws:sts::123456789012:assumed-role/Deployer/ann on laptop",
        "  approval: code to ops@example.com",
        f"  plan: {'ab' * 32}",
        "  left out: us-east-1",
        "  note: as announced",
    ] == head.splitlines()
    assert [
        "ApiFunction eu-west-1 7 9999999+ Z29vZCBi version 6, 1a2b3c4, aGVsbG8g",
        "ApiFunction us-east-1 6 1a2b3c4 aGVsbG8g the same",
        "NewFunction eu-west-1 7 9999999+ Z29vZCBi new",
        "",
        "no longer there: OldFunction in eu-west-1",
    ] == [" ".join(row.split()) for row in table.splitlines()[2:]]


def test_a_first_release_has_nothing_before_it() -> None:
    """All of it is new; the same code under another number is told as such."""
    assert screens.release_text(FIRST, None, NOON).count(" new") == 3
    again = replace(SECOND, image={"ApiFunction": {HERE: replace(OLD, version="8")}})
    assert "version 6, 1a2b3c4, aGVsbG8g (the same code)" in (
        screens.release_text(again, FIRST, NOON)
    )
    assert "prod-1" == json.loads(screens.release_json(SECOND, FIRST))["before"]
    assert json.loads(screens.release_json(FIRST, None))["before"] is None


LINK = Link(
    number=4,
    time="2026-11-28T11:57:00.125Z",
    event="deployed",
    facts={"release": "dev-1", "commit": COMMIT, "moved": [["A", "eu"]], "left_out": [], "x": None},
    who="arn:aws:iam::123456789012:user/ann",
    host="laptop",
    previous="",
    app="shop",
    id="0",
    sha256="cd" * 32,
)


def test_events_are_a_row_each() -> None:
    """Hashes are cut, lists are counted, what is empty is left out."""
    row = screens.events_text([LINK]).splitlines()[2]
    assert "4 2026-11-28 11:57:00 deployed release=dev-1 commit=1a2b3c4d5e6f moved=1 ann" == (
        " ".join(row.split())
    )
    (answer,) = json.loads(screens.events_json([LINK]))
    assert (4, dict(LINK.facts)) == (answer["number"], answer["facts"])


def test_a_verdict_tells_how_far_the_audit_goes() -> None:
    """First and last event, and the hash by which the end can be told again later."""
    text = screens.verdict_text(Verdict(4, LINK, LINK, records={"dev-1": "ab"}))
    assert text.startswith("4 events, each as it was written")
    assert f"sha256 {'cd' * 32}" in text
    assert "1 release, as the audit tells" in text
    assert "pointer" not in text
    assert "is missing" in screens.verdict_text(Verdict(4, LINK, LINK, pointed=False))
    assert "nothing is on record yet" in screens.verdict_text(Verdict(0, None, None))
    answer = json.loads(screens.verdict_json(Verdict(0, None, None, pointed=False)))
    assert (True, 0, None) == (answer["intact"], answer["events"], answer["last_sha256"])


@pytest.mark.parametrize(
    ("made", "text"),
    [
        ("2026-11-28T11:59:30Z", "just now"),
        ("2026-11-28T12:00:30Z", "just now"),
        ("2026-11-28T11:58:59Z", "1 minute ago"),
        ("2026-11-28T09:59:59Z", "2 hours ago"),
        ("2025-11-28T12:00:00Z", "365 days ago"),
        ("yesterday", ""),
    ],
)
def test_ages_are_told_in_one_unit(made: str, text: str) -> None:
    """A clock that is behind makes no negative age."""
    assert text == words.age(made, NOON)


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:iam::123456789012:user/ann", "ann"),
        ("arn:aws:sts::123456789012:assumed-role/CI/run-7", "CI/run-7"),
        ("arn:aws:iam::123456789012:root", "root"),
        ("123456789012", "123456789012"),
    ],
)
def test_people_are_named_by_the_end_of_their_arn(arn: str, name: str) -> None:
    """With the role, where there is one."""
    assert name == words.person(arn)


def test_many_names_are_counted() -> None:
    """Three functions by name and two regions; a release that moved nothing says none."""
    places = tuple((f"F{n}", f"r{n}") for n in range(5))
    many = replace(FIRST, moved=places)
    assert ("F0, F1, F2 and 2 more", "5 regions") == (words.functions(many), words.regions(many))
    assert ("none", "-", "-") == (
        words.functions(replace(FIRST, moved=())),
        words.regions(replace(FIRST, moved=())),
        words.commits(replace(FIRST, moved=())),
    )


def test_acts_are_told_as_sentences() -> None:
    """A rollback names the release that it went back to."""
    back = replace(FIRST, act="rollback", source="prod-9")
    assert ("rolled back to prod-9", "deployed") == (words.act(back), words.act(DEPLOYED))


def test_only_environments_of_the_app_are_asked_for() -> None:
    """All without a name; a name that is none says which there are."""

    class _App:
        environments = (type("E", (), {"name": "dev"}), type("E", (), {"name": "prod"}))

    app: Any = _App()
    assert (("dev", "prod"), ("prod",)) == (
        reading.environments(app, None),
        reading.environments(app, "prod"),
    )
    with pytest.raises(ConfigError, match="There is no environment `live`"):
        reading.environments(app, "live")


@pytest.mark.parametrize(
    ("environment", "released", "command"),
    [
        (None, (), "deploy"),
        ("dev", (), "deploy"),
        ("prod", (), "deploy"),
        ("prod", ("dev",), "promote staging"),
        ("prod", ("dev", "staging"), "promote prod"),
        ("staging", ("dev",), "promote staging"),
    ],
)
def test_what_brings_a_first_release_is_the_next_step_of_its_chain(
    environment: str | None, released: tuple[str, ...], command: str
) -> None:
    """A deployment never releases to prod, and nothing is promoted from where nothing is."""
    chain = (("dev", None), ("staging", "dev"), ("prod", "staging"))
    app: Any = type(
        "_App",
        (),
        {
            "environments": tuple(
                type("E", (), {"name": name, "promote_from": source}) for name, source in chain
            )
        },
    )
    releases: Any = type(
        "_Releases", (), {"latest": lambda name: FIRST if name in released else None}
    )
    assert command == reading.first_release(app, environment, releases)
