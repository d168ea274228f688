"""What the commands of the embedded cloud write."""

from __future__ import annotations

from typing import Final

from sam_deploy.cli.documents.form import (
    Document,
    anything,
    flag,
    listed,
    maybe,
    names,
    number,
    record,
    share,
    text,
    whole,
)

STATUS: Final = record(
    {"running": flag()},
    optional={
        "gateway": text("where APIs, function URLs and domains answer"),
        "endpoint": text("AWS_ENDPOINT_URL for the AWS CLI and SDKs"),
        "account": text(),
        "python": text("the interpreter of the emulator"),
        "pids": listed(whole(), "emulator, gateway, proxy"),
        "started": text("ISO 8601"),
        "faults": whole("how many are in force"),
    },
)
MAIL: Final = record(
    {
        "sender": text(),
        "recipients": names(),
        "subject": text(),
        "text": text(),
        "html": text("empty when it has no HTML part"),
        "sent": text("when"),
    }
)
CALLED: Final = record(
    {
        "function": text(),
        "environment": maybe(text("null for a function of a template's stack")),
        "region": text(),
        "version": text("that ran"),
        "error": maybe(text("null for a good call, else `Unhandled` or `Handled`")),
        "answer": anything("what the function answered; of a failed one its error"),
        "log": text("the last 4 kB of its log"),
    }
)
SENT: Final = record({"queue": text("as on AWS"), "region": text(), "message_id": text()})
PUT: Final = record(
    {"bucket": text("as on AWS"), "key": text(), "region": text(), "size_bytes": whole()}
)
QUEUES: Final = listed(
    record(
        {
            "queue": text("name in `deploy.py`"),
            "environment": text(),
            "region": text(),
            "waiting": whole("messages"),
            "in_flight": whole("messages"),
            "delayed": whole("messages"),
            "dead": whole("messages in its dead-letter queue"),
            "latest_dead": text("the body of the newest one; empty when there is none"),
        }
    )
)
FAULT: Final = record(
    {
        "id": text("such as f1"),
        "fault": record(
            {
                "when": record(
                    {
                        "service": text("as it signs; empty for any"),
                        "operation": text("empty for any"),
                        "region": text("empty for any"),
                        "detail": text("empty for any"),
                    }
                ),
                "outage": flag(),
                "lose_answers": flag(),
                "error": text("a code, or empty"),
                "throttle": share("of the calls"),
                "latency_seconds": number(),
                "share": share("of `outage`, `error` and `lose_answers`"),
                "times": maybe(whole("null for no end")),
                "seed": whole(),
            }
        ),
        "calls": whole("that it was for"),
        "failed": whole("by it"),
        "delayed": whole("by it"),
    }
)

CLOUD: Final = (
    Document(
        ("cloud start", "cloud status"),
        STATUS,
        about="All but `running` only when it runs.",
    ),
    Document(("cloud mail",), listed(MAIL)),
    Document(("cloud mail",), MAIL, "--follow", "One object a line (JSON Lines).", lines=True),
    Document(
        ("cloud invoke", "cloud schedule"),
        CALLED,
        about="The error of a function that fails follows as a document of its own.",
    ),
    Document(("cloud send-queue",), SENT),
    Document(("cloud put-object",), PUT),
    Document(("cloud queues",), QUEUES),
    Document(("cloud fault add",), FAULT),
    Document(("cloud fault list",), listed(FAULT)),
)
