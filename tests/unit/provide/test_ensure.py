from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sam_deploy.build import Artifact
from sam_deploy.errors import RefusedError
from sam_deploy.provide import artifact_key
from sam_deploy.provide.ensure import guard_account


class _Aws:
    """Credentials of one account, that count how often they are asked for."""

    asked = 0

    def account(self, region: str) -> str:
        """Return the account, as STS does."""
        assert "eu-west-1" == region
        self.asked += 1
        return "123456789012"


def guarded(expected: str) -> Any:
    return guard_account(_Aws(), "eu-west-1", expected)  # type: ignore[arg-type] # one method is used


@pytest.mark.parametrize("expected", ["123456789012", ""])
def test_the_right_account_passes(expected: str) -> None:
    """Or any, when `.env` names none."""
    assert "123456789012" == guarded(expected)


def test_another_account_is_refused_before_any_write() -> None:
    """Both accounts are named, and exit code 5 says that nothing was changed."""
    with pytest.raises(RefusedError) as raised:
        guarded("210987654321")
    error = raised.value
    assert "they are of 123456789012; AWS_ACCOUNT_ID allows only 210987654321" == error.why
    assert "AWS_PROFILE" in error.hint
    assert 5 == error.exit_code


def test_an_archive_is_named_by_its_content() -> None:
    """Equal bytes are one object, whatever they are called."""
    artifact = Artifact("a", "A", "function", "A.zip", Path(), "ab" * 32, "", 1, 1, 1, False, 0.0)
    assert f"artifacts/{'ab' * 32}.zip" == artifact_key(artifact)
