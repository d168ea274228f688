"""What `inspect` writes. Sizes are bytes, shares 0-1."""

from __future__ import annotations

from typing import Final

from sam_deploy.cli.documents.form import (
    Document,
    Form,
    flag,
    listed,
    maybe,
    names,
    number,
    record,
    share,
    text,
    whole,
    words,
)

SCHEMA: Final = whole("rises when a field changes its meaning or goes")
_BRANCH_FIELDS: Final = {
    "name": text(),
    "zipped_bytes": whole(),
    "unpacked_bytes": whole(),
    "files": whole(),
}


def _branch(levels: int) -> Form:
    """Return the tree; from some level on its branches are told as lists of objects."""
    below = _branch(levels - 1) if levels else {"type": "object"}
    return record({**_BRANCH_FIELDS, "branches": listed(below, "the same, the largest")})


_PART: Final = record(
    {
        "kind": words("package", "application", "runtime"),
        "name": text(),
        "version": maybe(text()),
        "zipped_bytes": whole(),
        "unpacked_bytes": whole(),
        "share": share("of the unpacked bytes"),
        "files": whole(),
        "bytecode": record({"files": whole(), "zipped_bytes": whole(), "unpacked_bytes": whole()}),
        "chain": names("from what was asked for; one name: asked for; none: no package"),
    }
)
REPORT: Final = record(
    {
        "schema": SCHEMA,
        "limits": record({"unpacked_bytes": whole(), "direct_bytes": whole(), "layers": whole()}),
        "archives": listed(
            record(
                {
                    "name": text(),
                    "kind": words("function", "layer", "archive"),
                    "path": text(),
                    "size_bytes": whole("the zip file"),
                    "zipped_bytes": whole("all files in it; with `overhead_bytes`: `size_bytes`"),
                    "overhead_bytes": whole(),
                    "unpacked_bytes": whole(),
                    "budget_bytes": maybe(whole("unpacked, that it may have")),
                    "files": whole(),
                    "parts": listed(_PART),
                    "tree": maybe(
                        record(
                            {**_BRANCH_FIELDS, "branches": listed(_branch(3), "at most 20")},
                            "null without `--depth`",
                        )
                    ),
                }
            )
        ),
        "functions": listed(
            record(
                {
                    "name": text(),
                    "layers": names(),
                    "size_bytes": whole(),
                    "own_unpacked_bytes": whole("without its layers"),
                    "unpacked_bytes": whole(),
                    "share": number("of Lambda's limit; above 1 it does not fit"),
                    "needs_s3": flag("whether it is too large to be sent directly"),
                    "fits": flag(),
                }
            )
        ),
        "conflicts": listed(
            record(
                {
                    "function": text(),
                    "package": text(),
                    "brought": listed(record({"archive": text(), "version": text()})),
                }
            ),
            "packages that come in several versions",
        ),
        "problems": names("sentences; not empty: exit 3"),
    }
)
_SIDE: Final = record(
    {"path": text(), "size_bytes": whole(), "unpacked_bytes": whole(), "files": whole()}
)
_CHANGED: Final = record(
    {
        "change": words("added", "removed", "changed"),
        "name": text(),
        "old_version": maybe(text()),
        "new_version": maybe(text()),
        "zipped_bytes": whole("negative: what went"),
        "unpacked_bytes": whole("the same"),
    }
)
DIFFERENCE: Final = record(
    {
        "schema": SCHEMA,
        "old": _SIDE,
        "new": _SIDE,
        "size_bytes": whole("what came; negative: what went"),
        "unpacked_bytes": whole("the same"),
        "packages": listed(_CHANGED),
        "files": listed(_CHANGED, "your own, and those of `sam_deploy_runtime`"),
    }
)
IMPORT: Final = record(
    {
        "schema": SCHEMA,
        "function": text(),
        "module": text(),
        "python": text(),
        "runtime": names("packages that the runtime brings"),
        "seconds": listed(number(), "of each run"),
        "median_seconds": number(),
        "top_level": listed(
            record({"name": text(), "own_seconds": number(), "modules": whole()}),
            "by top-level package",
        ),
        "imported": listed(
            record({"name": text(), "own_seconds": number(), "seconds": number()}),
            "every module",
        ),
    }
)

INSPECTING: Final = (
    Document(("inspect",), REPORT, about="Sizes are bytes, shares 0-1."),
    Document(("inspect",), DIFFERENCE, "--diff OLD NEW"),
    Document(("inspect",), IMPORT, "--import-time FUNCTION"),
)
