"""The events of a short deployment: two builds, one region, one stack that fails to change."""

from __future__ import annotations

import pytest

from sam_deploy.events import (
    AliasMoved,
    BuildFinished,
    BuildProgress,
    BuildStarted,
    Event,
    Listing,
    Note,
    PhaseStarted,
    Planned,
    RegionFinished,
    StackEvent,
    StepFinished,
    StepStarted,
    Waiting,
)
from sam_deploy.steps import PROVIDE_STEPS, STACK_STEPS

HERE, STACK = "eu-west-1", "shop-sam"


@pytest.fixture
def story() -> list[Event]:
    """Every kind of event at least once, in the order in which a deployment reports them."""
    steps: list[Event] = []
    for index, name in enumerate((*PROVIDE_STEPS, *STACK_STEPS), start=1):
        stack = STACK if name in STACK_STEPS else ""
        steps.append(StepStarted(HERE, stack, name, index, 8))
        if name == "execute":
            steps += [
                StackEvent(HERE, STACK, "Role", "AWS::IAM::Role", "CREATE_COMPLETE"),
                Waiting(f"`{STACK}` (CloudFormation)", 3600.0, HERE),
                StackEvent(HERE, STACK, "Api", "AWS::IAM::Role", "CREATE_FAILED", "no rights"),
            ]
        steps.append(StepFinished(HERE, stack, name, index, 8, "done"))
    return [
        Planned(2, 1, 1),
        Note("the queue is impatient", "warning"),
        PhaseStarted("build", "Building functions and layers"),
        BuildStarted(2),
        BuildProgress("deps", "fetch", "3 wheels"),
        BuildFinished("deps", "layer", "deps.zip", 1_400_000, 1.26, False, 1, 2),
        BuildFinished("Api", "function", "Api.zip", 812, 0.0, True, 2, 2),
        Note("a new region"),
        *steps,
        Listing(
            "Put these into your DNS",
            ("name", "type", "value"),
            (("_1.api.x.com.", "CNAME", "_2.aws."), ("a.x.com", "CNAME", "d1.cloudfront.net")),
        ),
        AliasMoved(HERE, "ApiFunction", "dev", "2", "1"),
        RegionFinished(HERE, STACK, "updated", 12.34),
    ]
