from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.promotion_model.commands import JOURNAL, app, documents
from tests.promotion_model.process import Died, Process
from tests.unit.promotion.conftest import World

from sam_deploy.history import ReleaseRecord, Releases, ServedVersion
from sam_deploy.promotion import records
from sam_deploy.promotion.model import Version

names = st.sampled_from(("Api", "Worker"))
regions = st.sampled_from(("eu-west-1", "us-east-1"))
numbers = st.sampled_from(("1", "2"))
served = st.builds(ServedVersion, numbers, numbers)
images = st.dictionaries(names, st.dictionaries(regions, served))


@given(images, st.dictionaries(st.tuples(regions, names), st.builds(Version, numbers)))
def test_a_merged_image_has_what_is_new_and_keeps_the_rest(
    image: dict[str, dict[str, ServedVersion]], new: dict[tuple[str, str], Version]
) -> None:
    """A release of one function tells of all; what it is merged into stays as it was."""
    before = {function: dict(places) for function, places in image.items()}
    merged = records.merged(image, new)
    assert before == image
    for (region, function), version in new.items():
        assert version.number == merged[function][region].version
    for function, places in image.items():
        for region, found in places.items():
            if (region, function) not in new:
                assert found == merged[function][region]


def releases(world: World, environment: str = "prod") -> list[ReleaseRecord]:
    """All records, the oldest first."""
    store = Releases(documents(Process("reader", world.cloud)), app().name)
    return list(reversed(store.newest_first(environment, 99)))


def test_the_first_promotion_records_what_it_found(world: World) -> None:
    """So that it can be gone back to; the second one need not."""
    assert world.somebody().promote("prod").error is None
    assert [("prod-1", "found"), ("prod-2", "promote")] == [(e.id, e.act) for e in releases(world)]
    found, promoted = releases(world)
    assert {"1"} == {v.version for places in found.image.values() for v in places.values()}
    assert {"2"} == {v.version for places in promoted.image.values() for v in places.values()}
    assert 4 == len(promoted.moved)
    assert world.somebody().promote("staging").error is None
    assert world.somebody().promote("prod").error is None
    assert "promote" == releases(world)[-1].act
    assert 3 == len(releases(world))


def test_what_was_moved_by_other_means_is_recorded_as_found(world: World) -> None:
    """The image says what was there really."""
    assert world.somebody().promote("prod").error is None
    world.cloud.point(("us-east-1", "ApiFunction", "prod"), "3")
    assert world.somebody().promote("prod").error is None
    found = releases(world)[2]
    assert ("found", "3") == (found.act, found.image["ApiFunction"]["us-east-1"].version)


def test_a_release_of_one_function_tells_of_all(world: World) -> None:
    """And which of them moved."""
    assert world.somebody().promote("prod", ("Api",)).error is None
    record = releases(world)[-1]
    assert {"ApiFunction"} == set(record.functions)
    assert "2" == record.image["ApiFunction"]["eu-west-1"].version
    for each in releases(world):
        assert {"eu-west-1", "us-east-1"} == set(each.image["WorkerFunction"])
        assert "1" == each.image["WorkerFunction"]["us-east-1"].version


def test_what_an_earlier_version_left_out_is_put_on_record(world: World) -> None:
    """As it is found, so that the release after it can be taken back for all functions."""
    store = Releases(documents(Process("earlier", world.cloud)), app().name)
    image = {"ApiFunction": dict.fromkeys(("eu-west-1", "us-east-1"), ServedVersion("1", ""))}
    store.add(
        ReleaseRecord(
            environment="prod", act="found", made="", who="", host="", promotion="x", image=image
        )
    )
    assert world.somebody().promote("prod", ("Api",)).error is None
    _, found, promoted = releases(world)
    assert ("found", "promote") == (found.act, promoted.act)
    assert {"ApiFunction", "WorkerFunction"} == set(found.image) == set(promoted.image)
    assert world.somebody().rollback("prod").error is None
    assert {"1"} == world.serves()


def test_drift_of_what_is_not_moved_stays_to_be_seen(world: World) -> None:
    """A release of one function does not make the others' aliases right."""
    assert world.somebody().promote("prod").error is None
    world.cloud.point(("us-east-1", "WorkerFunction", "prod"), "3")
    assert world.somebody().promote("staging").error is None
    assert world.somebody().promote("prod", ("Api",)).error is None
    assert "2" == releases(world)[-1].image["WorkerFunction"]["us-east-1"].version


def test_what_cannot_be_read_beside_a_release_does_not_hold_it_up(world: World) -> None:
    """The next one that finds it puts it on record."""
    place = ("us-east-1", "WorkerFunction", "prod")
    gone = world.cloud.aliases.pop(place)
    assert world.somebody().promote("prod", ("Api",)).error is None
    assert {"eu-west-1"} == set(releases(world)[-1].image["WorkerFunction"])
    world.cloud.aliases[place] = gone
    assert world.somebody().promote("prod").error is None
    assert {"eu-west-1", "us-east-1"} == set(releases(world)[-2].image["WorkerFunction"])


def test_a_number_that_somebody_else_has_taken_is_left_to_them(world: World) -> None:
    """The journal then names the next one, before it is written."""
    with pytest.raises(Died):
        world.unlucky("GetAlias", "dies before").promote("prod")
    taken = ReleaseRecord(
        environment="prod", act="deploy", made="", who="", host="", promotion="x", image={}
    )
    store = Releases(documents(Process("other", world.cloud)), app().name)
    assert "prod-2" == store.add(taken).id
    again = world.somebody()
    again.unlock()
    came = again.resume()
    assert came is not None
    assert came.error is None, came.error
    assert ["found", "deploy", "promote"] == [each.act for each in releases(world)]
    assert b'"release": "prod-3"' in world.cloud.documents[JOURNAL]
