"""Changes a document that others change, too: compare and swap, and recognise one's own write."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sam_deploy.aws import UnansweredError
from sam_deploy.errors import ApprovalError

if TYPE_CHECKING:
    from sam_deploy.aws import Record
    from sam_deploy.deploy.lock import Documents

TRIES: Final = 20


def change(documents: Documents, key: str, edit: Callable[[Record | None], bytes]) -> None:
    """The document is what `edit` made of the state that was there.

    `edit` may refuse by raising. It must give other bytes at each call, so that a write whose
    answer was lost is told from somebody else's. Raises `ApprovalError` when others always win.
    """
    for _ in range(TRIES):
        found = documents.read(key)
        body = edit(found)
        if write(documents, key, body, found):
            return
    raise ApprovalError(
        f"`{key}` changed each time when it was to be written",
        why="several commands ask for approvals at the same moment",
        hint="run the same command again",
    )


def write(documents: Documents, key: str, body: bytes, before: Record | None) -> bool:
    """Whether the document now is `body`, in the place of the state `before`."""
    lost: UnansweredError | None = None
    etag = None
    try:
        if before is None:
            etag = documents.create(key, body)
        else:
            etag = documents.replace(key, body, before.etag)
    except UnansweredError as error:
        lost = error
    if etag:
        return True
    # refused, or carried out with its answer lost: what is there now tells which
    now = documents.read(key)
    if now is not None and now.body == body:
        return True
    if lost is not None:
        raise lost
    return False
