"""`sam-deploy layers list` and `layers prune`, as a user runs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
REGION = "eu-west-1"
NAME = "tiny-greetings"


def test_layers_are_listed_with_their_users(tiny: Project) -> None:
    """R127, R133: the same content in each region, under an ARN of its own, used by what has it."""
    ran = tiny.run("layers", "list", "--json", "--target", "embedded")
    assert (0, "") == (ran.code, ran.err)
    assert [(REGION, 1), ("us-east-1", 1)] == [(row["region"], row["version"]) for row in ran.json]
    assert 1 == len({row["sha256"] for row in ran.json})
    for row in ran.json:
        assert f":{row['region']}:000000000000:layer:{NAME}:1" in row["arn"]
        texts = {(user["kind"], user["name"]) for user in row["used_by"]}
        assert {("alias", "dev"), ("alias", "prod"), ("stack", "tiny-sam")} <= texts
        found = tiny.client("lambda", row["region"]).get_layer_version(
            LayerName=NAME, VersionNumber=1
        )
        assert found["Content"]["CodeSize"] == row["size_bytes"]
        assert ["x86_64", "arm64"] == found["CompatibleArchitectures"]


def test_layers_of_one_region_as_a_table(tiny: Project) -> None:
    """People get a row a version, with the first digits of the hash."""
    ran = tiny.run("layers", "list", "--region", REGION, "--target", "embedded")
    assert 0 == ran.code
    header, _, *rows = ran.out.splitlines()
    assert ["layer", "region", "version", "size", "created", "content", "used", "by"] == (
        header.split()
    )
    assert [[NAME, REGION, "1"]] == [row.split()[:3] for row in rows]
    assert "HelloFunction:prod (1)" in rows[0]
    assert ran.err.startswith("embedded · 000000000000")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("prune",), 2, "It is not said where this should go"),
        (("prune", "--target", "aws"), 5, "Nobody was asked whether to remove layer versions"),
        (("prune", "--keep", "0", "--target", "embedded"), 2, "--keep"),
        (("list", "--region", "eu-west-9"), 2, "There is no region `eu-west-9`"),
    ],
)
def test_layers_are_not_removed_by_mistake(
    tiny: Project, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """Without a terminal the target and the approval must be named."""
    ran = tiny.run("layers", *arguments)
    assert code == ran.code
    assert said in ran.err


@pytest.mark.long
def test_pruning_keeps_three_and_all_that_is_used(make_tiny: Callable[..., Project]) -> None:
    """R125, C32, fault 13: of five versions only the one that nothing has is removed."""
    project = make_tiny()
    file = project.folder / "layers/greetings/greetings.py"
    text = file.read_text(encoding="utf-8")
    for number in range(5):
        file.write_text(f"{text}\nNUMBER = {number}\n", encoding="utf-8")
        assert 0 == project.deploy().code
    prune = ("layers", "prune", "--target", "embedded", "--json")
    nothing = project.run(*prune).json
    assert ([], 5) == (nothing["removed"], len(nothing["kept"]))
    client = project.client("lambda", REGION)
    client.delete_function(FunctionName="HelloFunction", Qualifier="2")

    looked = project.run(*prune, "--dry-run").json
    assert ([], [2]) == (looked["removed"], [each["version"] for each in looked["would_remove"]])
    pruned = project.run(*prune)
    assert 0 == pruned.code
    assert [2] == [each["version"] for each in pruned.json["removed"]]
    left = client.list_layer_versions(LayerName=NAME)["LayerVersions"]
    assert [5, 4, 3, 1] == [each["Version"] for each in left]
    kept = {each["version"]: each["why"] for each in pruned.json["kept"]}
    assert "HelloFunction:prod (1)" in kept[1]
    again = project.deploy()
    assert (0, False) == (again.code, again.json["changed"])
    assert "0 layer versions removed, 4 kept" in project.run(*prune[:-1]).out
