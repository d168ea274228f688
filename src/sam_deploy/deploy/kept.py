"""A journal's document, which only the process that wrote it last may write again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sam_deploy.aws import Record, UnansweredError

if TYPE_CHECKING:
    from sam_deploy.deploy.journal import Entry
    from sam_deploy.deploy.lock import Documents

TRIES: Final = 2


class PutAsideError(Exception):
    """Somebody else has written the journal; `entry` is what they wrote."""

    def __init__(self, entry: Entry | None) -> None:
        super().__init__("put aside")
        self.entry = entry


class Kept:
    """A journal in the bucket. `read` makes an entry of what lies there under a key."""

    def __init__(
        self, documents: Documents, key: str, etag: str, read: Callable[[Record, str], Entry]
    ) -> None:
        self._documents, self._key, self._etag, self._read = documents, key, etag, read

    def put(self, entry: Entry) -> None:
        """The entry is stored. Raises `PutAsideError` when somebody else has written meanwhile."""
        body, found = entry.written(), None
        for _ in range(TRIES):
            there, lost = self._try(body)
            if there is not None and there.body == body:
                self._etag = there.etag
                return
            if lost is not None:
                raise lost
            found = self._read(there, self._key) if there else None
            if there is None or found is None or found.attempt != entry.attempt:
                break
            self._etag = there.etag  # ours, of a moment ago: the answer to that one was lost
        raise PutAsideError(found)

    def _try(self, body: bytes) -> tuple[Record | None, UnansweredError | None]:
        """Write it once; return what is there then, and the error when no answer came."""
        lost = etag = None
        try:
            if self._etag:
                etag = self._documents.replace(self._key, body, self._etag)
            else:
                etag = self._documents.create(self._key, body)
        except UnansweredError as error:
            lost = error
        return (Record(body, etag) if etag else self._documents.read(self._key)), lost
