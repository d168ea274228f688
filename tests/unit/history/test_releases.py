"""The records of releases: numbered one after the other, whoever writes at the same time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sam_deploy.errors import RefusedError, UnreachableError
from sam_deploy.history import ReleaseRecord, Releases, ServedVersion
from sam_deploy.history.releases import differing

Bucket = Any
"""The bucket of the conftest, in memory."""
ONE = ServedVersion("1", "aGFzaA==", "1a2b3c4d5e6f")
TWO = ServedVersion("2", "b3RoZXI=", "2b3c4d5e6f7a+")


def record(promotion: str = "0123456789ab", environment: str = "prod") -> ReleaseRecord:
    """A promotion that is not on record yet."""
    return ReleaseRecord(
        environment=environment,
        act="promote",
        made="2026-11-28T12:00:00Z",
        who="arn:aws:iam::123456789012:user/ann",
        host="laptop",
        source="staging",
        digest="ab" * 32,
        promotion=promotion,
        approval="code to ops@example.com",
        image={"ApiFunction": {"eu-west-1": TWO, "us-east-1": ONE}},
        moved=(("ApiFunction", "eu-west-1"),),
        left_out=("us-east-1",),
        note="as announced",
    )


def added(bucket: Bucket, count: int, environment: str = "prod") -> Releases:
    releases = Releases(bucket, "shop")
    for number in range(count):
        releases.add(record(f"{number:012}", environment))
    return releases


def test_a_release_is_read_as_it_was_written(bucket: Bucket) -> None:
    """With its number and id; by whoever asks for the latest, or for it by its id."""
    made = Releases(bucket, "shop").add(record())
    assert replace(record(), number=1, id="prod-1") == made
    fresh = Releases(bucket, "shop")
    assert (made, made) == (fresh.latest("prod"), fresh.find("prod-1"))
    assert ["releases/shop/prod/000001.json"] == list(bucket.documents)


def test_the_hash_of_a_record_is_that_of_what_is_stored(bucket: Bucket) -> None:
    """So the audit can tell when a record was changed."""
    made = Releases(bucket, "shop").add(record())
    assert made.sha256 == Releases(bucket, "shop").find("prod-1").sha256
    assert made.sha256 != replace(made, note="other").sha256


def test_a_release_costs_one_call_more_than_looking_at_the_latest(bucket: Bucket) -> None:
    """A list and the record itself, then the new one."""
    added(bucket, 3)
    bucket.calls.clear()
    releases = Releases(bucket, "shop")
    assert "prod-3" == getattr(releases.latest("prod"), "id", "")
    assert "prod-4" == releases.add(record()).id
    assert ["keys", "read", "create"] == bucket.calls


def test_the_latest_is_looked_for_each_time(bucket: Bucket) -> None:
    """What others have added since is seen; there is no pointer that could be old."""
    mine, theirs = Releases(bucket, "shop"), Releases(bucket, "shop")
    assert mine.latest("prod") is None
    theirs.add(record())
    assert "prod-1" == getattr(mine.latest("prod"), "id", "")


def test_each_environment_has_numbers_of_its_own(bucket: Bucket) -> None:
    """An environment's name may hold a dash."""
    added(bucket, 2), added(bucket, 1, "pre-prod")
    releases = Releases(bucket, "shop")
    assert ("pre-prod", "prod") == releases.environments()
    assert ("pre-prod", 1) == (
        releases.find("pre-prod-1").environment,
        releases.find("pre-prod-1").number,
    )


def test_of_two_writers_both_get_a_number(bucket: Bucket) -> None:
    """The one who was slower takes the next."""
    mine, theirs = added(bucket, 1), Releases(bucket, "shop")
    theirs.add(record("bbbbbbbbbbbb"))
    assert "prod-3" == mine.add(record("aaaaaaaaaaaa")).id
    assert ["aaaaaaaaaaaa", "bbbbbbbbbbbb", "000000000000"] == [
        each.promotion for each in mine.newest_first("prod", 9)
    ]


def test_the_same_promotion_is_on_record_once(bucket: Bucket) -> None:
    """Whoever goes on with it, after a kill, finds the record that was made before."""
    first = Releases(bucket, "shop").add(record())
    assert first == Releases(bucket, "shop").add(record())
    undone = replace(record(), act="rollback", source="prod-0")
    assert "prod-2" == Releases(bucket, "shop").add(undone).id


@pytest.mark.parametrize("arrived", [True, False])
def test_a_lost_answer_is_looked_into(bucket: Bucket, *, arrived: bool) -> None:
    """A record that arrived is ours; one that did not is an error, and leaves nothing."""

    def lose(call: str, _key: str) -> None:
        if call == "create":
            raise UnreachableError("no answer")

    if arrived:
        bucket.after = lose
        assert "prod-1" == Releases(bucket, "shop").add(record()).id
        return
    bucket.before = lose
    with pytest.raises(UnreachableError):
        Releases(bucket, "shop").add(record())
    assert {} == bucket.documents


def test_one_who_is_always_late_gives_up(bucket: Bucket) -> None:
    """After a hundred refusals in a row it says so, instead of trying for ever."""
    inside = [False]

    def overtake(call: str, _key: str) -> None:
        if call == "create" and not inside[0]:
            inside[0] = True
            Releases(bucket, "shop").add(record(f"{len(bucket.documents):012}"))
            inside[0] = False

    bucket.before = overtake
    with pytest.raises(RefusedError, match="could not be put on record"):
        Releases(bucket, "shop").add(record())


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("prod-9", "`prod-2`, `prod-3`, `prod-4`"),
        ("prod-0", "`prod-1`, `prod-2`, `prod-3`"),
        ("prod-", "`prod-1`, `prod-2`, `prod-3`"),
        ("prod-01", "`prod-1`, `prod-2`, `prod-3`"),
        ("12", "`dev-1`, `prod-4`"),
        ("staging-1", "`dev-1`, `prod-4`"),
        ("../prod-1", "`dev-1`, `prod-4`"),
        ("prod-12345678901", "`prod-2`, `prod-3`, `prod-4`"),
    ],
)
def test_an_id_that_does_not_exist_names_those_that_do(
    bucket: Bucket, asked: str, near: str
) -> None:
    """The nearest of its environment; else the newest of each."""
    added(bucket, 4), added(bucket, 1, "dev")
    with pytest.raises(RefusedError, match="There is no release") as caught:
        Releases(bucket, "shop").find(asked)
    assert f"the nearest are {near}" == caught.value.why


def test_before_the_first_release_there_is_nothing(bucket: Bucket) -> None:
    """Neither a latest nor a list; an id says that nothing is on record."""
    releases = Releases(bucket, "shop")
    assert (None, (), ()) == (
        releases.latest("prod"),
        releases.newest_first("prod", 5),
        releases.environments(),
    )
    with pytest.raises(RefusedError, match="nothing is on record yet"):
        releases.find("prod-1")


def test_the_newest_come_first_and_no_more_than_asked_for(bucket: Bucket) -> None:
    """Read from the end: what is older is not read at all."""
    releases = added(bucket, 9)
    bucket.calls.clear()
    assert ["prod-9", "prod-8", "prod-7"] == [
        each.id for each in Releases(bucket, "shop").newest_first("prod", 3)
    ]
    assert 4 == len(bucket.calls)
    assert 9 == len(releases.newest_first("prod", 100))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"schema": 9}', b'{"schema": 1}'])
def test_a_record_that_cannot_be_read_is_told(bucket: Bucket, body: bytes) -> None:
    """With its id and where it lies; nothing is guessed from it."""
    added(bucket, 1)
    bucket.documents["releases/shop/prod/000001.json"] = body
    with pytest.raises(RefusedError, match="`prod-1` cannot be read") as caught:
        Releases(bucket, "shop").latest("prod")
    assert "releases/shop/prod/000001.json" in caught.value.why


def test_a_record_in_the_place_of_another_is_told(bucket: Bucket) -> None:
    """A copy under another number is not taken for a release."""
    added(bucket, 2)
    documents = bucket.documents
    documents["releases/shop/prod/000002.json"] = documents["releases/shop/prod/000001.json"]
    with pytest.raises(RefusedError, match="tells of `prod-1`"):
        Releases(bucket, "shop").latest("prod")


def test_what_differs_between_two_images_is_told_by_place() -> None:
    """Another version, other code under the same number, and what is new; commits do not count."""
    before = {"Api": {"eu": ONE, "us": ONE}, "Gone": {"eu": ONE}}
    other_words = ServedVersion("1", ONE.code_sha256, "")
    made_anew = ServedVersion("1", "bmV3", "")
    after = {"Api": {"eu": TWO, "us": other_words, "ap": ONE}, "New": {"eu": made_anew}}
    assert (("Api", "ap"), ("Api", "eu"), ("New", "eu")) == differing(before, after)
    assert (("Api", "eu"),) == differing({"Api": {"eu": ONE}}, {"Api": {"eu": made_anew}})


def test_a_record_tells_functions_and_regions_that_moved() -> None:
    """Each once, sorted."""
    made = replace(record(), moved=(("B", "us"), ("A", "us"), ("B", "eu")))
    assert (("A", "B"), ("eu", "us")) == (made.functions, made.regions)


def test_a_release_is_kept_under_a_number_that_was_decided_before(bucket: Bucket) -> None:
    """Whoever keeps it, and however often: what was kept first is what there is."""
    releases = added(bucket, 2)
    number = releases.following("prod")
    first = releases.keep(record("0f"), number)
    assert (3, "prod-3") == (number, first.id if first else "")
    other = Releases(bucket, "shop")
    assert first == other.keep(replace(record("0f"), who="somebody else"), number)
    assert first == other.latest("prod")
    assert 4 == other.following("prod")
    assert 3 == len(bucket.documents)


def test_a_number_that_is_anothers_is_not_taken(bucket: Bucket) -> None:
    """Of another promotion, or of what that found: nothing is written, nothing is skipped."""
    releases = added(bucket, 2)
    assert releases.keep(record("0f"), 2) is None
    found = replace(record("000000000001"), act="found")
    assert releases.keep(found, 2) is None
    assert 2 == len(bucket.documents)
    assert 1 == Releases(bucket, "other").following("prod")
