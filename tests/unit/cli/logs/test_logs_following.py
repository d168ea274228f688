from __future__ import annotations

import io
import os

from sam_deploy.cli.logs.logs_following import reader_gone


def test_it_is_noticed_when_the_reader_of_a_pipe_has_gone() -> None:
    """`logs -f | grep -m1` ends without waiting for another line (R270)."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "w", encoding="utf-8") as stream:
        assert not reader_gone(stream)
        os.close(reader)
        assert reader_gone(stream)


def test_what_is_no_pipe_has_no_reader_to_lose() -> None:
    """As in tests, or under another program's control."""
    assert not reader_gone(io.StringIO())
