"""What `unlock` shows, takes away and sets aside, and what it leaves to others."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy.aws import Record
from sam_deploy.cli.standing.unlock_command import agreed, seen, set_aside
from sam_deploy.deploy import journal, lock
from sam_deploy.deploy.journal import Entry, OtherVersionError
from sam_deploy.deploy.owner import Owner
from sam_deploy.errors import RefusedError

Documents = Any
Owners = Callable[..., Owner]
LOCK, JOURNAL = lock.key_of("shop"), journal.key_of("shop")


def test_a_lock_that_is_not_held_is_not_there(documents: Documents) -> None:
    """Nothing to end."""
    assert seen(documents, "shop") is None


@pytest.mark.fault(49)
def test_a_lock_is_ended_by_the_id_of_its_owner(documents: Documents, owner: Owners) -> None:
    """Fault 49: who, where and since when; by the state that was shown."""
    theirs = owner()
    documents.there[LOCK] = Record(lock.Held(theirs, time.time()).written(), '"state"')
    found = seen(documents, "shop")
    assert found is not None
    assert (LOCK, '"state"', theirs.id) == (found.key, found.etag, found.lock_id)
    assert theirs.id in found.text
    assert theirs.who in found.text


@pytest.mark.fault(51)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"owner": {}, "beat": 1}', b"\xff"])
def test_a_lock_that_cannot_be_read_is_ended_by_its_state(
    documents: Documents, body: bytes
) -> None:
    """Fault 51: of another version, or damaged: what its refusal promises can be done."""
    documents.there[LOCK] = Record(body, '"0123abcd"')
    found = seen(documents, "shop")
    assert found is not None
    assert "0123abcd" == found.lock_id
    assert "it cannot be read" in found.text
    agreed(found.lock_id, "0123abcd")
    assert documents.delete(found.key, found.etag)
    assert {} == documents.there


@pytest.mark.fault(49)
def test_another_id_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 49: exit code 5, with the id that would; without a terminal nobody is asked."""
    monkeypatch.setattr("sys.stdin", open("/dev/null", encoding="utf-8"))  # noqa: PTH123, SIM115 - closed with the test
    for typed, why in (("0000", "its id is abcd, not 0000"), (None, "its id is abcd")):
        with pytest.raises(RefusedError) as raised:
            agreed("abcd", typed)
        assert why == raised.value.why
        assert "`sam-deploy unlock abcd`" in raised.value.hint


@pytest.mark.fault(51)
def test_a_journal_that_cannot_be_read_is_kept_beside(documents: Documents) -> None:
    """Fault 51: the next deployment looks at AWS alone; nothing is thrown away."""
    documents.there[JOURNAL] = Record(b"{", '"x"')
    set_aside(documents, "shop")
    ((key, kept),) = documents.there.items()
    assert key.startswith(f"{JOURNAL}.")
    assert b"{" == kept.body


@pytest.mark.fault(51)
@pytest.mark.parametrize("schema", [2, 999])
def test_a_journal_of_another_version_is_not_set_aside(documents: Documents, schema: int) -> None:
    """Fault 51: it can be read, by the version that wrote it, and may be needed by it."""
    body = json.dumps({"schema": schema}).encode()
    documents.there[JOURNAL] = Record(body, '"x"')
    with pytest.raises(OtherVersionError):
        set_aside(documents, "shop")
    assert {JOURNAL: Record(body, '"x"')} == documents.there


@pytest.mark.fault(51)
def test_a_journal_that_can_be_read_is_not_set_aside(documents: Documents) -> None:
    """Fault 51: what is open is resumed."""
    documents.there[JOURNAL] = Record(Entry(state="open").written(), '"x"')
    before = dict(documents.there)
    with pytest.raises(RefusedError):
        set_aside(documents, "shop")
    assert before == documents.there


@pytest.mark.fault(51)
def test_the_journal_of_promotions_is_set_aside_too(documents: Documents) -> None:
    """Fault 51: it has a document of its own; that of deployments, which can be read, stays."""
    whole = Entry(state="done").written()
    documents.there[JOURNAL] = Record(whole, '"x"')
    documents.there["journal/shop.release.json"] = Record(b"\xff", '"y"')
    (kept,) = set_aside(documents, "shop")
    assert kept.startswith("journal/shop.release.json.")
    assert {JOURNAL, kept} == set(documents.there)
    assert b"\xff" == documents.there[kept].body
