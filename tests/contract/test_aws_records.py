"""Conditional writes on a real S3 of the embedded cloud: of two writers, one wins and both know."""

from __future__ import annotations

import itertools
import threading

import pytest

from sam_deploy import local
from sam_deploy.aws import Aws, Endpoint, Objects, Records
from sam_deploy.deploy.lock import locked, look
from sam_deploy.deploy.owner import this_process
from sam_deploy.errors import RefusedError
from sam_deploy.lanes import Stop

ACCOUNT, REGION, BUCKET = "000000000000", "eu-west-1", "records-contract"
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def account(cloud: local.RunningCloud) -> Aws:
    """The embedded cloud with a bucket as deployments make them."""
    made = Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))
    Objects(made, REGION, BUCKET, ACCOUNT).ensure_bucket()
    return made


@pytest.fixture
def records(account: Aws) -> Records:
    """The gateway under test."""
    return Records(account, REGION, BUCKET, ACCOUNT)


@pytest.fixture
def key() -> str:
    """A document that is not there yet."""
    return f"locks/{next(NUMBERS)}.json"


def test_a_document_is_made_once(records: Records, key: str) -> None:
    """If-None-Match: the second one is told, and what is there stays."""
    etag = records.create(key, b"one")
    assert etag
    assert records.create(key, b"two") is None
    found = records.read(key)
    assert found is not None
    assert (b"one", etag) == (found.body, found.etag)


def test_a_document_is_replaced_in_the_state_that_was_read(records: Records, key: str) -> None:
    """If-Match: whoever read an older state is told."""
    first = records.create(key, b"one")
    assert first
    second = records.replace(key, b"two", first)
    assert second not in {None, first}
    assert records.replace(key, b"three", first) is None
    found = records.read(key)
    assert found is not None
    assert (b"two", second) == (found.body, found.etag)


def test_a_document_is_deleted_in_the_state_that_was_read(records: Records, key: str) -> None:
    """If-Match on DeleteObject: an old state takes nothing away."""
    first = records.create(key, b"one")
    assert first
    second = records.replace(key, b"two", first)
    assert second
    assert not records.delete(key, first)
    assert records.read(key) is not None
    assert records.delete(key, second)
    assert records.read(key) is None


def test_what_is_not_there_is_neither_replaced_nor_read(records: Records, key: str) -> None:
    """Nothing is no error: whoever asked knows what to do."""
    assert records.replace(key, b"one", '"0123456789abcdef0123456789abcdef"') is None
    assert records.read(key) is None


def test_without_a_bucket_nothing_is_there(account: Aws, key: str) -> None:
    """Before the first deployment: read before anything is made."""
    nowhere = Records(account, REGION, "records-contract-nowhere", ACCOUNT)
    assert nowhere.read(key) is None
    assert nowhere.create(key, b"one") is None
    assert not nowhere.delete(key, '"0123456789abcdef0123456789abcdef"')


@pytest.mark.fault(12)
def test_of_many_at_once_one_is_the_maker(records: Records, key: str) -> None:
    """Fault 12: the storage itself decides."""
    start = threading.Barrier(8)
    made: list[str | None] = []

    def make(number: int) -> None:
        start.wait()
        made.append(records.create(key, f"{number}".encode()))

    threads = [threading.Thread(target=make, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (8, 1) == (len(made), sum(each is not None for each in made))


@pytest.mark.fault(49)
@pytest.mark.fault(50)
def test_the_lock_holds_on_real_storage(records: Records) -> None:
    """Faults 49 and 50: its self-test passes, the second one is refused, nothing is left."""
    name = f"app{next(NUMBERS)}"
    owner, other = (this_process("deploy", "somebody") for _ in range(2))
    with locked(records, name, owner, Stop(), beat_seconds=0.05):
        with pytest.raises(RefusedError) as raised, locked(records, name, other, Stop()):
            pytest.fail("it was held")
        assert owner.id in raised.value.hint
    assert look(records, name) is None
