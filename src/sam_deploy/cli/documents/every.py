"""All documents, in the order of the reference page."""

from __future__ import annotations

from typing import Final

from sam_deploy.cli.documents.changing import CHANGING
from sam_deploy.cli.documents.cloud import CLOUD
from sam_deploy.cli.documents.deploying import DEPLOYING
from sam_deploy.cli.documents.form import Document
from sam_deploy.cli.documents.history import HISTORY
from sam_deploy.cli.documents.inspecting import INSPECTING
from sam_deploy.cli.documents.looking import LOOKING
from sam_deploy.cli.documents.releasing import RELEASING

DOCUMENTS: Final[tuple[Document, ...]] = (
    *DEPLOYING,
    *RELEASING,
    *HISTORY,
    *LOOKING,
    *CHANGING,
    *INSPECTING,
    *CLOUD,
)


def commands() -> tuple[str, ...]:
    """Return every command that writes a document, in the order of the page."""
    return tuple(dict.fromkeys(each for document in DOCUMENTS for each in document.commands))
