"""A source file's content is what it was when it was hashed, or the build begins again.

What is made of other bytes than the hash says would be found under that hash for ever.
Reads the user's files.
"""

from __future__ import annotations

import hashlib

from sam_deploy.build.model import ApplicationFile


class ChangedError(Exception):
    """A source file is not what it was when it was hashed."""

    def __init__(self, file: ApplicationFile) -> None:
        super().__init__(file.path)
        self.file = file


def read(file: ApplicationFile) -> bytes:
    """Return a file's content, which is the content that was hashed. Raises `ChangedError`."""
    try:
        content = file.source.read_bytes()
    except FileNotFoundError as error:
        raise ChangedError(file) from error
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise ChangedError(file)
    return content
