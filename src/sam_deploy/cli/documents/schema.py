"""JSON Schemas (draft 2020-12) of what commands write with `--json`. Pure."""

from __future__ import annotations

from typing import Any, Final

from sam_deploy.cli.documents.every import DOCUMENTS
from sam_deploy.cli.documents.form import Document, Form, names, record, text, whole

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
"""The name of the draft, as its section 8.1.1 asks for."""
ERROR: Final = record(
    {
        "error": record(
            {
                "what": text("what was not done, and where"),
                "why": text("the cause, in AWS's words where it is AWS's"),
                "state": text("what is live now; empty when nothing had changed"),
                "hint": text("the command or the edit to make next"),
                "more": text("the command that explains the cause; empty where there is none"),
                "problems": names("all mistakes, where there are several"),
                "exit_code": whole("as on the page of exit codes"),
            }
        )
    },
    "written instead of the result, or behind its lines, when the command fails",
)


def schema(command: str, *, closed: bool = False) -> dict[str, Any]:
    """Return the schema of what a command writes: one of its results, or an error.

    Fields that are not named may be there, because a later version adds some; with `closed` they
    may not, so that tests find what is not described. Raises `LookupError` for a command without
    `--json`.
    """
    found = [each for each in DOCUMENTS if command in each.commands]
    if not found:
        raise LookupError(command)
    results = [_titled(each, command) for each in found]
    made: dict[str, Any] = {
        "$schema": DRAFT,
        "title": f"sam-deploy {command} --json",
        "description": _about(found),
        "anyOf": [*results, {"$ref": "#/$defs/error"}],
        "$defs": {"error": ERROR},
    }
    return _closed(made) if closed else made


def _titled(document: Document, command: str) -> Form:
    options = f" {document.options}" if document.options else ""
    return {"title": f"sam-deploy {command}{options} --json", **document.form}


def _about(found: list[Document]) -> str:
    if any(each.lines for each in found):
        return "Each line of standard output, where the result comes in lines (JSON Lines)."
    return "The document on standard output."


def _closed(form: Any) -> Any:  # noqa: ANN401 - any piece of a schema
    """Return the schema in which no object has fields that are not named."""
    if isinstance(form, list):
        return [_closed(each) for each in form]
    if not isinstance(form, dict):
        return form
    made = {name: _closed(each) for name, each in form.items()}
    if "properties" in made and "additionalProperties" not in made and "type" in made:
        made["additionalProperties"] = False
    return made
