"""What `deploy`, `resume` and `build` write."""

from __future__ import annotations

from typing import Final

from sam_deploy.cli.documents.form import (
    Document,
    Form,
    by_name,
    flag,
    listed,
    maybe,
    names,
    number,
    record,
    text,
    whole,
    words,
)

CHANGES: Final = listed(
    record(
        {
            "action": text("Add, Modify or Remove"),
            "logical_id": text(),
            "type": text("of the resource"),
            "replacement": maybe(text("`True`, `False` or `Conditional`, as CloudFormation says")),
        }
    ),
    "what the change set holds",
)
RELEASED: Final = record(
    {
        "environment": text("the environment that was moved"),
        "changed": whole("aliases that moved, counted in every region"),
        "functions": listed(
            record(
                {
                    "region": text(),
                    "function": text("name in `deploy.py`"),
                    "alias": text(),
                    "version": text("that it serves now"),
                    "previous": text("that it served before; empty when it served nothing"),
                    "changed": flag("false when it served that already"),
                }
            )
        ),
    },
    "null for a SAM template: it has no environments",
)
DEPLOYED: Final = record(
    {
        "app": text("its name; that of the stack for a SAM template"),
        "target": words("embedded", "aws"),
        "account": text(),
        "changed": flag("false when everything was as it should be"),
        "seconds": number("whole duration"),
        "build": record(
            {"built": whole("archives made now"), "reused": whole("archives found unchanged")}
        ),
        "regions": by_name(
            record(
                {
                    "bucket": text("the artifact bucket"),
                    "archives_new": whole("archives that were not there before"),
                    "bytes_sent": whole("bytes that left this computer for this region"),
                    "layers_published": whole(),
                }
            ),
            name="region",
        ),
        "stacks": listed(
            record(
                {
                    "stack": text(),
                    "region": text(),
                    "outcome": words("created", "updated", "no changes"),
                    "seconds": number(),
                    "changes": CHANGES,
                    "outputs": by_name(text(), "what the stack tells"),
                }
            ),
            "one for each stack and region",
        ),
        "release": maybe(RELEASED),
    }
)
PLANNED: Final = record(
    {
        "app": text(),
        "target": words("embedded", "aws"),
        "changed": flag("false when every stack is as it should be"),
        "stacks": listed(
            record(
                {
                    "stack": text(),
                    "region": text(),
                    "way": words(
                        "create",
                        "update",
                        "recreate",
                        "none",
                        about="`recreate` is deleted and made anew",
                    ),
                    "changes": CHANGES,
                }
            ),
            "one for each stack and region",
        ),
    }
)


def _store(about: str) -> Form:
    return record({"files": whole(), "size_bytes": whole()}, about)


EFFORT: Final = record(
    {
        "resolve_seconds": number("to hash the inputs and, where needed, to choose versions"),
        "fetch_seconds": number("waiting for work that another archive shares is included"),
        "compile_seconds": number(),
        "splice_seconds": number(),
        "wheels": whole("wheels that went in"),
        "wheels_fetched": whole("what of them the store lacked"),
        "fetched_bytes": whole(),
        "compiled": whole("wheels and applications whose compiled files the store lacked"),
    },
    "where the time went; all 0 but the first when nothing had changed",
)
BUILT: Final = record(
    {
        "seconds": number(),
        "built": whole(),
        "reused": whole(),
        "archives": listed(
            record(
                {
                    "name": text(),
                    "kind": words("function", "layer"),
                    "archive": text("the file's name"),
                    "path": text("the file in the store"),
                    "sha256": text("its hash, in hex"),
                    "size_bytes": whole(),
                    "unpacked_bytes": whole(),
                    "files": whole(),
                    "reused": flag(),
                    "seconds": number(),
                    "left_out": names("packages that the runtime brings"),
                    "effort": EFFORT,
                }
            ),
            "one for each function and layer",
        ),
    },
    optional={
        "store": _store("what the store takes; with `-v` or `--prune-store` only"),
        "store_before": _store("the same before `--prune-store`"),
    },
)

DEPLOYING: Final = (
    Document(
        ("deploy", "resume"),
        DEPLOYED,
        about="Also of `deploy --plan` and `deploy --artifacts`; they and `resume` build nothing, "
        "so both figures of `build` are 0.",
    ),
    Document(
        ("deploy",),
        PLANNED,
        "--plan-only",
        "The file of `--out` is for `deploy --plan` of the same version of sam-deploy, and not "
        "described here.",
    ),
    Document(("build",), BUILT),
)
