"""The audit and the records of releases on a real S3 of the embedded cloud."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from sam_deploy import local
from sam_deploy.aws import Aws, Endpoint, Objects, Records
from sam_deploy.history import Chain, ReleaseRecord, Releases, ServedVersion

ACCOUNT, REGION, BUCKET = "000000000000", "eu-west-1", "history-contract"
AT_ONCE = 20
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def account(cloud: local.RunningCloud) -> Aws:
    """The embedded cloud with a bucket as deployments make them."""
    made = Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))
    Objects(made, REGION, BUCKET, ACCOUNT).ensure_bucket()
    return made


@pytest.fixture
def records(account: Aws) -> Records:
    """The gateway that the history is written through."""
    return Records(account, REGION, BUCKET, ACCOUNT)


@pytest.fixture
def name() -> str:
    """An app that has no history yet."""
    return f"shop{next(NUMBERS)}"


def record(promotion: str) -> ReleaseRecord:
    return ReleaseRecord(
        environment="prod",
        act="promote",
        made="2026-11-28T12:00:00Z",
        who="arn:aws:iam::000000000000:root",
        host="laptop",
        source="staging",
        promotion=promotion,
        image={"ApiFunction": {REGION: ServedVersion("1", "aGFzaA==")}},
    )


def test_keys_are_listed_in_order_page_by_page(records: Records, name: str) -> None:
    """Those of a prefix, after another key; nothing where there is no such key or bucket."""
    keys = [f"list/{name}/{number:08}.json" for number in range(1, 1004)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda key: records.write(key, b"{}"), keys))
    records.write(f"list/{name}.json", b"{}")
    assert keys == list(records.keys(f"list/{name}/"))
    assert keys[1000:] == list(records.keys(f"list/{name}/", keys[999]))
    assert [] == list(records.keys(f"list/{name}/", keys[-1]))


def test_a_bucket_that_is_not_there_lists_nothing(account: Aws) -> None:
    """Before the first deployment there is no bucket: no history is no error."""
    nowhere = Records(account, REGION, "history-nowhere", ACCOUNT)
    assert [] == list(nowhere.keys("audit/shop/"))
    assert Releases(nowhere, "shop").latest("prod") is None
    assert Chain(nowhere, "shop", who="ann", host="laptop").verify().intact


def test_a_plain_write_replaces_what_is_there(records: Records, name: str) -> None:
    """As the pointer to the last link is written."""
    records.write(f"{name}.json", b"one")
    records.write(f"{name}.json", b"two")
    found = records.read(f"{name}.json")
    assert b"two" == (found.body if found else b"")


@pytest.mark.long
def test_of_twenty_writers_at_once_all_get_in_in_order(records: Records, name: str) -> None:
    """Each with a chain of its own, as separate processes have: no gap, no fork, nothing lost."""

    def write(writer: int) -> list[int]:
        chain = Chain(records, name, who=f"writer {writer}", host="laptop")
        return [chain.append("event", {"turn": turn}).number for turn in range(2)]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        numbers = [number for some in pool.map(write, range(AT_ONCE)) for number in some]
    chain = Chain(records, name, who="reader", host="laptop")
    verdict = chain.verify()
    assert (True, 2 * AT_ONCE) == (verdict.intact, verdict.links)
    assert sorted(numbers) == list(range(1, 2 * AT_ONCE + 1))
    turns = [(each.who, each.facts["turn"]) for each in chain.links()]
    assert sorted(turns) == sorted({(f"writer {n}", t) for n in range(AT_ONCE) for t in range(2)})
    assert all(turns.index((f"writer {n}", 0)) < turns.index((f"writer {n}", 1)) for n in range(20))


def test_of_twenty_releases_at_once_each_has_its_number(records: Records, name: str) -> None:
    """None replaces another one."""

    def add(writer: int) -> str:
        return Releases(records, name).add(record(f"{writer:012}")).id

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ids = list(pool.map(add, range(AT_ONCE)))
    found = Releases(records, name).newest_first("prod", 100)
    assert {f"prod-{number}" for number in range(1, AT_ONCE + 1)} == set(ids)
    assert {f"{writer:012}" for writer in range(AT_ONCE)} == {each.promotion for each in found}
