"""One small app in the isolated topology and as a local stack, on the embedded cloud."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.long
HOME = "eu-west-1"
HANDLER = """from sam_deploy_runtime import environment, resource_name


def handler(event, context):
    return {"environment": environment(), "queue": resource_name("Jobs")}
"""


def _isolated(project: Any) -> None:
    file = project.folder / "deploy.py"
    text = file.read_text(encoding="utf-8")
    named = 'name="tiny",\n    topology="isolated",'
    file.write_text(text.replace('name="tiny",', named, 1), encoding="utf-8")
    handler = project.folder / "functions" / "Hello" / "handler.py"
    handler.write_text(HANDLER, encoding="utf-8")


def test_environments_are_deployed_independently_of_each_other(
    make_tiny: Callable[..., Any],
) -> None:
    """R170, R178, R283, C01: own stacks and functions; the first does not know of the second."""
    project = make_tiny()
    _isolated(project)
    first = project.deploy()
    assert 0 == first.code, first.err
    assert ["tiny-sam-dev"] == list(project.stacks(HOME))
    second = project.deploy("--environment", "prod")
    assert 0 == second.code, second.err
    assert {"tiny-sam-dev", "tiny-sam-prod"} == set(project.stacks(HOME))
    assert "prod" == second.json["release"]["environment"]
    # the same archive: nothing was built or sent a second time
    assert (0, 0) == (second.json["build"]["built"], second.json["regions"][HOME]["bytes_sent"])
    names = {
        each["FunctionName"]
        for each in project.client("lambda", HOME).list_functions()["Functions"]
    }
    assert {"HelloDevFunction", "HelloProdFunction"} == names
    for environment, function in (("dev", "HelloDevFunction"), ("prod", "HelloProdFunction")):
        answer = project.client("lambda", HOME).invoke(
            FunctionName=f"{function}:{environment}", Payload=json.dumps({}).encode()
        )
        said = json.loads(answer["Payload"].read())
        queue = f"Jobs{environment.title()}Q"
        assert {"environment": environment, "queue": queue} == said
    served = {
        each["environment"]: each["version"]
        for each in project.run("status", "--json", "--target", "embedded").json
    }
    assert {"dev": "1", "prod": "1"} == served


def test_the_local_environment_is_buckets_and_queues(make_tiny: Callable[..., Any]) -> None:
    """R009, R230, R231, R214: `ENV=local` is enough; nothing is built, no function is there."""
    project = make_tiny()
    ran = project.run(
        "deploy",
        "--target",
        "embedded",
        "--progress",
        "plain",
        "--json",
        environment={"ENV": "local"},
    )
    assert 0 == ran.code, ran.err
    assert ["tiny-sam-local"] == list(project.stacks(HOME))
    assert "the local environment has no functions" in ran.err
    assert [] == project.client("lambda", HOME).list_functions()["Functions"]
    urls = project.client("sqs", HOME).list_queues()["QueueUrls"]
    queues = [url.rpartition("/")[2] for url in urls]
    assert ["JobsLocalDLQ", "JobsLocalQ"] == sorted(queues)
    buckets = {each["Name"] for each in project.client("s3", HOME).list_buckets()["Buckets"]}
    assert "tiny-files-local" in buckets
    again = project.deploy("--environment", "local")
    assert (0, False) == (again.code, again.json["changed"])


def test_a_shared_stack_is_not_deployed_for_one_environment(make_tiny: Callable[..., Any]) -> None:
    """C16: refused before anything is built, with what to do instead."""
    ran = make_tiny().deploy("--environment", "prod")
    assert 2 == ran.code
    assert "`prod` has no stack of its own" in ran.err


@pytest.mark.slow
def test_warm_processes_are_set_by_the_release(make_tiny: Callable[..., Any]) -> None:
    """R051: on the alias of the environment, not in the template; 0 takes them away again."""
    project = make_tiny()
    first = project.deploy()
    assert 0 == first.code, first.err
    asked = 'memory_mb=256,\n            provisioned_concurrency={"dev": 2},'
    with project.edited("deploy.py", "memory_mb=256,", asked):
        ran = project.deploy()
    assert 0 == ran.code, ran.err
    assert "`HelloFunction` keeps 2 processes warm for dev (was 0)" in ran.err
    client = project.client("lambda", HOME)
    found = client.get_provisioned_concurrency_config(FunctionName="HelloFunction", Qualifier="dev")
    assert 2 == found["RequestedProvisionedConcurrentExecutions"]
    with project.edited("deploy.py", "memory_mb=256,", asked.replace("2}", "0}")):
        assert "keeps 0 processes warm for dev (was 2)" in project.deploy().err
