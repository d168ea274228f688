"""What a page may ask for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sam_deploy.errors import ConfigError
from sam_deploy.ui import bodies
from sam_deploy.ui.ports import Ask


def written(**found: Any) -> bytes:
    return json.dumps(found).encode()


def test_a_whole_promotion_is_read() -> None:
    """Every field; what is null is as usual."""
    body = written(
        kind="promote",
        environment="prod",
        only=["Api"],
        canary=[10, 50],
        every_minutes=2.5,
        min_requests=None,
        quiet=["Ams"],
        note="why",
    )
    expected = Ask("promote", "prod", ("Api",), (10, 50), 2.5, quiet=("Ams",), note="why")
    assert expected == bodies.job(body)


def test_a_rollback_is_read() -> None:
    """Its own field is the release."""
    found = bodies.job(written(kind="rollback", environment="prod", to="prod-3", only=[]))
    assert Ask("rollback", "prod", release="prod-3") == found


def test_all_mistakes_are_told_at_once() -> None:
    """Unknown fields, missing ones and wrong ones."""
    body = written(
        kind="promote", to="prod-3", only="Api", canary=[50, 10], every_minutes=True, note=5
    )
    with pytest.raises(ConfigError) as told:
        bodies.job(body)
    named = " ".join(told.value.problems)
    for each in ("`to`", "`environment`", "`only`", "`canary`", "`every_minutes`", "`note`"):
        assert each in named


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 5000,
        b'{"kind": "deploy", "environment": "prod"}',
        b'{"kind": ["promote"], "environment": "prod"}',
        b'{"kind": "promote", "environment": "prod", "every_minutes": NaN}',
        b'{"kind": "promote", "environment": "prod", "every_minutes": Infinity}',
        b'{"kind": "promote", "environment": "prod", "canary": [0]}',
        b'{"kind": "promote", "environment": "prod", "canary": [100]}',
        b'{"kind": "promote", "environment": "prod", "min_requests": -1}',
        b'{"kind": "promote", "environment": "prod", "only": [""]}',
    ],
)
def test_what_cannot_be_meant_is_refused(body: bytes) -> None:
    """Never another error than this one."""
    with pytest.raises(ConfigError):
        bodies.job(body)


@pytest.mark.parametrize("text", [5, None, "x" * 201, "1\n2"])
def test_a_wrong_answer_is_not_repeated(text: object) -> None:
    """It may be a code."""
    with pytest.raises(ConfigError) as told:
        bodies.answer(written(answer=text))
    assert "xxx" not in str(told.value)


def test_an_answer_may_name_its_question() -> None:
    """Or not."""
    assert ("yes", 3) == bodies.answer(written(answer="yes", question=3))
    assert ("123456", None) == bodies.answer(written(answer="123456"))
