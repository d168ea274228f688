"""`sam-deploy diff` against the embedded cloud: it tells what a deployment then does."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

pytestmark = pytest.mark.slow
Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

HOME, AWAY = "eu-west-1", "us-east-1"
STACK = "tiny-sam"
NEVER_SEEN = f"\n# {uuid.uuid4()}\n"
"""So that no earlier run has left its archive in the user's store."""
MEMORY = ("deploy.py", "memory_mb=256", "memory_mb=512")
QUEUE = ("deploy.py", 'Queue("Jobs")', 'Queue("Jobs", max_receive_count=4)')
FIFO = ("deploy.py", 'Queue("Jobs")', 'Queue("Jobs", fifo=True)')
CODE = ("functions/Hello/handler.py", "import Any\n", f"import Any\n{NEVER_SEEN}")
LAYER = ("layers/greetings/greetings.py", '"hello"\n', f'"hello"\n{NEVER_SEEN}')
FUNCTION = (
    "deploy.py",
    "\n    ],\n)",
    '\n        Function("Bye", source="functions/Hello"),\n    ],\n)',
)


@contextlib.contextmanager
def edited(project: Project, *edits: tuple[str, str, str]) -> Iterator[None]:
    with contextlib.ExitStack() as all_of_them:
        for edit in edits:
            all_of_them.enter_context(project.edited(*edit))
        yield


def diff(project: Project, *arguments: str, code: int = 0) -> dict[str, Any]:
    """Return what a diff says of each region, by region."""
    ran = project.run("diff", "--target", "embedded", "--progress", "quiet", "--json", *arguments)
    assert (code, "") == (ran.code, ran.err)
    found = {each["region"]: each for each in ran.json["stacks"]}
    assert ran.json["differences"] == any(
        each["changes"] or each["parameters"] or each["tags"] or not each["deployed"]
        for each in found.values()
    )
    return found


def resources(found: dict[str, Any]) -> dict[str, str]:
    """Return logical id -> action of the resources that differ."""
    return {
        each["name"]: each["action"] for each in found["changes"] if each["section"] == "Resources"
    }


def properties(found: dict[str, Any]) -> dict[tuple[str, str], tuple[Any, Any]]:
    """Return (logical id, path) -> (old, new)."""
    return {
        (each["name"], change["path"]): (change["old"], change["new"])
        for each in found["changes"]
        for change in each["properties"]
    }


def written(project: Project, region: str) -> tuple[Any, ...]:
    """Return everything in a region that a command could have written."""
    formation, storage = project.client("cloudformation", region), project.client("s3", region)
    functions = project.client("lambda", region)
    layers = functions.list_layer_versions(LayerName="tiny-greetings")["LayerVersions"]
    change_sets = formation.list_change_sets(StackName=STACK)["Summaries"]
    buckets = [each["Name"] for each in storage.list_buckets()["Buckets"]]
    return (
        project.stacks(region),
        len(formation.describe_stack_events(StackName=STACK)["StackEvents"]),
        [each["ChangeSetId"] for each in change_sets],
        [each["Version"] for each in layers],
        {
            bucket: [
                each["Key"] for each in storage.list_objects_v2(Bucket=bucket).get("Contents", [])
            ]
            for bucket in buckets
        },
    )


def test_where_no_cloud_runs_everything_is_new(make_tiny: Callable[..., Project]) -> None:
    """Nothing is started, built or written to find that out."""
    project = make_tiny()
    found = diff(project)[HOME]
    assert (False, None, []) == (found["deployed"], found["status"], found["changes"])
    assert "HelloFunction" in {each["logical_id"] for each in found["create"]}
    assert {"running": False} == project.cloud()
    assert not (project.folder / ".sam-deploy" / "build").exists()


def test_what_was_just_deployed_does_not_differ(tiny: Project) -> None:
    """In no region; the exit code says so, too."""
    found = diff(tiny, "--exit-code")
    assert {HOME, AWAY} == set(found)
    assert [[], []] == [each["changes"] + each["parameters"] for each in found.values()]
    ran = tiny.run("diff", "--target", "embedded", "--progress", "quiet")
    assert (0, f"{STACK} in {HOME}, {AWAY}: no differences\n") == (ran.code, ran.out)


def test_exactly_what_changed_is_told_and_nothing_is_written(tiny: Project) -> None:
    """Memory, code, a queue of every environment, a layer, a new function; prod apart."""
    before = [written(tiny, region) for region in (HOME, AWAY)]
    with edited(tiny, MEMORY, CODE, QUEUE, LAYER, FUNCTION):
        found = diff(tiny, "--exit-code", code=5)
        screen = tiny.run("diff", "--target", "embedded", "--progress", "quiet").out
    assert before == [written(tiny, region) for region in (HOME, AWAY)]
    for region in (HOME, AWAY):
        here = found[region]
        changed = {name for name, action in resources(here).items() if action == "change"}
        added = {name for name, action in resources(here).items() if action == "add"}
        # the dashboard shows every function
        assert {"HelloFunction", "JobsDevQ", "JobsProdQ", "Dashboard"} == changed
        assert added
        assert all(name.startswith("Bye") for name in added)
        values = properties(here)
        assert (256, 512) == values["HelloFunction", "Properties.MemorySize"]
        assert (5, 4) == values["JobsProdQ", "Properties.RedrivePolicy.maxReceiveCount"]
        old, new = values["HelloFunction", "Properties.CodeUri.Key"]
        assert old != new
        (layer,) = here["parameters"]
        assert ("GreetingsLayerArn", None, "a new version (content changed)") == (
            layer["name"],
            layer["new"],
            layer["note"],
        )
        assert region in layer["old"]
    first, _, prod = screen.partition("\n  prod: ")
    assert "change JobsDevQ" in first
    assert "change JobsProdQ" not in first
    assert "change JobsProdQ" in prod
    assert 1 == screen.count(f"{STACK} in {HOME}, {AWAY}: ")
    assert f"code: {old.rpartition('/')[2][:8]} -> {new.rpartition('/')[2][:8]}" in screen


@pytest.mark.slow
def test_a_replaced_queue_is_said_in_words(tiny: Project) -> None:
    """A queue cannot become first in, first out: its messages would be lost."""
    with tiny.edited(*FIFO):
        found = diff(tiny, "--region", HOME)
    assert {HOME} == set(found)
    changes = {each["name"]: each for each in found[HOME]["changes"]}
    assert ("always", "prod") == (
        changes["JobsProdQ"]["replacement"],
        changes["JobsProdQ"]["environment"],
    )
    assert "replaces the queue: messages in it are lost" == changes["JobsProdQ"]["consequence"]
    assert set(changes["JobsProdQ"]["because"]) == {"FifoQueue", "QueueName"}


@pytest.mark.slow
def test_a_deployment_then_changes_what_was_told(make_tiny: Callable[..., Project]) -> None:
    """Its change set names the resources of the diff; afterwards nothing differs."""
    project = make_tiny()
    first = project.deploy()
    assert 0 == first.code, first.err
    with edited(project, MEMORY, QUEUE):
        told = resources(diff(project)[HOME])
        ran = project.deploy()
        assert 0 == ran.code, ran.err
        (stack,) = ran.json["stacks"]
        # CloudFormation looks again at what names a changed resource, and changes nothing there
        named = {"JobsDevQPolicy", "JobsProdQPolicy"}
        assert set(told) == {each["logical_id"] for each in stack["changes"]} - named
        assert {} == resources(diff(project, "--exit-code")[HOME])
    taken_back = properties(diff(project)[HOME])
    assert (512, 256) == taken_back["HelloFunction", "Properties.MemorySize"]
