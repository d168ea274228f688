"""Whether a deployment may bring code to an environment that is promoted to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sam_deploy.deploy.journal import Entry, PlaceEntry
from sam_deploy.deploy.preflight import Facts
from sam_deploy.deploy.preflight.promoted import promoted
from sam_deploy.plan.model import Topology

QUEUE = {"Jobs": {"Type": "AWS::SQS::Queue"}}
BOTH = ("eu-west-1", "us-east-1")
Make = Callable[..., Facts]


def of(facts: Facts, environment: str, topology: Topology = "isolated") -> Facts:
    """The same deployment, for an environment of its own."""
    stacks = tuple(
        replace(each, topology=topology, environments=(environment,))
        for each in facts.manifest.stacks
    )
    manifest = replace(facts.manifest, environment=environment, stacks=stacks)
    return replace(facts, manifest=manifest)


def test_a_stack_that_stands_gets_code_by_promotion_alone(make_facts: Make) -> None:
    """R180: else its one-time code would have no point. The error names the way."""
    (found,) = promoted(of(make_facts(QUEUE, QUEUE), "prod"))
    assert found.error is not None
    assert "Code comes to prod by promotion, not by a deployment" == found.error.what
    assert "sam-deploy promote prod" in found.error.hint


def test_a_stack_that_is_new_is_made_and_that_is_told(make_facts: Make) -> None:
    """R170: nobody is served there yet, as in the first deployment of shared stacks."""
    (found,) = promoted(of(make_facts(QUEUE), "prod"))
    assert found.error is None
    assert "which nobody has promoted" in found.warning


@pytest.mark.parametrize("status", ["REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"])
def test_a_stack_that_never_came_up_is_new(make_facts: Make, status: str) -> None:
    """A first deployment that failed can be repeated."""
    (found,) = promoted(of(make_facts(QUEUE, QUEUE, status=status), "prod"))
    assert found.error is None


@pytest.mark.parametrize(("environment", "refused"), [("prod", False), ("staging", True)])
def test_a_first_deployment_that_stopped_halfway_is_finished(
    make_facts: Make,
    environment: str,
    refused: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Its journal names what it has begun; that of another environment is no excuse."""
    facts = of(make_facts(QUEUE, QUEUE, regions=BOTH), "prod")
    places = {f"shop {region}": PlaceEntry("deployed") for region in BOTH}
    entry = Entry(state="open", environment=environment, places=places)
    found = list(promoted(replace(facts, entry=entry)))
    assert refused == any(each.error for each in found)


def test_dev_the_shared_topology_and_a_promotion_itself_are_free(make_facts: Make) -> None:
    """What is deployed there is what is meant to be."""
    facts = make_facts(QUEUE, QUEUE)
    assert [] == list(promoted(of(facts, "dev")))
    assert [] == list(promoted(of(facts, "prod", "shared")))
    assert [] == list(promoted(replace(of(facts, "prod"), promotes=True)))
