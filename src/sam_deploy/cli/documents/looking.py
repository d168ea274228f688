"""What `diff`, `logs`, `outputs`, `doctor`, `template` and `explain` write."""

from __future__ import annotations

from typing import Final

from sam_deploy.cli.documents.form import (
    Document,
    Form,
    anything,
    by_name,
    flag,
    listed,
    maybe,
    names,
    record,
    text,
    whole,
    words,
)

_ACTION: Final = words("add", "change", "remove")
_CHANGED: Final = record(
    {
        "section": text("such as Resources"),
        "name": text("the logical id"),
        "action": _ACTION,
        "type": maybe(text("of the resource")),
        "environment": maybe(text("to which it belongs; null when it is shared")),
        "everywhere": flag("shared, and met by the users of every environment at once"),
        "origin": maybe(record({"path": text(), "line": whole()}, "in `deploy.py`")),
        "replacement": maybe(words("always", "maybe", about="when it is made anew")),
        "because": names("the properties, or resources, that make it so"),
        "consequence": maybe(text("what that means, in words")),
        "properties": listed(
            record({"path": text(), "action": _ACTION, "old": anything(), "new": anything()}),
            "in full",
        ),
    },
    optional={
        "old": anything("the whole entry, of what is gone"),
        "new": anything("the whole entry, of what is new"),
    },
)


def _values(about: str) -> Form:
    return listed(
        record(
            {
                "name": text(),
                "old": maybe(text()),
                "new": maybe(text("null when it is not known yet, or none")),
                "note": maybe(text("why it is not known yet")),
                "used_by": names(),
            }
        ),
        about,
    )


DIFF: Final = record(
    {
        "target": words("embedded", "aws"),
        "differences": flag("false when every stack is as it should be"),
        "stacks": listed(
            record(
                {
                    "stack": text(),
                    "region": text(),
                    "status": maybe(text("of the stack now; null when there is none")),
                    "deployed": flag("false when everything is new"),
                    "create": listed(
                        record({"logical_id": text(), "type": text()}),
                        "then: every resource",
                    ),
                    "changes": listed(
                        _CHANGED, "entries of the template that are new, gone or changed"
                    ),
                    "parameters": _values("of the stack"),
                    "tags": _values("of the stack"),
                    "hidden_parameters": names(
                        "parameters with `NoEcho`, which cannot be compared"
                    ),
                }
            ),
            "one for each stack and region",
        ),
    }
)
LINE: Final = record(
    {
        "time": text("ISO 8601 in UTC, with milliseconds"),
        "region": text(),
        "function": text("name in `deploy.py`; in a template the logical id"),
        "version": maybe(text("that ran, such as `7` or `$LATEST`")),
        "environment": maybe(text("whose call it was, when it can be known")),
        "environments": names("that the version serves now"),
        "level": maybe(text("`error` or `warning`, as far as the text tells")),
        "kind": words(
            "text", "platform", about="`platform` for START, END and REPORT (with `--all` only)"
        ),
        "stream": text(),
        "message": text(),
    }
)
ROWS: Final = listed(
    record({"region": text()})
    | {"additionalProperties": maybe(text("a field of the query; null where a row has none"))}
)
OUTPUTS: Final = listed(
    record(
        {
            "stack": text(),
            "region": text(),
            "status": maybe(text("of the stack; null when it is not deployed")),
            "outputs": by_name(text()),
        }
    )
)
FINDINGS: Final = listed(
    record(
        {
            "name": text(),
            "state": words("ok", "warning", "problem"),
            "message": text(),
            "advice": maybe(text()),
        }
    )
)
COUNTS: Final = record(
    {
        "schema": whole("rises when a field changes its meaning or goes"),
        "counts": listed(
            record(
                {"kind": text("what is counted"), "shared": whole(), "isolated": whole()},
                "in all regions together",
            )
        ),
    }
)
AUDITED: Final = record(
    {
        "schema": whole("rises when a field changes its meaning or goes"),
        "errors": whole(),
        "warnings": whole(),
        "waived": whole(),
        "stacks": listed(
            record(
                {
                    "stack": text(),
                    "findings": listed(
                        record(
                            {
                                "rule": text(),
                                "severity": text("error, warning or note"),
                                "logical_id": text("empty for the template as a whole"),
                                "property": text("where in the resource"),
                                "message": text(),
                                "path": text("what in `deploy.py` caused it"),
                                "line": whole("its line there; 0 when unknown"),
                                "environment": text("empty for what all of them share"),
                                "waived_reason": text("empty when it does apply"),
                            }
                        )
                    ),
                }
            )
        ),
    }
)
EXIT_CODE: Final = record(
    {
        "code": whole("exit code"),
        "word": text("its name"),
        "meaning": text(),
        "live": text("what is live then"),
        "causes": names("what usually causes it"),
        "steps": names("what to do"),
        "error": text("kind of error that ends with it; empty for 0, 1 and 130"),
    }
)
RULE: Final = record({"rule": text(), "severity": text(), "why": text(), "fix": text()})
LIMIT: Final = record(
    {"rule": text(), "most": whole(), "what": text(), "warn_from": whole("0 for no warning")}
)
MISTAKE: Final = record({"id": text(), "why": text(), "fix": text()})
AWS_CODE: Final = record(
    {
        "code": text("as AWS writes it"),
        "of": text("who says it"),
        "meaning": text(),
        "causes": names("what usually causes it"),
        "steps": names("what to do"),
        "also": names("other names of the same"),
    }
)
EXPLAINED: Final = record(
    {
        "exit_codes": listed(EXIT_CODE),
        "aws_codes": listed(AWS_CODE),
        "rules": names(),
        "limits": names(),
    }
)

LOOKING: Final = (
    Document(("diff",), DIFF),
    Document(
        ("logs",),
        LINE,
        lines=True,
        about="One object a line (JSON Lines), also with `--follow`. An error, such as a region "
        "that did not answer, comes behind the lines as a document of its own.",
    ),
    Document(("logs",), ROWS, "--query ..."),
    Document(("outputs",), OUTPUTS, about="One object for each stack and region."),
    Document(("doctor",), FINDINGS),
    Document(("template",), COUNTS, "--count"),
    Document(("template",), AUDITED, "--audit"),
    Document(("explain",), EXPLAINED, about="Without a word: all that can be explained."),
    Document(("explain",), EXIT_CODE, "CODE"),
    Document(("explain",), AWS_CODE, "AWS_CODE"),
    Document(("explain",), RULE, "RULE"),
    Document(("explain",), MISTAKE, "RULE_OF_DEPLOY_PY"),
    Document(("explain",), LIMIT, "LIMIT"),
)
