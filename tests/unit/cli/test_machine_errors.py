"""What the operating system refuses is no bug of sam-deploy, and is told with the way out."""

from __future__ import annotations

import errno
import os

import pytest

from sam_deploy.cli.machine_errors import of_machine


@pytest.mark.parametrize(
    ("number", "way"),
    [
        (errno.ENOSPC, "make room on that disk"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "it is read-only"),
        (errno.EACCES, "give yourself the right to it"),
        (errno.EPERM, "give yourself the right to it"),
        (errno.EMFILE, "ulimit -n"),
        (errno.ENOMEM, "free some memory"),
    ],
)
def test_a_full_disk_or_a_missing_right_says_what_to_do(number: int, way: str) -> None:
    """The file is named, and that nothing which was finished is lost."""
    found = of_machine(OSError(number, os.strerror(number), "/data/x"))
    assert found is not None
    assert ("`/data/x` cannot be read or written", os.strerror(number), 7) == (
        found.what,
        found.why,
        found.exit_code,
    )
    assert way in found.hint
    assert found.state


def test_without_a_file_it_is_still_told() -> None:
    """Not every refusal is about one."""
    found = of_machine(OSError(errno.ENOMEM, "Cannot allocate memory"))
    assert found is not None
    assert "The system refused to go on" == found.what


@pytest.mark.parametrize("error", [OSError("?"), FileNotFoundError(errno.ENOENT, "no", "x")])
def test_what_nobody_had_thought_of_stays_a_bug(error: OSError) -> None:
    """A file that is missing where it must be there is a mistake of ours, with its trace."""
    assert of_machine(error) is None
