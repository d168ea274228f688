"""What somebody agrees to, as the mail and the approval file tell it."""

from __future__ import annotations

from dataclasses import replace

from sam_deploy.cli.releasing.approving import subject_of
from sam_deploy.promotion import Flip, ReleasePlan, Version

PLAN = ReleasePlan(
    act="promote",
    app="shop",
    account="000000000000",
    caller="arn:aws:iam::000000000000:user/ops",
    home_region="eu-west-1",
    environment="prod",
    source="staging",
    regions=("eu-west-1",),
    flips=(Flip("eu-west-1", "ApiFunction", "Api", "prod", Version("1"), Version("new"), "r"),),
    nonce="0123",
    tool_version="1.2.3",
)


def test_a_plan_that_is_asked_for_again_is_what_was_agreed_to() -> None:
    """Versions have numbers by then; screen, mail and broker name one digest all the same."""
    numbered = replace(PLAN, nonce="4567", agreed=PLAN.digest)
    assert PLAN.digest == subject_of(PLAN).digest == subject_of(numbered).digest
    assert numbered.short == subject_of(numbered).plan
