"""What promotions, rollbacks, canaries and the broker write."""

from __future__ import annotations

from typing import Final

from sam_deploy.cli.documents.form import (
    Document,
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

STRATEGY: Final = record(
    {
        "weights": listed(share(), "steps before all calls go over; empty when they go at once"),
        "every_seconds": number(),
        "hold_seconds": number("how long it is watched after the last step"),
        "min_requests": whole("calls that a step needs before it counts as healthy"),
        "quiet": names("functions that need not be called; `*` for all"),
        "check": maybe(text("command or function that is asked in every step")),
        "alarms": by_name(names(), "that are watched besides the app's own", name="region"),
        "with_alarm": flag("false when alarms that ring already are let be"),
    },
    "how calls go over",
)
_PLAN: Final = {
    "act": words("promote", "rollback"),
    "environment": text("what is changed"),
    "source": text("the environment that it comes from, or the release that it goes back to"),
    "digest": text("SHA-256 of the release plan, in hex"),
    "regions": names("where aliases move"),
    "without": names("regions that are left out"),
    "strategy": STRATEGY,
    "warnings": names("in words, what to look at twice; empty once it is resumed"),
    "aliases": listed(
        record(
            {
                "function": text("as on AWS"),
                "region": text(),
                "alias": text(),
                "before": maybe(text("null when that version is gone, or nothing was served")),
                "after": text("`new` for a version that is still to be published"),
                "commit": maybe(text()),
                "code_sha256": maybe(text("base64, as Lambda says it")),
                "changes": flag("false when the alias serves that version already"),
            }
        )
    ),
    "stacks": listed(
        record(
            {
                "stack": text(),
                "region": text(),
                "way": words("create", "update", "recreate", "none"),
            }
        ),
        "what is deployed first where environments have stacks of their own; else empty",
    ),
}
PLAN: Final = record(_PLAN)
DONE: Final = record(
    {
        **_PLAN,
        "release": maybe(text("such as `prod-7`; null when there was nothing to do")),
        "moved": whole("aliases that were moved, or came with their stack"),
        "window_seconds": number("how long regions may have differed"),
        "seconds": number("from the approval to the end"),
    }
)
RETURNED: Final = record({**_PLAN, "outcome": words("returned", about="everything is taken back")})
_FUNCTION: Final = record(
    {
        "function": text(),
        "region": text(),
        "before": text("version"),
        "after": text("version"),
        "calls": maybe(whole("of the new version since the step began; null when unread")),
        "errors": maybe(whole("the same")),
    }
)
_ALARM: Final = record(
    {
        "region": text(),
        "name": text(),
        "state": text("as CloudWatch has it, or `missing`"),
        "since": maybe(text()),
    }
)
NOTHING: Final = record({"resumed": flag("false"), "why": text()})
SHIFT: Final = record(
    {
        "shift": maybe(
            record(
                {
                    "environment": text(),
                    "promotion": text(),
                    "phase": maybe(
                        text(
                            "`shifting`, or `returning` while everything is taken back; "
                            "`flipping` before the first step"
                        )
                    ),
                    "step": whole("0 before the first step"),
                    "steps": whole("the last one has all calls"),
                    "weight": share("what the new versions serve"),
                    "since": maybe(text("when the step began (UTC)")),
                    "ends": maybe(text("when its time is over (UTC)")),
                    "until": maybe(
                        text("when the schedules take it back, unless pushed forward (UTC)")
                    ),
                    "watched": flag("whether the process that watches shows that it lives"),
                    "command": text(),
                    "who": text("who runs it"),
                    "host": text(),
                    "heard_seconds": maybe(
                        number("since its last sign of life; null when it has ended")
                    ),
                    "strategy": STRATEGY,
                    "functions": listed(_FUNCTION),
                    "alarms": listed(_ALARM),
                    "unread": by_name(text(), "why it cannot be read", name="region"),
                },
                "null when no promotion with steps is under way",
            )
        )
    }
)
BROKER: Final = record(
    {
        "broker": text("name or ARN, as in `deploy.py`"),
        "app": text("as the broker says"),
        "account": text("the same"),
        "tool_version": text("the same"),
        "guarded": by_name(
            by_name(names("regions"), "by function, as on AWS", name="function"), name="alias"
        ),
        "recipients": names("who gets codes"),
        "codes_this_hour": by_name(whole(), name="alias"),
        "differences": names("in words, what it knows otherwise than `deploy.py`"),
        "moved_past": names("in words, which aliases serve what the broker never set"),
        "caller": text("ARN of these credentials"),
        "around": maybe(names("in words, what they could do past the broker; null: not known")),
        "around_unknown": maybe(text("why it is not known")),
    }
)

RELEASING: Final = (
    Document(("promote", "rollback", "resume"), DONE),
    Document(("promote", "rollback"), PLAN, "--dry-run"),
    Document(
        ("resume", "shift abort"),
        RETURNED,
        about="Of a promotion that is taken back: by `shift abort`, by `resume --abort`, or by "
        "`resume` because it had failed (then an [error](#errors) follows, as a document of its "
        "own).",
    ),
    Document(("resume",), NOTHING, about="When nothing was interrupted."),
    Document(
        ("shift abort",), DONE, about="Where nothing was left to take back, before its error."
    ),
    Document(
        ("shift status",),
        SHIFT,
        about="With `--progress json` a promotion tells `ShiftStep` when a step begins, and "
        "`ShiftLook` for looks in which something has changed, and every half minute; their "
        "fields are those of the screen.",
    ),
    Document(("broker status",), BROKER),
)
