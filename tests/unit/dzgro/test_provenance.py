from __future__ import annotations

from types import SimpleNamespace

import pytest
from dzgroshared.provenance import Provenance, provenance

FUNCTION = "arn:aws:lambda:ap-south-1:123456789012:function:ApiFunction"
STAGE = {"stageVariables": {"LambdaAlias": "dev"}}


@pytest.mark.usefixtures("dev")
@pytest.mark.parametrize(
    ("event", "qualifier", "expected"),
    [
        (STAGE, ":staging", "staging"),
        (STAGE, ":7", "dev"),
        (STAGE, "", "dev"),
        ({}, ":7", None),
        ({}, ":$LATEST", None),
        ({"stageVariables": None}, ":7", None),
        ([], "", None),
    ],
)
def test_the_alias_is_the_one_that_was_called(
    event: object, qualifier: str, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read, never guessed: a version called by its number has none."""
    monkeypatch.setenv("AWS_REGION", "ap-south-1")
    context = SimpleNamespace(invoked_function_arn=FUNCTION + qualifier, function_version="7")

    found = provenance(event, context)

    assert Provenance("dev", expected, "7", "ap-south-1") == found
