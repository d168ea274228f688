"""What the description of a function version tells of where its code comes from."""

from __future__ import annotations

import pytest

from sam_deploy.manifest import Provenance
from sam_deploy.release.origin import LONGEST, commit_in, commit_of, told

COMMIT = "1a2b3c4d5e6f7890aaaabbbbccccddddeeeeffff"
NOON = "2026-11-28T12:00:00Z"


@pytest.mark.parametrize(
    ("made", "words", "short", "whole"),
    [
        (Provenance(NOON, "1", COMMIT), f"commit 1a2b3c4d5e6f {NOON}", "1a2b3c4d5e6f", COMMIT),
        (
            Provenance(NOON, "1", COMMIT, dirty=True),
            f"commit 1a2b3c4d5e6f (changed files) {NOON}",
            "1a2b3c4d5e6f+",
            f"{COMMIT}+",
        ),
        (Provenance(NOON, "1"), NOON, "", ""),
        (Provenance(), "", "", ""),
    ],
)
def test_a_version_tells_its_commit_and_whether_files_were_changed(
    made: Provenance, words: str, short: str, whole: str
) -> None:
    """And what it tells is read again; without a repository it tells the time alone."""
    assert (words, short, whole) == (told(made), commit_in(told(made)), commit_of(made))


def test_no_description_is_longer_than_lambda_takes() -> None:
    """Whatever a manifest file says, PublishVersion is not refused for it."""
    assert LONGEST == len(told(Provenance("x" * 400, "1", "f" * 400, dirty=True)))


@pytest.mark.parametrize("words", ["", "the first", "commit of the week", "commit 1a2b3c4d5e6f7"])
def test_other_words_tell_no_commit(words: str) -> None:
    """A description of somebody's own is not taken for one of ours."""
    assert "" == commit_in(words)
