"""A manifest as text, and back. JSON with a schema number, so that an unknown one is refused."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Final

from sam_deploy.errors import RefusedError
from sam_deploy.manifest.model import Manifest

SCHEMA: Final = 1


def write(manifest: Manifest) -> str:
    """Return a manifest as JSON: the same text for the same value.

    Values of hidden parameters (NoEcho) are left out: a stack that stands keeps its own.
    """
    told = asdict(manifest)
    for template in told["templates"].values():
        hidden = template["hidden"]
        template["values"] = {k: v for k, v in template["values"].items() if k not in hidden}
    return json.dumps({"schema": SCHEMA, "manifest": told}, sort_keys=True)


def read(text: str | bytes, where: str) -> Manifest:
    """Return the manifest that a text holds; `where` names it in errors.

    Raises `RefusedError` when it is cut off, or was written by a version that does it differently.
    """
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415 - 80 ms, seldom needed

    try:
        found = json.loads(text)
        if found["schema"] != SCHEMA:
            raise RefusedError(
                f"{where} was written by another version of sam-deploy",
                why=f"its schema is {found['schema']}; this version reads {SCHEMA}",
                hint="use the version that wrote it, or run `sam-deploy deploy` from the sources",
            )
        return TypeAdapter(Manifest).validate_python(found["manifest"])
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise RefusedError(
            f"{where} cannot be read",
            why=f"it is not a whole manifest: {type(error).__name__}",
            hint="run `sam-deploy deploy` from the sources; it does only what is left",
        ) from error
