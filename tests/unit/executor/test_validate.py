"""The files in `recorded/` are what the real SAM CLI 1.170.0 printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy.errors import ConfigError
from sam_deploy.executor.validate import Verdict, judge

RECORDED = Path(__file__).with_name("recorded")


def said(name: str) -> str:
    return (RECORDED / f"validate_{name}.txt").read_text(encoding="utf-8")


def test_a_valid_template_passes() -> None:
    """R142: exit code 0 is enough."""
    assert Verdict() == judge("rec", 0, said("valid"), ())


def test_the_known_bug_is_passed_over_when_our_checks_are_clean() -> None:
    """R142 (C34): the SAM CLI stumbled, it did not judge; the old tool said so and raised."""
    assert Verdict("'str' object has no attribute 'get'") == judge("rec", 1, said("bug"), ())


def test_the_known_bug_counts_when_our_checks_object() -> None:
    """Then nobody has found the template valid."""
    with pytest.raises(ConfigError) as caught:
        judge("rec", 1, said("bug"), ("Queue: E3002 not a property",))
    assert "The SAM CLI does not accept the template of `rec`" == caught.value.what
    assert "'str' object has no attribute 'get'" == caught.value.why
    assert ("Queue: E3002 not a property",) == caught.value.problems


def test_an_invalid_template_is_refused_with_the_words_of_the_sam_cli() -> None:
    """R142: what it does judge, counts."""
    with pytest.raises(ConfigError) as caught:
        judge("rec", 1, said("invalid"), ())
    assert "Definition of method 'summary' for path '/x' should be a map." in caught.value.why
    assert "Feature" not in caught.value.why


def test_a_silent_failure_names_the_exit_code() -> None:
    """There is always a why."""
    with pytest.raises(ConfigError, match="`sam validate` ended with 137"):
        judge("rec", 137, "", ())
