from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.promotion_model.commands import JOURNAL, documents
from tests.promotion_model.process import Fault, Process
from tests.unit.promotion.conftest import World

from sam_deploy.aws import UnansweredError
from sam_deploy.deploy import journal as journals
from sam_deploy.deploy import promotions
from sam_deploy.deploy.journal import Entry, Read
from sam_deploy.deploy.owner import Owner
from sam_deploy.errors import RefusedError
from sam_deploy.promotion import book as books
from sam_deploy.promotion.book import Book, SupersededError
from sam_deploy.promotion.model import ReleasePlan


def owner(name: str) -> Owner:
    """The same person at the same computer; each process has an id of its own."""
    return Owner(name, "resume", "arn:ops", "laptop", "", 1, 0.0, "2026-01-02T03:04:05Z")


def book_of(world: World, entry: Entry, before: Read, fault: Fault = "") -> Book:
    """A book whose first write has this fault."""

    def fate(number: int, call: str, *, writes: bool) -> Fault:
        del number
        nonlocal fault
        now, fault = (fault, "") if writes and call.startswith("PutObject") else ("", fault)
        return now  # type: ignore[return-value]

    process = Process(entry.writer, world.cloud, fate, trace=world.trace)
    return Book(documents(process), "shop", before, entry)


def there(world: World) -> Read:
    """The journal as it lies there."""
    return journals.read(documents(Process("reader", world.cloud)), journals.release_name("shop"))


def test_a_promotion_is_on_record_from_its_first_phase_to_its_end(
    world: World, plan: ReleasePlan
) -> None:
    """Open, then done; what was noted stays."""
    entry = books.begin(owner("a"), Entry(epoch=6), plan)
    assert ("a", 7, "promote", "review", plan.key) == (
        entry.id, entry.epoch, entry.kind, entry.state, entry.manifest,
    )  # fmt: skip
    book = book_of(world, entry, Read())
    book.phase("flipping", approval="file of ops")
    assert there(world).entry.is_open
    book.note(found="prod-1")
    book.phase("committed", release="prod-2")
    assert "only the record is missing" in promotions.progress(book.entry)
    book.close("committed")
    found = there(world).entry
    assert not found.is_open
    assert {
        "phase": "committed", "outcome": "committed", "found": "prod-1", "release": "prod-2",
        "approval": "file of ops", "guarded": "",
    } == found.release  # fmt: skip
    assert "sd:a:7:fence" == str(book.mark("fence"))


def test_who_goes_on_is_in_the_next_epoch_of_the_same_promotion(plan: ReleasePlan) -> None:
    """It keeps its id, and says who goes on now."""
    left = books.begin(owner("a"), Entry(), plan)
    taken = books.take_over(owner("b"), left)
    assert ("a", 2, "b") == taken.attempt


@pytest.mark.fault(5)
def test_of_two_who_go_on_at_once_one_does(world: World, plan: ReleasePlan) -> None:
    """Fault 5: the same person in the same second, on a lock that was taken: one epoch, one owner.

    Both have read the same state. Who comes second is told, and writes nothing any more.
    """
    begun = books.begin(owner("a"), Entry(), plan)
    book_of(world, begun, Read()).phase("flipping")
    before = there(world)
    one = book_of(world, books.take_over(owner("b"), before.entry), before)
    other = book_of(world, books.take_over(owner("c"), before.entry), before)
    one.note()
    with pytest.raises(SupersededError, match="superseded by `resume` by arn:ops on laptop"):
        other.note()
    one.phase("returning", cause="aborted")
    one.close("returned")
    with pytest.raises(SupersededError):
        other.phase("committed")
    assert "returned" == there(world).entry.release["outcome"]


@pytest.mark.parametrize("fault", ["lost", "lost for good"])
def test_a_write_whose_answer_is_lost_counts(world: World, plan: ReleasePlan, fault: Fault) -> None:
    """The SDK's second try is refused, or there is no answer at all: it is read back."""
    book = book_of(world, books.begin(owner("a"), Entry(), plan), Read(), fault)
    book.phase("flipping")
    book.close("returned")
    assert "returned" == there(world).entry.release["outcome"]


def test_a_write_that_never_arrives_is_an_error(world: World, plan: ReleasePlan) -> None:
    """And the next one is ours again."""
    book = book_of(world, books.begin(owner("a"), Entry(), plan), Read(), "unsent")
    with pytest.raises(UnansweredError):
        book.phase("flipping")
    assert Read() == there(world)
    book.phase("flipping")
    assert there(world).entry.is_open


def test_the_plan_lies_beside_the_journal(world: World, plan: ReleasePlan) -> None:
    """`resume` needs nothing else; keeping it twice is the same as once."""
    store = documents(Process("p", world.cloud))
    books.keep(store, plan)
    books.keep(store, plan)
    entry = books.begin(owner("a"), Entry(), plan)
    assert plan == books.kept(store, entry)


def test_a_plan_that_is_gone_or_changed_is_refused(world: World, plan: ReleasePlan) -> None:
    """What was agreed to is carried out, or nothing."""
    store = documents(Process("p", world.cloud))
    entry = books.begin(owner("a"), Entry(), plan)
    with pytest.raises(RefusedError, match="The plan of the unfinished promotion is gone"):
        books.kept(store, entry)
    world.cloud.documents[plan.key] = plan.with_nonce("4567").written()
    with pytest.raises(RefusedError, match="was changed"):
        books.kept(store, entry)


def test_an_entry_of_an_earlier_version_is_read(world: World, plan: ReleasePlan) -> None:
    """It has no writer yet."""
    entry = json.loads(books.begin(owner("a"), Entry(), plan).written())
    del entry["writer"]
    world.cloud.documents[JOURNAL] = json.dumps(entry).encode()
    assert "" == there(world).entry.writer


def test_what_was_agreed_to_is_kept_beside_what_it_has_become(
    world: World, plan: ReleasePlan
) -> None:
    """Once versions have numbers it is another plan; who is asked again agrees to the first."""
    where = documents(Process("p", world.cloud))
    books.keep(where, plan)
    numbered = replace(plan, nonce="4567", agreed=plan.digest)
    assert plan == books.agreed(where, numbered)
    assert plan is books.agreed(where, plan)
    with pytest.raises(RefusedError, match="is gone"):
        books.agreed(where, replace(numbered, agreed="0123"))
