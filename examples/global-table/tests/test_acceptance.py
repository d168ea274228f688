"""What is written in one region is read in all of them, by either way of deploying."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest

Project = Any
Address = Any
"""The fixtures' types: a conftest is not imported."""
Find = Callable[[str, str], Address]

WRITER = "us-east-1"
READERS = ("us-east-1", "us-east-2", "us-west-1", "us-west-2")
OF_TEMPLATES = READERS[1:]


@pytest.fixture(scope="session")
def of_app(project: Project, endpoint: str, address: Callable[..., Address]) -> Find:
    """Return a function that finds a function URL of `deploy.py`."""
    told = json.loads(project.cli("outputs", "--json"))

    def find(role: str, region: str) -> Address:
        name = f"{role}FunctionAliasDemoUrl"
        here = [each["outputs"] for each in told if each["region"] == region]
        return address(next(each[name] for each in here if name in each), region, endpoint)

    return find


@pytest.fixture(scope="session")
def of_template(endpoint: str, address: Callable[..., Address]) -> Find:
    """Return a function that finds a function URL of the templates' stacks."""

    def find(role: str, region: str) -> Address:
        stacks = boto3.client(
            "cloudformation",
            region_name=region,
            endpoint_url=endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        stack = stacks.describe_stacks(StackName=f"global-table-{role.lower()}")["Stacks"][0]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
        return address(outputs[f"{role}FunctionUrl"], region, endpoint)

    return find


def read(reader: Address, item: str) -> dict[str, Any]:
    """Return an item once the reader's replica has it: replication takes a moment."""
    for _ in range(50):
        status, told = reader.ask(operation="get", id=item)
        assert (status, told["region"]) == (200, reader.region)
        if told["item"]:
            break
        time.sleep(0.1)
    found: dict[str, Any] = told["item"]
    return found


def test_what_one_region_writes_every_region_reads(of_app: Find) -> None:
    """The writer's answer names the item; four readers find it, each in its own replica."""
    status, told = of_app("Writer", WRITER).ask(item_data={"name": "lamp", "price": 9.5})
    assert (status, told["region"]) == (200, WRITER)
    for region in READERS:
        item = read(of_app("Reader", region), told["item_id"])
        assert (item["name"], item["price"], item["writer_region"]) == ("lamp", 9.5, WRITER)


def test_templates_on_the_same_table_do_the_same(of_app: Find, of_template: Find) -> None:
    """Both ways stand side by side: what the templates' writer stores, all readers find."""
    status, told = of_template("Writer", WRITER).ask(item_data={"id": "chair", "name": "chair"})
    assert (status, told["item_id"]) == (200, "chair")
    for region in OF_TEMPLATES:
        assert read(of_template("Reader", region), "chair")["name"] == "chair"
    assert read(of_app("Reader", WRITER), "chair")["name"] == "chair"


def test_a_scan_comes_in_pages(of_app: Find) -> None:
    """Each page says where the next one begins; together they hold every item once."""
    writer, reader = of_app("Writer", WRITER), of_app("Reader", WRITER)
    for number in range(5):
        assert writer.ask(item_data={"id": f"paged-{number}"})[0] == 200
    seen: list[str] = []
    more: dict[str, str] = {}
    while True:
        status, told = reader.ask(operation="scan", limit=2, **more)
        assert status == 200
        assert told["count"] <= 2
        seen += [each["id"] for each in told["items"]]
        if "next" not in told:
            break
        more = {"next": told["next"]}
    assert len(seen) == len(set(seen))
    assert {f"paged-{number}" for number in range(5)} <= set(seen)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"operation": "query"}, 501),
        ({"operation": "drop"}, 400),
        ({"operation": "get"}, 400),
        ({"operation": "scan", "limit": "many"}, 400),
        ({"operation": "get", "id": "nobody"}, 200),
    ],
)
def test_a_reader_says_what_it_does_not_do(
    of_app: Find, asked: dict[str, str], status: int
) -> None:
    """An unknown id is an empty item; the rest are errors with a reason."""
    answered, told = of_app("Reader", WRITER).ask(**asked)
    assert answered == status
    assert told["message"]
    assert status != 200 or told["item"] == {}


def test_a_writer_wants_an_object(of_app: Find) -> None:
    """Anything else is refused, and nothing is stored."""
    for wrong in ({}, {"item_data": "text"}, {"item_data": None}):
        assert of_app("Writer", WRITER).ask(**wrong)[0] == 400


def test_neither_build_erases_the_other(project: Project) -> None:
    """Both archives are there after `build.sh`, each with its own code."""
    built = {path.parent.name for path in project.folder.glob(".sam-deploy/build/**/*.zip")}
    assert {"writer-template", "reader-template"} <= built
