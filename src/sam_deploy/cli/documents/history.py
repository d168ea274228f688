"""What `status`, `history`, `release` and `audit` write."""

from __future__ import annotations

from typing import Final

from sam_deploy.cli.documents.form import (
    Document,
    anything,
    by_name,
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

WEIGHTS: Final = by_name(
    share(),
    "other versions and their fraction of the calls; empty outside of a canary",
    name="version",
)
STATUS: Final = listed(
    record(
        {
            "function": text("name in `deploy.py`"),
            "feature_set": text(),
            "region": text(),
            "environment": text(),
            "version": maybe(text("that the alias serves; null when not deployed")),
            "weights": WEIGHTS,
            "release": maybe(text("newest release of the environment, such as `prod-7`")),
            "drift": flag("true when the alias is not where that release has put it"),
            "hot": flag("true for code of `deploy --watch`, which no stack has"),
            "unfinished": maybe(
                text("promotion or rollback of the environment that is not at its end, in words")
            ),
        }
    )
)
_RELEASE: Final = {
    "id": text("such as `prod-12`"),
    "environment": text(),
    "number": whole(),
    "act": words("deploy", "promote", "rollback", "found"),
    "source": text("`staging` for a promotion, `prod-9` for a rollback, else empty"),
    "made": text("UTC, ISO 8601"),
    "who": text("ARN of the caller"),
    "host": text("the computer"),
    "digest": text("of the release plan; empty for a deployment"),
    "promotion": text("12 hex letters that name this very promotion, rollback or deployment"),
    "approval": text("`code to ops@example.com`, `file of arn...`, or empty"),
    "note": text(),
    "left_out": names("regions that serve what they served: down, or failed"),
    "functions": listed(
        record(
            {
                "function": text("as on AWS"),
                "region": text(),
                "version": text(),
                "commit": maybe(text("a `+` for changed files; null when unknown")),
                "code_sha256": text("base64, as Lambda says it"),
                "moved": flag("by this release"),
            }
        ),
        "every function in every region",
    ),
}
SHOWN: Final = record({**_RELEASE, "before": maybe(text("id of the release before it"))})
TOLD: Final = record(
    {
        "releases": listed(record(_RELEASE), "the newest first; as `release show`, less `before`"),
        "live": by_name(
            maybe(text("newest release that is served as it was put on record; null: none is")),
            name="environment",
        ),
        "not_compared": maybe(
            text(
                "why it is not known what is served, such as a region that does not answer; then "
                "all of `live` is null and `drift` is empty"
            )
        ),
        "drift": listed(
            record(
                {
                    "environment": text(),
                    "function": text("as on AWS"),
                    "region": text(),
                    "recorded": text("the version on record"),
                    "version": maybe(text("the version served; null when it is gone")),
                    "weights": WEIGHTS,
                    "hot": flag("as in `status`"),
                }
            ),
            "where an environment does not serve what its newest release says",
        ),
    }
)
VERDICT: Final = record(
    {
        "intact": flag("true; otherwise the document is an error, with exit code 5"),
        "events": whole(),
        "first": maybe(text("when: UTC, ISO 8601")),
        "last": maybe(text("the same")),
        "last_sha256": maybe(text("hash of the last event, in hex")),
        "pointed": flag("false when `head.json` is missing, so that the end is not known"),
        "releases": whole("records that were compared"),
    }
)
EVENTS: Final = listed(
    record(
        {
            "number": whole(),
            "time": text("UTC, ISO 8601"),
            "event": text(),
            "who": text(),
            "host": text(),
            "facts": by_name(anything(), "what belongs to the event"),
            "previous": text("hash of the event before it, in hex"),
            "sha256": text("its own"),
        }
    ),
    "the newest first",
)

_RUN: Final = {
    "run": text("name of the log, without `.jsonl`"),
    "command": text("such as `shift advance`"),
    "arguments": names("text that could be a secret is `***`"),
    "target": maybe(text("null where a command goes nowhere, or did not know yet")),
    "started": number("Unix seconds"),
    "seconds": maybe(number("null while it is under way, and when its process has died")),
    "exit_code": maybe(whole("the same")),
    "running": flag("true while its process lives"),
    "outcome": words("done", "failed", "interrupted", "under way", "died"),
    "error": maybe(
        record(
            {
                "what": text(),
                "why": text(),
                "state": text(),
                "hint": text(),
                "problems": names(),
            },
            "as in errors",
            optional={"traceback": text("of a bug")},
        )
    ),
    "path": text("the log"),
}
RUNS: Final = record({"runs": listed(record(_RUN), "the newest first")})
RUN: Final = record(
    {
        **_RUN,
        "events": listed(
            by_name(anything(), name="fact"), "every line of the log, as docs/concepts/runs.md says"
        ),
    }
)

HISTORY: Final = (
    Document(("status",), STATUS, about="One object for each function, region and environment."),
    Document(("history",), TOLD),
    Document(("release show",), SHOWN),
    Document(("runs",), RUNS),
    Document(("runs show",), RUN),
    Document(("audit verify",), VERDICT),
    Document(("audit list",), EVENTS),
)
