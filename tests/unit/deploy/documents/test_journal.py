"""What a deployment means to do is on record before it is done, and nobody writes over another."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sam_deploy.aws import Record, UnansweredError
from sam_deploy.deploy.journal import (
    Entry,
    Journal,
    OtherVersionError,
    PlaceEntry,
    Read,
    begin,
    key_of,
    manifest_key,
    read,
)
from sam_deploy.deploy.owner import Owner
from sam_deploy.errors import IncompleteError, RefusedError

Documents = Any
Owners = Callable[..., Owner]
KEY = "journal/shop.json"
MANIFEST = manifest_key("ab" * 32)
HERE, THERE = ("shop-sam", "eu-west-1"), ("shop-sam", "us-east-1")


class _Bench:
    """A journal that has begun, and the order in which things became durable."""

    def __init__(self, documents: Documents, owner: Owners) -> None:
        self.documents, self.owner = documents, owner
        self.kept = 0
        self.unanswered = 0
        """How often the manifest cannot be kept."""

    def begin(self, before: Read | None = None) -> Journal:
        """Go on with what was read, under a new id."""
        found = before if before is not None else read(self.documents, "shop")
        mine = begin(self.owner(), found.entry, "dev")
        return Journal(self.documents, "shop", found, mine, self.keep)

    def agreed(self) -> Journal:
        """Go on, and somebody has agreed to what is to be done here."""
        journal = self.begin()
        journal.intend([HERE])
        return journal

    def keep(self) -> str:
        """Store the manifest, as the artifact bucket does."""
        if self.unanswered:
            self.unanswered -= 1
            raise UnansweredError("no answer")
        self.kept += 1
        self.documents.calls.append("manifest")
        return MANIFEST

    @property
    def stored(self) -> Entry:
        """What somebody else would read now."""
        return read(self.documents, "shop").entry


@pytest.fixture
def bench(documents: Documents, owner: Owners) -> _Bench:
    """An app that was never deployed."""
    return _Bench(documents, owner)


def test_an_app_that_was_never_deployed_has_none(documents: Documents) -> None:
    """An empty entry, which is not open."""
    found = read(documents, "shop")
    assert (Entry(), "", False) == (found.entry, found.etag, found.entry.is_open)


def test_what_changes_nothing_writes_nothing(bench: _Bench, documents: Documents) -> None:
    """What is remembered meanwhile goes with the first step, and there was none."""
    journal = bench.begin()
    journal.layers("eu-west-1", {"a layer": "arn"})
    journal.abandon()
    assert not journal.begun
    assert (["read"], {}) == (documents.calls, documents.there)


def test_the_manifest_is_kept_before_the_first_intent(bench: _Bench, documents: Documents) -> None:
    """Whoever reads the intent can carry it out; it is kept once."""
    journal = bench.begin()
    journal.layers("eu-west-1", {"a layer": "arn"})
    journal.intend([HERE, THERE])
    assert (True, MANIFEST) == (bench.stored.is_open, bench.stored.manifest)
    journal.place(HERE, PlaceEntry("executing", "change-set", "token-1"))
    journal.place(HERE, PlaceEntry("done"))
    writes = [each for each in documents.calls if each != "read"]
    assert ["manifest", "create", "replace", "replace"] == writes
    assert (1, MANIFEST) == (bench.kept, bench.stored.manifest)
    assert {"shop-sam eu-west-1": "done", "shop-sam us-east-1": "to do"} == {
        name: each.state for name, each in bench.stored.places.items()
    }
    assert {"eu-west-1": {"a layer": "arn"}} == bench.stored.layers


def test_without_the_manifest_there_is_no_intent(bench: _Bench, documents: Documents) -> None:
    """It could not be stored: nothing is begun, and the next step tries again."""
    journal, bench.unanswered = bench.begin(), 1
    with pytest.raises(UnansweredError):
        journal.intend([HERE, THERE])
    assert {} == documents.there
    journal.place(THERE, PlaceEntry("executing"))
    assert ["to do", "executing"] == [each.state for each in bench.stored.places.values()]
    assert MANIFEST == bench.stored.manifest


def test_every_intent_is_durable_when_it_returns(bench: _Bench, documents: Documents) -> None:
    """Of many threads; those that meet share a write, and none is promised too early."""
    journal, start = bench.agreed(), threading.Barrier(24)
    early: list[str] = []

    def intend(number: int) -> None:
        place = (f"stack-{number}", "eu-west-1")
        start.wait()
        for state in ("executing", "deployed", "done"):
            journal.place(place, PlaceEntry(state, token=f"token-{number}"))  # type: ignore[arg-type] # three of them
            if bench.stored.place(place).state != state:
                early.append(f"{place} {state}")

    threads = [threading.Thread(target=intend, args=(number,)) for number in range(24)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [] == early
    assert 24 + 1 == len(bench.stored.places)
    assert 1 == documents.calls.count("create") == bench.kept
    assert documents.calls.count("replace") < 24 * 3


def test_a_deployment_that_ends_is_closed(bench: _Bench) -> None:
    """What is remembered of layers stays for the next one; places begin anew."""
    journal = bench.agreed()
    journal.layers("eu-west-1", {"a layer": "arn"})
    journal.place(HERE, PlaceEntry("executing", token="token-1"))
    assert (True, "token-1") == (bench.stored.is_open, bench.stored.token(HERE))
    journal.close()
    assert (False, "") == (bench.stored.is_open, bench.stored.token(HERE))
    again = bench.begin()
    again.layers("us-east-1", {"a layer": "there"})
    again.intend([THERE])
    assert (2, {"shop-sam us-east-1"}) == (bench.stored.epoch, set(bench.stored.places))
    assert {"eu-west-1", "us-east-1"} == set(bench.stored.layers)


@pytest.mark.parametrize(
    ("state", "token"), [("executing", "t"), ("deployed", ""), ("done", ""), ("failed", "")]
)
def test_only_what_may_still_run_is_waited_for(state: str, token: str) -> None:
    """Of an entry that is open."""
    places = {"shop-sam eu-west-1": PlaceEntry(state, token="t")}  # type: ignore[arg-type] # each of them
    assert token == Entry(state="open", places=places).token(HERE)
    assert "" == Entry(state="done", places=places).token(HERE)
    assert "" == Entry(state="open", places=places).token(THERE)


@pytest.mark.parametrize("first", [True, False], ids=["first write", "later write"])
@pytest.mark.fault(5)
def test_who_was_put_aside_writes_nothing_more(
    bench: _Bench, documents: Documents, *, first: bool
) -> None:
    """Fault 5: somebody has taken over: exit code 7 says who, and theirs is left as it is."""
    slept = bench.begin()
    if not first:
        slept.place(HERE, PlaceEntry("executing"))
    other = bench.begin()
    other.place(HERE, PlaceEntry("executing", token="of the other"))
    theirs = documents.there[KEY]
    for _ in range(2):
        with pytest.raises(IncompleteError) as raised:
            slept.place(HERE, PlaceEntry("done"))
        assert "This deployment was put aside" == raised.value.what
        assert "`sam-deploy deploy` by arn:aws:iam::123456789012:user/ann" in raised.value.why
    assert {KEY: theirs} == documents.there


def test_a_journal_that_was_taken_away_is_not_made_again(
    bench: _Bench, documents: Documents
) -> None:
    """By somebody who set it aside: whoever comes next looks at AWS alone."""
    journal = bench.begin()
    journal.place(HERE, PlaceEntry("executing"))
    del documents.there[KEY]
    with pytest.raises(IncompleteError) as raised:
        journal.place(HERE, PlaceEntry("done"))
    assert "somebody has gone on with it" == raised.value.why
    assert {} == documents.there


@pytest.mark.parametrize("call", ["create", "replace"])
def test_a_write_whose_answer_was_lost_is_recognised(
    bench: _Bench, documents: Documents, call: str
) -> None:
    """The repeated write meets its own work: that is no other writer."""
    journal = bench.begin()
    documents.losing = [call]
    for state in ("executing", "deployed", "done"):
        journal.place(HERE, PlaceEntry(state))  # type: ignore[arg-type] # three of them
    assert ([], "done") == (documents.losing, bench.stored.place(HERE).state)


@pytest.mark.parametrize("call", ["create", "replace"])
def test_an_unanswered_write_is_read_back(bench: _Bench, documents: Documents, call: str) -> None:
    """It was carried out, so it is no failure; the next write goes on from there."""
    journal = bench.begin()
    if call == "replace":
        journal.place(HERE, PlaceEntry("executing"))
    documents.unanswered = [call]
    journal.place(HERE, PlaceEntry("deployed"))
    journal.place(THERE, PlaceEntry("executing"))
    assert {"deployed", "executing"} == {each.state for each in bench.stored.places.values()}


def test_what_was_written_is_read(bench: _Bench, documents: Documents) -> None:
    """The same value, field by field."""
    journal = bench.begin()
    journal.layers("eu-west-1", {"a layer": "arn"})
    journal.place(HERE, PlaceEntry("failed", "arn", "token", "", "Role failed: é"))
    assert journal.entry == bench.stored
    assert key_of("shop") in documents.there


@pytest.mark.parametrize("schema", [0, 2, "1", None])
@pytest.mark.fault(51)
def test_a_journal_of_another_version_is_refused(
    bench: _Bench, documents: Documents, schema: object
) -> None:
    """Fault 51: exit code 5, and which version it wants."""
    bench.begin().place(HERE, PlaceEntry("executing"))
    document = json.loads(documents.there[KEY].body) | {"schema": schema}
    documents.there[KEY] = Record(json.dumps(document).encode(), '"x"')
    with pytest.raises(RefusedError) as raised:
        read(documents, "shop")
    assert (5, True) == (raised.value.exit_code, f"its schema is {schema}" in raised.value.why)
    assert "`journal/shop.json`" in raised.value.what


@pytest.mark.fault(51)
def test_a_journal_that_is_cut_off_is_refused_wherever_it_is_cut(
    bench: _Bench, documents: Documents
) -> None:
    """Fault 51: nothing is guessed; the error says where earlier states are."""
    bench.begin().place(HERE, PlaceEntry("executing"))
    whole = documents.there[KEY].body
    for length in range(len(whole)):
        documents.there[KEY] = Record(whole[:length], '"x"')
        with pytest.raises(RefusedError) as raised:
            read(documents, "shop")
        assert "cut off or damaged" in raised.value.why
        assert "versioning" in raised.value.hint


@pytest.mark.parametrize(
    "body", [b"[]", b"null", b'"text"', b"\xff", b'{"schema": 1}', b'{"schema": 1, "places": []}']
)
@pytest.mark.fault(51)
def test_a_journal_of_another_shape_is_refused(documents: Documents, body: bytes) -> None:
    """Fault 51: never a traceback."""
    documents.there[KEY] = Record(body, '"x"')
    with pytest.raises(RefusedError):
        read(documents, "shop")


@pytest.mark.parametrize(
    "change",
    [{"surprise": 1}, {"places": {"shop-sam eu-west-1": {"surprise": 1}}}, {"places": {"a b": 1}}],
)
@pytest.mark.fault(51)
def test_a_field_that_is_not_known_is_not_passed_over(
    bench: _Bench, documents: Documents, change: dict[str, object]
) -> None:
    """Fault 51: it may be what matters."""
    bench.begin().place(HERE, PlaceEntry("executing"))
    document = json.loads(documents.there[KEY].body) | change
    documents.there[KEY] = Record(json.dumps(document).encode(), '"x"')
    with pytest.raises(RefusedError):
        read(documents, "shop")


def test_nothing_is_open_before_it_is_agreed_to(bench: _Bench, documents: Documents) -> None:
    """That somebody looks is on record; there is nothing to resume, and no manifest is kept."""
    journal = bench.begin()
    journal.start()
    assert ("review", False, {}) == (
        bench.stored.state,
        bench.stored.is_open,
        bench.stored.places,
    )
    assert "manifest" not in documents.calls
    journal.intend([HERE])
    assert ("open", {"shop-sam eu-west-1"}) == (bench.stored.state, set(bench.stored.places))


def test_what_is_not_agreed_to_was_never_begun(bench: _Bench) -> None:
    """An app without a history has none afterwards, but for the epoch."""
    journal = bench.begin()
    journal.start()
    journal.abandon()
    found = bench.stored
    assert Entry(epoch=1, updated=found.updated) == found


@pytest.mark.fault(34)
@pytest.mark.parametrize("end", ["killed", "answered no"])
def test_what_an_earlier_run_left_survives_a_review(bench: _Bench, end: str) -> None:
    """Fault 34: its operations are awaited by their tokens, whoever looked in between."""
    first = bench.agreed()
    first.layers("eu-west-1", {"a layer": "arn"})
    first.place(HERE, PlaceEntry("executing", "arn", "token-1"))
    left = bench.stored
    second = bench.begin()
    second.layers("us-east-1", {"a layer": "there"})
    second.start()
    if end == "answered no":
        second.abandon()
    found = bench.stored
    assert (True, "token-1", 2) == (found.is_open, found.token(HERE), found.epoch)
    same = {"epoch": 1, "updated": left.updated, "layers": left.layers}
    assert left == replace(found, **same)  # type: ignore[arg-type] # fields of an entry
    third = bench.begin()
    assert 3 == third.entry.epoch
    third.intend([HERE])
    assert ("", {"shop-sam eu-west-1"}) == (bench.stored.token(HERE), set(bench.stored.places))
    assert {"eu-west-1", "us-east-1"} == set(bench.stored.layers)


@pytest.mark.fault(5)
def test_of_two_that_go_on_with_one_deployment_only_one_does(bench: _Bench) -> None:
    """Fault 5: both may look; who agrees second is put aside."""
    bench.agreed().place(HERE, PlaceEntry("executing", token="token-1"))
    one, other = bench.begin(), bench.begin()
    one.start()
    other.start()
    other.intend([HERE])
    with pytest.raises(IncompleteError):
        one.intend([HERE])
    assert other.entry.id == bench.stored.id


def test_what_an_entry_begins_with_stays_in_it(bench: _Bench) -> None:
    """A `destroy` of a part keeps on record what an earlier one has left."""
    bench.begin().start()
    found = read(bench.documents, "shop")
    left = {" ".join(THERE): PlaceEntry("failed", token="token-1")}
    mine = replace(begin(bench.owner(), found.entry, ""), kind="destroy", places=left)
    Journal(bench.documents, "shop", found, mine, bench.keep).intend([HERE])
    assert {"failed", "to do"} == {each.state for each in bench.stored.places.values()}


def test_what_may_be_lost_is_remembered(bench: _Bench) -> None:
    """`resume` is not told again what `--allow-replace` said; of the last run alone."""
    found = read(bench.documents, "shop")
    mine = begin(bench.owner(), found.entry, "dev", {"Orders", "Files"})
    Journal(bench.documents, "shop", found, mine, bench.keep).intend([HERE])
    assert ("Files", "Orders") == bench.stored.allowed
    bench.agreed()
    assert () == bench.stored.allowed


def test_a_journal_of_before_has_nothing_that_may_be_lost(
    bench: _Bench, documents: Documents
) -> None:
    """The field came later: entries without it are read."""
    bench.agreed()
    document = json.loads(documents.there[KEY].body)
    del document["allowed"]
    documents.there[KEY] = Record(json.dumps(document).encode(), '"x"')
    assert () == bench.stored.allowed


def test_another_version_is_told_apart_from_damage(bench: _Bench, documents: Documents) -> None:
    """It can be read, by the version that wrote it: nobody sets it aside."""
    bench.agreed()
    document = json.loads(documents.there[KEY].body) | {"schema": 2}
    documents.there[KEY] = Record(json.dumps(document).encode(), '"x"')
    with pytest.raises(OtherVersionError):
        read(documents, "shop")
    documents.there[KEY] = Record(b"{", '"x"')
    with pytest.raises(RefusedError) as raised:
        read(documents, "shop")
    assert not isinstance(raised.value, OtherVersionError)
