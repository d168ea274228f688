from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sam_deploy.delivery import hot
from sam_deploy.errors import RefusedError
from sam_deploy.manifest import FunctionWork, Manifest, Provenance
from sam_deploy.plan import StackPlan
from sam_deploy.provide import Archive, Layer, Needs
from sam_deploy.template import Origin, Template

STACK = "shop-sam"


def key(code: str) -> str:
    return f"artifacts/{code * 64}.zip"


def archive(unit: str, code: str) -> Archive:
    return Archive(unit, key(code), code * 64, f"{code}=", 1, "x.zip")


def manifest(*, api: str = "a", worker: str = "b", layer: str = "c", memory: int = 256) -> Manifest:
    """An app of two functions and a layer; letters stand for the content of archives."""
    body = f"Api: {{Key: {key(api)}, MemorySize: {memory}}}\nWorker: {{Key: {key(worker)}}}\n"
    return Manifest(
        name="shop",
        home_region="eu-west-1",
        environment="dev",
        stacks=(StackPlan(STACK, "core", ("eu-west-1", "us-east-1"), ("dev", "prod")),),
        templates={
            STACK: Template(STACK, body, (), {}, 2, (), origins={"Api": Origin("functions[0]", 4)})
        },
        needs=Needs(
            "shop",
            "eu-west-1",
            ("eu-west-1", "us-east-1"),
            (
                archive("function/Api", api),
                archive("function/Worker", worker),
                archive("layer/shared", layer),
            ),
            (
                Layer(
                    "shared", "shop-shared", "layer/shared", key(layer), layer, "python3.12", "x86"
                ),
            ),
        ),
        functions=(
            FunctionWork(STACK, "Api", "ApiFunction", f"{api}=", key(api)),
            FunctionWork(STACK, "Worker", "WorkerFunction", f"{worker}=", key(worker)),
        ),
        predecessors={"dev": None, "prod": "dev"},
        tags={"app": "shop"},
        provenance=Provenance("2026-11-28T10:00:00Z"),
    )


BEFORE = manifest()


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (manifest(), ()),
        (manifest(api="d"), ()),
        (manifest(api="d", worker="e"), ()),
        (manifest(api="b", worker="a"), ()),
        (manifest(api="b"), ()),
        (manifest(memory=512), ("stack `shop-sam`",)),
        (manifest(api="d", memory=512), ("stack `shop-sam`",)),
        (manifest(layer="d"), ("layer `shared`",)),
        (manifest(api="d", layer="e"), ("layer `shared`",)),
        (replace(BEFORE, tags={"app": "store"}), ("how it is deployed",)),
        (replace(BEFORE, stacks=(replace(BEFORE.stacks[0], regions=("eu-west-1",)),)), None),
        (replace(BEFORE, templates={}), ("stack `shop-sam`",)),
        (replace(BEFORE, provenance=Provenance("2026-11-28T11:00:00Z")), ()),
    ],
    ids=[
        "nothing",
        "code of one function",
        "code of both",
        "code exchanged",
        "both the same code",
        "memory",
        "memory and code",
        "layer",
        "layer and code",
        "tags",
        "a region less",
        "a stack less",
        "later",
    ],
)
def test_only_the_code_of_functions_goes_past_the_stacks(
    now: Manifest, told: tuple[str, ...] | None
) -> None:
    """Whatever else differs is deployed as ever, and is named; code alone is not named."""
    assert (("how it is deployed",) if told is None else told) == hot.beyond_code(BEFORE, now)


def test_moved_lines_of_the_configuration_deploy_nothing() -> None:
    """A comment in `deploy.py` moves the lines that resources come from, and changes no stack."""
    template = replace(BEFORE.templates[STACK], origins={"Api": Origin("functions[0]", 5)})
    assert () == hot.beyond_code(BEFORE, replace(BEFORE, templates={STACK: template}))


def test_a_function_is_stale_until_it_serves_the_new_code() -> None:
    """Also one whose last update failed, so that it is not known what it serves."""
    served = hot.served_by(BEFORE.functions)
    now = manifest(api="d")
    assert () == hot.stale(served, BEFORE)
    assert ["Api"] == [each.name for each in hot.stale(served, now)]
    assert () == hot.stale(served | hot.served_by(hot.stale(served, now)), now)
    unknown = served | {(STACK, "Worker"): ""}
    assert ["Worker"] == [each.name for each in hot.stale(unknown, BEFORE)]


@pytest.mark.parametrize("environment", ["prod", "", "qa"])
def test_only_the_first_environment_is_updated(environment: str) -> None:
    """What others are promoted to never gets code that was not deployed."""
    with pytest.raises(RefusedError):
        hot.refuse_promoted(replace(BEFORE, environment=environment))
    check: Callable[[Manifest], None] = hot.refuse_promoted
    check(BEFORE)
