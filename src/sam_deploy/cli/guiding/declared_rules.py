"""What a warning about `deploy.py` means; `plan.warnings` finds them. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class DeclaredRule:
    """A rule that looks at `deploy.py`, not at a template."""

    id: str
    why: str
    fix: str


DECLARED_RULES: Final = (
    DeclaredRule(
        "default-bus",
        "The account's default bus belongs to no environment: every event on it arrives in every "
        "environment that listens, so what happens in dev reaches prod's function as well.",
        "Give the rule or trigger an `EventBus` of the app, or `environments` with one of them.",
    ),
    DeclaredRule(
        "key-policy",
        "A queue or topic that is encrypted with a key of yours takes messages of AWS services "
        "only if that key's policy lets them. Otherwise their messages are lost without an error.",
        "Allow the service (such as events.amazonaws.com or sns.amazonaws.com) "
        "`kms:GenerateDataKey*` and `kms:Decrypt` in the key's policy.",
    ),
    DeclaredRule(
        "existing-queue-policy",
        "A queue with `existing=True` is never changed, so neither is its policy. Topics and rules "
        "that send to it are refused unless that policy lets them.",
        "Let the service that is named send to it (`sqs:SendMessage`) in the queue's own policy.",
    ),
)
"""Those of `sam_deploy.plan.warnings.RULES` that the audit of templates has not as well."""
