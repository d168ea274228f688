"""Which tests see which exit code: read from their comparisons, and none is without a test."""

from __future__ import annotations

import textwrap

import pytest
from scripts import exit_proofs

from sam_deploy.cli.guiding.explanations import EXIT_CODES

SOURCE = textwrap.dedent("""
    def test_one() -> None:
        assert 5 == ran.code
    def test_two() -> None:
        assert (7, "text") == (done.returncode, done.stdout), done.stderr
    def test_three() -> None:
        assert ran.code == 3
        assert 8 == len(ran.code)
        assert 2 == main(["status"])
    def helper() -> None:
        assert 4 == ran.code
    def test_four() -> None:
        assert 0 != ran.code
        assert True == ran.code
""")


def test_comparisons_are_read_in_every_form() -> None:
    """By either side, in tuples; not what is no test, no code or no equality."""
    expected = [(5, "test_one"), (7, "test_two"), (3, "test_three"), (2, "test_three")]
    assert expected == list(exit_proofs.seen(SOURCE))


@pytest.mark.parametrize("code", [each.code for each in EXIT_CODES])
def test_every_documented_code_is_seen_by_a_test(code: int) -> None:
    """A code that nothing ends with any more is noticed, and so is a test that went."""
    assert exit_proofs.proofs()[code]


def test_no_test_sees_a_code_that_is_not_documented() -> None:
    """Signals aside, which are above 128, and what a shell says of them."""
    known = {each.code for each in EXIT_CODES}
    assert [] == [code for code in exit_proofs.proofs() if 0 <= code < 128 and code not in known]
