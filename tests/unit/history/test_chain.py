"""The audit: every event gets in, in order, and nothing of it changes unseen."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy.errors import RefusedError, UnreachableError
from sam_deploy.history import Chain
from sam_deploy.history.link import sealed
from sam_deploy_runtime.values import Secret

Bucket = Any
"""The bucket of the conftest, in memory."""
HEAD = "audit/shop/head.json"
ARN = "arn:aws:iam::123456789012:user/ann"


def chain(bucket: Bucket, moments: Callable[[], float] = lambda: 1_796_000_000.5) -> Chain:
    """The audit as one process sees it."""
    return Chain(bucket, "shop", who=ARN, host="laptop", now=moments)


def key(number: int) -> str:
    return f"audit/shop/{number:08}.json"


def written(bucket: Bucket, count: int) -> Chain:
    """A chain of so many events."""
    made = chain(bucket)
    for number in range(1, count + 1):
        made.append("deployed", {"release": f"dev-{number}", "moved": [["ApiFunction", "eu"]]})
    return made


def fault(bucket: Bucket) -> tuple[int, str]:
    """Number of the first bad link, and why."""
    found = chain(bucket).verify().fault
    assert found is not None
    return found.number, found.why


def test_events_are_read_in_the_order_in_which_they_were_written(bucket: Bucket) -> None:
    """Each tells when, what and by whom, and holds the hash of the one before."""
    made = chain(bucket)
    first, second = made.append("deployed", {"commit": "1a2b"}), made.append("promoted", {"n": 7})
    assert [first, second] == list(chain(bucket).links())
    assert (1, "", 2, first.sha256) == (
        first.number,
        first.previous,
        second.number,
        second.previous,
    )
    assert ("2026-11-30T00:53:20.500Z", "deployed", {"commit": "1a2b"}, ARN, "laptop") == (
        first.time,
        first.event,
        first.facts,
        first.who,
        first.host,
    )


def test_an_event_costs_two_calls(bucket: Bucket) -> None:
    """The link and the pointer to it; only the first event of a process reads where it is."""
    written(bucket, 5)
    bucket.calls.clear()
    again = chain(bucket)
    again.append("one", {})
    again.append("two", {})
    assert ["read", "create", "write", "create", "write"] == bucket.calls


@pytest.mark.parametrize("pointer", [None, b"{", b'{"number":"x"}', "old"])
def test_a_pointer_that_is_missing_damaged_or_old_is_only_a_hint(
    bucket: Bucket, pointer: bytes | str | None
) -> None:
    """The next event goes behind the last link, wherever the pointer points."""
    written(bucket, 3)
    old = bucket.documents[HEAD]
    written(bucket, 6)
    if pointer == "old":
        bucket.documents[HEAD] = old
    elif pointer is None:
        del bucket.documents[HEAD]
    else:
        bucket.documents[HEAD] = pointer
    assert 10 == chain(bucket).append("one", {}).number
    assert (True, 10) == (chain(bucket).verify().intact, chain(bucket).verify().links)


def test_a_pointer_that_cannot_be_written_loses_no_event(bucket: Bucket) -> None:
    """The link is there, which is what counts."""

    def refuse(call: str, _key: str) -> None:
        if call == "write":
            raise UnreachableError("no answer")

    bucket.before = refuse
    assert 3 == len(list(written(bucket, 3).links()))
    assert not chain(bucket).verify().pointed


def test_a_lost_answer_makes_no_second_link(bucket: Bucket) -> None:
    """A writer whose call failed reads back, and knows its own link again."""
    failures = [UnreachableError("no answer")]

    def lose(call: str, _key: str) -> None:
        if call == "create" and failures:
            raise failures.pop()

    bucket.after = lose
    made = chain(bucket)
    assert [1, 2] == [made.append("one", {}).number, made.append("two", {}).number]
    assert ["one", "two"] == [each.event for each in chain(bucket).links()]


def test_a_call_that_the_sdk_repeats_makes_no_second_link(bucket: Bucket) -> None:
    """The repetition is refused, since the first try was carried out: it is our own link."""
    once = bucket.create
    bucket.create = lambda key, body: once(key, body) and once(key, body)
    made = chain(bucket)
    assert [1, 2] == [made.append("one", {}).number, made.append("two", {}).number]
    assert ["one", "two"] == [each.event for each in chain(bucket).links()]


def test_a_call_that_did_not_arrive_is_told(bucket: Bucket) -> None:
    """An event that is not on record is an error, and leaves nothing."""

    def refuse(call: str, _key: str) -> None:
        if call == "create":
            raise UnreachableError("no answer")

    bucket.before = refuse
    with pytest.raises(UnreachableError):
        chain(bucket).append("one", {})
    assert {} == bucket.documents


def test_a_bucket_that_takes_nothing_is_told(bucket: Bucket) -> None:
    """Where there is no bucket both are nothing: writing, and reading what is there."""
    bucket.create = lambda _key, _body: None
    with pytest.raises(RefusedError, match="neither accepted nor there"):
        chain(bucket).append("one", {})


def test_of_two_writers_both_get_in(bucket: Bucket) -> None:
    """Processes that take turns, and know nothing of each other, make one chain."""
    writers = [chain(bucket) for _ in range(3)]
    order = random.Random(6).choices(range(3), k=30)  # noqa: S311 - the same on every run
    for number, writer in enumerate(order, 1):
        assert number == writers[writer].append(f"by {writer}", {}).number
    assert [f"by {each}" for each in order] == [each.event for each in chain(bucket).links()]
    assert chain(bucket).verify().intact


def test_one_who_is_always_late_gives_up(bucket: Bucket) -> None:
    """After a hundred refusals in a row it says so, instead of trying for ever."""
    inside = [False]

    def overtake(call: str, _key: str) -> None:
        if call == "create" and not inside[0]:
            inside[0] = True
            chain(bucket).append("other", {})
            inside[0] = False

    bucket.before = overtake
    with pytest.raises(RefusedError, match="could not be put on record"):
        chain(bucket).append("one", {})


def test_one_byte_changed_anywhere_is_found(bucket: Bucket) -> None:
    """100 of 100 places in links and pointer, and it is the changed link that is named."""
    written(bucket, 12)
    dice, found = random.Random(33), 0  # noqa: S311 - the same on every run
    whole = dict(bucket.documents)
    for _ in range(100):
        name = dice.choice(sorted(whole))
        body = bytearray(whole[name])
        body[dice.randrange(len(body))] ^= 1 << dice.randrange(8)
        bucket.documents = {**whole, name: bytes(body)}
        verdict = chain(bucket).verify()
        assert verdict.fault is not None
        found += verdict.fault.key == name
    assert 100 == found


@pytest.mark.parametrize("gone", [1, 5, 9, 10])
def test_a_link_taken_out_is_found(bucket: Bucket, gone: int) -> None:
    """The first, one of the middle, and the last: each is named."""
    written(bucket, 10)
    del bucket.documents[key(gone)]
    number, why = fault(bucket)
    assert (gone, "it is not there") == (number, why[:15])


def test_an_end_that_was_cut_off_is_found(bucket: Bucket) -> None:
    """The pointer knows of more links; the next event leaves the gap where it is."""
    written(bucket, 10)
    for number in (8, 9, 10):
        del bucket.documents[key(number)]
    assert (8, "it is not there, although link 10 was written: cut off") == fault(bucket)
    assert 11 == chain(bucket).append("one", {}).number
    assert (8, "it is not there; the next one is link 11") == fault(bucket)


def test_a_chain_of_which_all_is_gone_is_found(bucket: Bucket) -> None:
    """The pointer alone is enough to know that there was something."""
    written(bucket, 3)
    for number in (1, 2, 3):
        del bucket.documents[key(number)]
    assert 1 == fault(bucket)[0]


def test_two_links_that_were_swapped_are_found(bucket: Bucket) -> None:
    """The first of the two is named."""
    written(bucket, 10)
    documents = bucket.documents
    documents[key(4)], documents[key(7)] = documents[key(7)], documents[key(4)]
    assert (4, "it is link 7, put in the place of this one") == fault(bucket)


def test_a_link_that_was_made_anew_is_found(bucket: Bucket) -> None:
    """Somebody who knows the format makes a link that is whole in itself: what follows tells."""
    written(bucket, 3)
    other = {"documents": dict(bucket.documents)}
    del bucket.documents[key(2)], bucket.documents[key(3)], bucket.documents[HEAD]
    chain(bucket).append("nothing happened", {})
    forged = bucket.documents[key(2)]
    bucket.documents = {**other["documents"], key(2): forged}
    assert (3, "it does not follow the link before it") == (fault(bucket)[0], fault(bucket)[1][:37])
    bucket.documents = {**other["documents"]}
    del bucket.documents[key(3)], bucket.documents[HEAD]
    chain(bucket).append("nothing happened", {})
    bucket.documents[HEAD] = other["documents"][HEAD]
    assert (3, "it is not the link that was written here") == (
        fault(bucket)[0],
        fault(bucket)[1][:40],
    )


def test_a_link_of_another_app_is_found(bucket: Bucket) -> None:
    """A whole chain, copied from elsewhere, is not taken for this one."""
    Chain(bucket, "store", who=ARN, host="laptop").append("deployed", {})
    bucket.documents[key(1)] = bucket.documents["audit/store/00000001.json"]
    assert (1, "it is of another app, `store`") == fault(bucket)


def test_a_chain_without_events_is_as_it_was_written(bucket: Bucket) -> None:
    """Nothing yet is no fault."""
    found = chain(bucket).verify()
    assert (True, 0, None, None, False) == (
        found.intact,
        found.links,
        found.first,
        found.last,
        found.pointed,
    )


def test_a_verdict_tells_first_and_last_and_the_records(bucket: Bucket) -> None:
    """The hash of each release's record is told by the link that speaks of it."""
    made = chain(bucket)
    first = made.append("deployed", {"release": "dev-1", "record": "aa"})
    last = made.append("deployed", {"release": "dev-2", "record": "bb"})
    found = made.verify()
    assert (first, last, {"dev-1": "aa", "dev-2": "bb"}) == (found.first, found.last, found.records)


def test_the_newest_events_are_read_from_the_end(bucket: Bucket) -> None:
    """Only as many as were asked for."""
    made = written(bucket, 9)
    assert [9, 8, 7] == [each.number for each in made.newest(3)]
    assert 9 == len(made.newest(50))


def test_a_damaged_link_is_told_by_who_reads_on(bucket: Bucket) -> None:
    """With the command that walks the whole chain."""
    written(bucket, 3)
    bucket.documents[key(2)] = b"{}"
    with pytest.raises(RefusedError, match="Link 2 of the audit cannot be read"):
        list(chain(bucket).links())


@pytest.mark.parametrize(
    "facts",
    [
        {"code": Secret("123456")},
        {"deep": {"list": ["a", Secret("x")]}},
        {Secret("name"): 1},
        {"of": {Secret("name"): 1}},
        {"bytes": b"x"},
        {"never": float("nan")},
        {"object": object()},
    ],
)
def test_what_must_not_be_seen_or_kept_is_refused(bucket: Bucket, facts: dict[Any, Any]) -> None:
    """Before anything is written, and without saying the value."""
    with pytest.raises(ValueError, match=r"secret|may be seen|JSON does not have") as caught:
        chain(bucket).append("one", facts)
    assert "123456" not in str(caught.value)
    assert {} == bucket.documents


def test_facts_are_kept_as_json_has_them(bucket: Bucket) -> None:
    """Tuples are lists, sets are sorted lists, mappings are objects, whatever letters they have."""
    made = chain(bucket).append("one", {"a": (1, 2.5), "b": {"y", "x"}, "é\ud800": {"c": None}})
    assert {"a": [1, 2.5], "b": ["x", "y"], "é\ud800": {"c": None}} == made.facts
    assert chain(bucket).verify().intact


def test_a_link_of_another_version_is_told_as_such(bucket: Bucket) -> None:
    """It is not called damaged."""
    bucket.documents[key(1)] = sealed({"schema": 9})
    assert "schema 9" in fault(bucket)[1]
    bucket.documents[key(1)] = sealed({"schema": 1, "number": 1})
    assert (1, "it is no link") == fault(bucket)
