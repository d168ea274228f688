"""Which archives a release is made of, told from what Lambda says of its versions."""

from __future__ import annotations

import base64
import hashlib

import pytest

from sam_deploy import App, Environment, FeatureSet, Function, Layer
from sam_deploy.aws import FunctionState
from sam_deploy.promotion.archives import Made, hashes, made_of

ARN = "arn:aws:lambda:eu-west-1:123456789012:layer:shop-words:3"
CODE = hashlib.sha256(b"code").digest()
A, B = "a" * 64, "b" * 64


def shop(*layers: str) -> App:
    return App(
        name="shop",
        home_region="eu-west-1",
        topology="isolated",
        environments=(Environment("dev"), Environment("prod", promote_from="dev")),
        feature_sets=(FeatureSet("core", regions=("eu-west-1",)),),
        layers=tuple(Layer(each, source=each) for each in ("words", "more")),
        functions=(
            Function("Api", source="api", layers=layers),
            Function("Job", source="job", layers=layers),
        ),
    )


def state(*layers: str) -> FunctionState:
    code = base64.b64encode(CODE).decode()
    return FunctionState("3", code, "r", "Active", "Successful", layers=layers)


def test_lambda_tells_the_names_of_archives() -> None:
    """CodeSha256 is the archive's hash in base64; a layer's description holds that of its own."""
    made = made_of(state(ARN), {ARN: f"sam-deploy sha256:{A}"})
    assert Made(CODE.hex(), {"shop-words": A}) == made


@pytest.mark.parametrize("contents", [{}, {ARN: "somebody's layer"}])
def test_a_layer_that_does_not_tell_its_content_has_none(contents: dict[str, str]) -> None:
    """A version that was deleted is in no list any more."""
    assert {"shop-words": ""} == made_of(state(ARN), contents).layers


def test_functions_and_layers_have_their_hashes() -> None:
    """By the keys of units, as everything that is built."""
    made = {name: Made(name, {"shop-words": A}) for name in ("Api", "Job")}
    expected = {"function/Api": "Api", "function/Job": "Job", "layer/words": A}
    assert (expected, []) == hashes(shop("words"), made, "dev")


@pytest.mark.parametrize(
    ("layers", "problem"),
    [
        ({"shop-words": A}, ""),
        ({"shop-words": A, "another-app": B}, ""),
        ({}, "has the layer `words` in `deploy.py`, but dev serves it without"),
        ({"shop-words": ""}, "what the layer `words` of `Job` holds cannot be told any more"),
        ({"shop-words": B}, "`Job` has another content of the layer `words`"),
        ({"shop-words": A, "shop-more": B}, "dev serves `Job` with the layer `more`, which"),
    ],
)
def test_a_release_is_one_that_deploy_py_can_describe(layers: dict[str, str], problem: str) -> None:
    """R040: else the stack would hold something that nobody has tried; each is named."""
    made = {"Api": Made("1", {"shop-words": A}), "Job": Made("2", layers)}
    _, problems = hashes(shop("words"), made, "dev")
    assert bool(problem) == bool(problems)
    assert problem in " ".join(problems)
