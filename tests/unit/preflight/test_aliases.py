from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sam_deploy.aws import Alias
from sam_deploy.deploy.preflight import Facts
from sam_deploy.deploy.preflight.aliases import aliases, drift

Account = Any
"""The account of the conftest."""
Make = Callable[..., Facts]
BOTH = frozenset({"dev", "prod"})


def function(name: str, key: str = "one.zip") -> dict[str, Any]:
    properties = {"FunctionName": name, "Code": {"S3Key": key}}
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


def test_drifted_aliases_are_told_by_environment() -> None:
    """Weights of the deployed environment go, others stay; $LATEST is named (R313)."""
    canary = (("4", 0.1),)
    found = {
        ("eu-west-1", "ApiFunction"): (
            Alias("dev", "3", "r", canary),
            Alias("prod", "3", "r", canary),
            Alias("somebodys", "$LATEST", "r"),
        ),
        ("eu-west-1", "MailFunction"): (Alias("dev", "$LATEST", "r"), Alias("prod", "2", "r")),
        ("us-east-1", "MailFunction"): (Alias("prod", "$LATEST", "r"),),
    }
    told = [(each.region, each.warning) for each in drift(found, "dev", BOTH)]
    weights = "ApiFunction (10% on version 4)"
    assert [
        (
            "eu-west-1",
            f"`dev` carries weights: {weights}; this deployment takes them away",
        ),
        (
            "eu-west-1",
            f"a canary is under way in `prod`: {weights}; this deployment leaves it alone",
        ),
        (
            "eu-west-1",
            "`dev` points at $LATEST: MailFunction; this deployment moves it to a version",
        ),
        (
            "us-east-1",
            "`prod` points at $LATEST, so that this deployment reaches it: MailFunction",
        ),
    ] == told


def test_many_functions_are_one_line() -> None:
    """Four are named, the others counted."""
    found = {("eu-west-1", f"F{n}"): (Alias("dev", "$LATEST", "r"),) for n in range(6)}
    (told,) = drift(found, "dev", BOTH)
    assert "F0, F1, F2, F3 and 2 more" in told.warning


def test_only_functions_that_change_are_asked_for(account: Account, make_facts: Make) -> None:
    """One call each: Lambda answers fifteen such calls a second."""
    account.answers["list_aliases"] = {
        "Aliases": [
            {
                "Name": "dev",
                "FunctionVersion": "1",
                "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.5}},
            }
        ]
    }
    before = {"A": function("A"), "B": function("B")}
    after = {"A": function("A"), "B": function("B", "two.zip"), "C": function("C")}
    (told,) = aliases(make_facts(after, before, functions=("A", "B", "C")))
    assert told.warning.startswith("`dev` carries weights: B (50% on version 2)")
    assert [("eu-west-1", "list_aliases", {"FunctionName": "B"})] == account.calls
