"""What every `--json` document holds: the one source of JSON Schemas and of the reference page.

Pure values: nothing here is imported by the commands that write the documents, so that a press of
`--json` costs nothing; tests hold what is written to what is said here.
"""

from sam_deploy.cli.documents.every import DOCUMENTS, commands
from sam_deploy.cli.documents.form import Document
from sam_deploy.cli.documents.schema import schema

__all__ = ["DOCUMENTS", "Document", "commands", "schema"]
