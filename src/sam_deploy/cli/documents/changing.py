"""What `recover`, `destroy`, `settings` and `layers` write."""

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

RECOVERED: Final = record(
    {
        "target": words("embedded", "aws"),
        "recovered": whole("stacks for which something was done"),
        "stacks": listed(
            record(
                {
                    "stack": text(),
                    "region": text(),
                    "before": maybe(text("its status then; null when there was none")),
                    "case": words(
                        "absent",
                        "fine",
                        "busy",
                        "continue",
                        "delete",
                        "discard",
                        "anew",
                        "elsewhere",
                        "unknown",
                    ),
                    "done": maybe(words("rolled back", "deleted", "removed", "tidied")),
                    "status": maybe(text("its status now; null when there is none")),
                    "stuck": listed(
                        record(
                            {
                                "logical_id": text(),
                                "type": text(),
                                "status": text(),
                                "reason": text(),
                            }
                        ),
                        "what was in the way",
                    ),
                    "kept": names("names on AWS of data that stays"),
                    "deleted_data": names("names on AWS of data that was named to go"),
                }
            ),
            "one for each stack and region that was looked at",
        ),
    }
)
_PART: Final = record({"name": text("on AWS"), "type": text(), "logical_id": text()})
DESTROYED: Final = record(
    {
        "app": text(),
        "target": words("embedded", "aws"),
        "destroyed": flag("false when there was nothing to destroy"),
        "seconds": number("whole duration"),
        "stacks": listed(
            record(
                {
                    "stack": text(),
                    "region": text(),
                    "resources": whole("what went with it"),
                    "kept": listed(_PART, "data that stays"),
                    "deleted_data": listed(_PART, "data that was named to go"),
                }
            ),
            "one for each stack and region that is gone",
        ),
        "beside": listed(
            record({"name": text(), "type": text(), "region": text()}),
            "what stays and is in no stack: replicas, settings, secrets, layers, artifacts",
        ),
        "layer_versions": whole("deleted by `--layers-too`"),
        "artifact_buckets": names("deleted by `--artifacts-too`"),
    }
)
_SETTING: Final = {
    "name": text(),
    "environment": text(),
    "region": maybe(text("null for `get`, which tells all `regions`")),
    "kind": words("plain", "encrypted", "secret"),
    "declared": flag("whether a function or `settings=` names it"),
    "missing": flag(),
    "value": maybe(text("null when it is secret, or missing")),
    "modified": maybe(text("UTC, ISO 8601")),
}
WRITTEN: Final = record(
    {"name": text(), "environment": text(), "regions": names("written to")}, "never the value"
)
DIFFERENCES: Final = listed(
    record(
        {
            "name": text(),
            "what": words("missing", "differs", "regions"),
            "environment": maybe(text("where it is missing, or where regions differ")),
            "regions": names(),
            "values": maybe(by_name(text("`***` for what is secret"), name="environment")),
        }
    )
)
_VERSION: Final[dict[str, Form]] = {
    "layer": text("name in `deploy.py`"),
    "name": text("name on AWS"),
    "region": text(),
    "version": whole(),
    "arn": text(),
    "created": text("as AWS tells it, ISO 8601"),
    "sha256": maybe(text("of the content; null when sam-deploy has not published it")),
    "used_by": listed(
        record(
            {
                "kind": words("alias", "latest", "version", "stack"),
                "name": text(),
                "function": text(),
                "version": text(),
            }
        )
    ),
}
LAYERS: Final = listed(
    record({**_VERSION, "size_bytes": maybe(whole("of the archive; null when it has just gone"))})
)
PRUNED: Final = record(
    {
        "keep": whole("newest versions that stay in any case"),
        "dry_run": flag(),
        "removed": listed(record(_VERSION), "empty with `--dry-run`"),
        "would_remove": listed(record(_VERSION), "empty without `--dry-run`"),
        "kept": listed(record({**_VERSION, "why": text("what keeps it")})),
    }
)

CHANGING: Final = (
    Document(("recover",), RECOVERED),
    Document(("destroy",), DESTROYED),
    Document(("settings list",), listed(record(_SETTING))),
    Document(("settings get",), record({**_SETTING, "regions": names()})),
    Document(("settings set", "settings delete"), WRITTEN),
    Document(("settings diff",), DIFFERENCES),
    Document(("layers list",), LAYERS, about="One object for each layer version and region."),
    Document(("layers prune",), PRUNED),
)
