from __future__ import annotations

import tomllib
from itertools import combinations
from pathlib import Path

import pytest
from packaging.requirements import Requirement

LAYERS = Path(__file__).parents[3] / "examples" / "dzgro" / "layers"
NAMES = sorted(path.parent.name for path in LAYERS.glob("*/pyproject.toml"))


def pins(layer: str) -> dict[str, str]:
    project = tomllib.loads((LAYERS / layer / "pyproject.toml").read_text())["project"]
    found = [Requirement(text) for text in project["dependencies"]]
    return {each.name: str(each.specifier) for each in found}


def test_the_example_has_three_local_layers() -> None:
    """The other tests look at all of them."""
    assert ["api", "dzgroshared", "secrets"] == NAMES


@pytest.mark.parametrize("layer", NAMES)
def test_every_dependency_is_pinned_exactly(layer: str) -> None:
    """A layer built tomorrow holds what was tested today."""
    loose = {name: pin for name, pin in pins(layer).items() if not pin.startswith("==")}

    assert {} == loose


@pytest.mark.parametrize("layer", NAMES)
def test_no_layer_brings_what_lambda_has(layer: str) -> None:
    """boto3 and its parts come from the runtime."""
    assert set() == {"boto3", "botocore", "s3transfer", "jmespath"} & set(pins(layer))


@pytest.mark.parametrize(("one", "other"), list(combinations(NAMES, 2)))
def test_two_layers_agree_on_what_both_bring(one: str, other: str) -> None:
    """In a function with both layers the files of one lie over those of the other."""
    left, right = pins(one), pins(other)
    shared = left.keys() & right.keys()

    assert {name: left[name] for name in shared} == {name: right[name] for name in shared}
