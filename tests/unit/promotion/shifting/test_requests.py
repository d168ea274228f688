from __future__ import annotations

from typing import Any, TypeAlias

import pytest

from sam_deploy.errors import RefusedError, UnreachableError
from sam_deploy.promotion.shifting import requests
from sam_deploy.promotion.shifting.requests import Act, Ask, Requests

Stage: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""


def ask(
    act: Act = "advance", *, identity: str = "one", promotion: str = "p1", epoch: int = 1
) -> Ask:
    return Ask(promotion, epoch, "1", act, "bob", "desk", "2026-11-28T12:00:00Z", identity)


def test_a_request_is_answered_once(stage: Stage) -> None:
    """The watching process sees it, and does not see it again when it has answered."""
    bucket = stage.memory
    requests.make(bucket, "orders", ask())
    heard = Requests(bucket, "orders", "p1", 1)
    pending = heard.pending()
    assert pending == ask()
    heard.answer(pending, "the next step begins", done=True)
    assert heard.pending() is None
    found = requests.read(bucket, "orders")
    assert found is not None
    assert found.done
    assert found.answer.endswith("the next step begins")


@pytest.mark.parametrize(("promotion", "epoch"), [("p2", 1), ("p1", 2)])
def test_a_request_for_another_promotion_or_attempt_is_not_heard(
    stage: Stage, promotion: str, epoch: int
) -> None:
    """Whoever asked has seen another one."""
    requests.make(stage.memory, "orders", ask(promotion=promotion, epoch=epoch))
    assert Requests(stage.memory, "orders", "p1", 1).pending() is None


def test_an_abort_is_not_replaced_by_an_advance(stage: Stage) -> None:
    """Of two people the one who wants it back wins."""
    requests.make(stage.memory, "orders", ask("abort"))
    with pytest.raises(RefusedError, match="Somebody else"):
        requests.make(stage.memory, "orders", ask("advance", identity="two"))


def test_an_abort_takes_the_place_of_an_advance(stage: Stage) -> None:
    """And whoever asked before finds that another request lies there."""
    requests.make(stage.memory, "orders", ask())
    requests.make(stage.memory, "orders", ask("abort", identity="two"))
    pending = Requests(stage.memory, "orders", "p1", 1).pending()
    assert pending is not None
    assert ("abort", "two") == (pending.act, pending.id)


def test_an_answer_does_not_overwrite_a_newer_request(stage: Stage) -> None:
    """The answer is for the request that was read, or it is lost."""
    heard = Requests(stage.memory, "orders", "p1", 1)
    requests.make(stage.memory, "orders", ask())
    first = heard.pending()
    assert first is not None
    requests.make(stage.memory, "orders", ask("abort", identity="two"))
    heard.answer(first, "the next step begins", done=True)
    assert heard.pending() == ask("abort", identity="two")


def test_an_answer_that_gets_lost_ends_nothing(stage: Stage) -> None:
    """A canary is not taken back since somebody could not be answered."""
    requests.make(stage.memory, "orders", ask())
    heard = Requests(stage.memory, "orders", "p1", 1)
    pending = heard.pending()
    assert pending is not None

    def fails(*_: object) -> None:
        raise UnreachableError("S3 does not answer")

    stage.memory.replace = fails
    heard.answer(pending, "the next step begins", done=True)
    assert heard.pending() == ask()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"schema": 9}', b'{"schema": 1}'])
def test_what_cannot_be_read_is_no_request(stage: Stage, body: bytes) -> None:
    """A document of another version does not stop a canary, and can be replaced."""
    stage.memory.documents[requests.key_of("orders")] = body
    assert Requests(stage.memory, "orders", "p1", 1).pending() is None
    requests.make(stage.memory, "orders", ask())
    assert Requests(stage.memory, "orders", "p1", 1).pending() == ask()
