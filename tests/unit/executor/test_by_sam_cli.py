"""What the deploy engine tells the SAM CLI of a stack."""

from __future__ import annotations

from typing import Any, cast

import pytest

from sam_deploy.aws import CloudFormation, Objects, Stack
from sam_deploy.deploy import Review, StackOutcome, StackWork
from sam_deploy.events import ignore
from sam_deploy.executor import SamCli, by_sam_cli
from sam_deploy.lanes import Stop
from sam_deploy.template import Template

REGION = "eu-west-1"
BEFORE = Stack("orders", "UPDATE_COMPLETE", "", {}, {"Password": "****", "Size": "1"})


class _Sam:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {}

    def deploy(self, *_: object, **told: Any) -> StackOutcome:
        self.told = told
        return StackOutcome("orders", REGION, "updated", (), {}, 0.1)


class _Region:
    region = REGION
    bucket = "artifacts"


def told(parameters: dict[str, str], found: Review) -> dict[str, Any]:
    sam = _Sam()
    work = StackWork(
        cloudformation=cast("CloudFormation", _Region()),
        bucket=cast("Objects", _Region()),
        template=Template(
            "orders", "x", (), {}, 1, (), hidden=("Password", "New"), source="template.yaml"
        ),
        parameters=parameters,
        tags={},
        report=ignore,
        stop=Stop(),
    )
    by_sam_cli(cast("SamCli", sam))(work, found, "token")
    return sam.told


@pytest.mark.parametrize(
    ("parameters", "found", "kept"),
    [
        ({}, Review("orders", REGION, "update", before=BEFORE), ("Password",)),
        ({"Password": "hush"}, Review("orders", REGION, "update", before=BEFORE), ()),
        ({}, Review("orders", REGION, "create"), ()),
        ({}, Review("orders", REGION, "create", before=BEFORE), ()),
        ({}, Review("orders", REGION, "recreate", before=BEFORE), ()),
    ],
)
def test_a_hidden_value_that_is_not_known_stays_what_it_is(
    parameters: dict[str, str], found: Review, kept: tuple[str, ...]
) -> None:
    """Where the stack stands and has it, as with our own change sets."""
    assert kept == told(parameters, found)["kept"]


def test_the_file_to_correct_is_named() -> None:
    """A SAM template of the user's own, for errors."""
    assert "template.yaml" == told({}, Review("orders", REGION, "create"))["source"]
