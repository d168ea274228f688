"""Write docs/reference/json.md and docs/reference/schemas/ from what `cli/documents` says.

uv run scripts/documents.py            write them
uv run scripts/documents.py --check    exit 1 when they are not current
"""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sam_deploy.cli.documents import DOCUMENTS, Document, commands, schema
from sam_deploy.cli.documents.schema import ERROR

WIDTH = 100
REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
PAGE, SCHEMAS = REFERENCE / "json.md", REFERENCE / "schemas"
HEAD = """# JSON output

`--json` writes one document to standard output; progress stays on standard error. A command that
fails writes an [error](#errors), whatever it failed of: a mistake in its options, a refusal,
Ctrl-C. One that could read only some of the regions writes what these said, and ends with 7; why
the others said nothing stands on standard error.

The fields below are stable. A later version adds fields, and words where a field has one of
several, and takes none away; so let unknown fields be. Where a document has a `schema`, it rises
when a field changes its meaning all the same. `sam-deploy schema COMMAND` prints the JSON Schema
(draft 2020-12) of what a command writes; [schemas/](schemas) holds all of them. In the tables `[]`
is each entry of a list, `<region>` each name of an object; a field with a `?` is not always there.

Made by `scripts/documents.py`.
"""
ERRORS = """
## Errors

When a command with `--json` fails, the document is

```json
{
  "error": {
    "what": "`deploy.py` has 1 mistake",
    "why": "in `/home/me/orders/deploy.py`",
    "state": "",
    "hint": "correct `deploy.py` and run the command again; nothing was changed",
    "problems": ["deploy.py:21: functions[\\"Api\\"].memory_mb: must be at least 128, not 100"],
    "exit_code": 2
  }
}
```
"""
NAMES = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean",
         "object": "object", "null": "null"}  # fmt: skip
Form = Mapping[str, Any]


def main() -> int:
    """Write page and schemas, or say whether they are current."""
    files = {PAGE: page()} | {
        SCHEMAS / f"{file_name(each)}.json": text(each) for each in commands()
    }
    there = {PAGE, *SCHEMAS.glob("*.json")}
    if "--check" in sys.argv:
        current = set(files) == there and all(
            path.read_text(encoding="utf-8") == made for path, made in files.items()
        )
        print("current" if current else "run `uv run scripts/documents.py`: not current")
        return 0 if current else 1
    SCHEMAS.mkdir(exist_ok=True)
    for path in there - set(files):
        path.unlink()
    for path, made in files.items():
        path.write_text(made, encoding="utf-8")
    return 0


def file_name(command: str) -> str:
    """Return the name of a command's schema."""
    return command.replace(" ", "-")


def text(command: str) -> str:
    """Return a command's schema as `sam-deploy schema` prints it."""
    return json.dumps(schema(command), indent=2, ensure_ascii=False) + "\n"


def page() -> str:
    """Return the page: a section for every document, and the error."""
    return HEAD + "".join(map(section, DOCUMENTS)) + ERRORS + "\n" + table(ERROR)


def section(document: Document) -> str:
    """Return a document as heading, sentences and table."""
    options = f" {document.options}" if document.options else ""
    title = ", ".join(f"`{each}{options} --json`" for each in document.commands)
    form = document.form
    listed = "A list of objects." if form.get("type") == "array" else ""
    said = textwrap.fill(document.about or listed, WIDTH, break_on_hyphens=False)
    return "\n\n".join(filter(None, [f"\n## {title}", said, table(form)]))


def table(form: Form) -> str:
    """Return the fields of a document, each with its type and what it says."""
    found = rows("", form)
    return "| field | type | |\n|---|---|---|\n" + "".join(
        f"| `{path}` | {kind} | {about} |\n".replace("|  |", "| |") for path, kind, about in found
    )


def rows(path: str, form: Form) -> Iterator[tuple[str, str, str]]:
    """Yield (path, type, what it says) of every field below a form."""
    if form.get("type") == "array":
        yield from rows(f"{path}[]", form["items"])
        return
    required = form.get("required", ())
    for name, each in form.get("properties", {}).items():
        below = f"{path}.{name}" if path else name
        if about(each) or kind_of(each) not in {"object", "list of objects"}:
            yield below + ("" if name in required else "?"), kind_of(each), about(each)
        yield from rows(below, inner(each))
    free = form.get("additionalProperties")
    if isinstance(free, Mapping):
        name = form.get("propertyNames", {}).get("description", "name")
        below = f"{path}.<{name}>" if path else f"<{name}>"
        if kind_of(free) != "object":
            yield below, kind_of(free), about(free)
        yield from rows(below, inner(free))


def inner(form: Form) -> Form:
    """Return the form as if it could not be null."""
    kind = form.get("type")
    return {**form, "type": kind[0]} if isinstance(kind, list) else form


def kind_of(form: Form) -> str:
    """Return a type in words: `string or null`, `list of strings`."""
    kind = form.get("type")
    if kind is None:
        return "any"
    if isinstance(kind, list):
        return " or ".join([kind_of({**form, "type": kind[0]}), "null"])
    if kind == "array":
        items = kind_of(form["items"])
        return f"list of {items}s" if items in {"string", "number", "object"} else "list"
    return NAMES[kind]


def about(form: Form) -> str:
    """Return what is said of a form: the words it may be, and its description."""
    known = [f"`{each}`" for each in form.get("enum", ()) if each is not None]
    said = form.get("description", "")
    share = "0-1" if form.get("maximum") == 1 else ""
    one = f"{', '.join(known[:-1])} or {known[-1]}" if known[1:] else "".join(known)
    return "; ".join(filter(None, [one, said, share])).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
