"""An environment that joins an app which is deployed: it starts with what its predecessor serves.

All environments are in one stack here, and CloudFormation makes an alias at the first version of
its function. The app that qa joins has moved on since: dev serves its third version.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias

import httpx
import pytest
from botocore.exceptions import ClientError

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Make: TypeAlias = Callable[..., Project]
Until: TypeAlias = Callable[..., Any]

HOME, OTHER = "eu-west-1", "us-east-1"
REGIONS: Final = (HOME, OTHER)
FUNCTION: Final = "HelloFunction"
PROD: Final = 'Environment("prod", promote_from="dev")'
WITH_QA: Final = f'Environment("qa", promote_from="dev"), {PROD}'
TRIGGER: Final = 'triggers=[on_queue("Jobs")],\n            uses=["Jobs", "tiny-files"]'
FIRST: Final = {"dev": "1", "prod": "1"}
EDITS: Final = {
    'regions=["eu-west-1"]': f"regions={list(REGIONS)}",
    'uses=["Jobs", "tiny-files"]': TRIGGER,
    "Route\n": "Route, on_queue\n",
}
TINY: Final = Path(__file__).with_name("tiny")
BUCKET_ID: Final = "TinyFilesQaBucket"
BUCKETS: Final = {HOME: "tiny-files-qa", OTHER: "tiny-files-qa-us-east-1"}
SEEDED: Final = "seeded from dev"
CLASHING: Final = {
    "Type": "AWS::S3::Bucket",
    "DeletionPolicy": "RetainExceptOnCreate",
    "UpdateReplacePolicy": "Retain",
    "Properties": {"BucketName": {"Ref": "TinyFilesDevBucket"}},
}
CLASH: Final = ("http_api=HttpApi(),", f"http_api=HttpApi(), resources={{'Clash': {CLASHING}}},")
"""A name that is taken, and that only CloudFormation knows: the preflight cannot see it."""


@pytest.fixture(scope="module")
def deployed_often(tmp_path_factory: pytest.TempPathFactory, deployed: Make) -> Project:
    """Dev serves version 3, and prod, to which nobody has promoted, version 1, in two regions."""
    folder = tmp_path_factory.mktemp("e2e") / "tiny"
    shutil.copytree(TINY, folder, ignore=shutil.ignore_patterns(".sam-deploy", "__pycache__"))
    file, handler = folder / "deploy.py", folder / "functions" / "Hello" / "handler.py"
    text = file.read_text(encoding="utf-8")
    for old, new in EDITS.items():
        assert 1 == text.count(old)
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    project = deployed(folder)
    for number in (2, 3):
        with handler.open("a", encoding="utf-8") as code:
            code.write(f"# {number}\n")
        assert 0 == project.deploy().code
    return project


@pytest.fixture
def project(deployed_often: Project) -> Iterator[Project]:
    """The same with qa in `deploy.py`; afterwards there is no qa, neither there nor deployed."""
    found = {region: served(deployed_often, region) for region in REGIONS}
    assert {region: {**FIRST, "dev": each["dev"]} for region, each in found.items()} == found
    assert int(found[HOME]["dev"]) >= 3
    with deployed_often.edited("deploy.py", PROD, WITH_QA):
        yield deployed_often
    gone = deployed_often.deploy("--allow-replace", BUCKET_ID)
    assert 0 == gone.code, gone.err
    for region, name in BUCKETS.items():
        # a stack leaves its buckets behind
        with contextlib.suppress(ClientError):
            deployed_often.client("s3", region).delete_bucket(Bucket=name)


def served(project: Project, region: str) -> dict[str, str]:
    """Return the version that each alias points at."""
    found = project.client("lambda", region).list_aliases(FunctionName=FUNCTION)["Aliases"]
    return {each["Name"]: each["FunctionVersion"] for each in found}


def alias_of(project: Project, region: str, environment: str) -> dict[str, Any] | None:
    client = project.client("lambda", region)
    found = client.list_aliases(FunctionName=FUNCTION)["Aliases"]
    return next((each for each in found if each["Name"] == environment), None)


def ways_in(project: Project, region: str, environment: str) -> set[str]:
    """Return what lets requests and events reach an environment: its stage, its mapping."""
    api, functions = project.client("apigatewayv2", region), project.client("lambda", region)
    stages = {
        stage["StageName"]
        for each in api.get_apis()["Items"]
        for stage in api.get_stages(ApiId=each["ApiId"])["Items"]
    }
    mappings = functions.list_event_source_mappings()["EventSourceMappings"]
    arns = {each["FunctionArn"] for each in mappings}
    found = {"stage"} if environment in stages else set()
    return found | ({"mapping"} if any(arn.endswith(f":{environment}") for arn in arns) else set())


@contextlib.contextmanager
def watched(project: Project, right: str) -> Iterator[list[tuple[str, ...]]]:
    """Look at qa again and again while the block runs.

    Yields every moment in which it can be reached and does not serve the right version.
    """
    ended, looks = threading.Event(), 0
    wrong: list[tuple[str, ...]] = []
    # clients are made once, and not from two threads
    for region in REGIONS:
        ways_in(project, region, "qa")

    def look() -> None:
        nonlocal looks
        while not ended.wait(0.02):
            for region in REGIONS:
                # in this order: what can be reached now serves what the alias says afterwards
                ways = ways_in(project, region, "qa")
                alias = alias_of(project, region, "qa")
                looks += 1
                if ways and alias and alias["FunctionVersion"] != right:
                    wrong.append((region, *sorted(ways), alias["FunctionVersion"]))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield wrong
    finally:
        ended.set()
        thread.join()
    assert looks > len(REGIONS)


def updates(project: Project, region: str) -> list[set[str]]:
    """Return the types of what the last two updates of the stack did for qa, older one first."""
    pages = project.client("cloudformation", region).get_paginator("describe_stack_events")
    events = [e for page in pages.paginate(StackName="tiny-sam") for e in page["StackEvents"]]
    found: list[set[str]] = []
    for each in reversed(events):
        stack = each["LogicalResourceId"] == "tiny-sam"
        if stack and each["ResourceStatus"] in {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"}:
            found.append(set())
        elif not stack and "Qa" in each["LogicalResourceId"]:
            found[-1].add(each["ResourceType"])
    return [each for each in found if each][-2:]


def assert_started(project: Project, http: httpx.Client, right: str) -> None:
    """Qa serves the right version in every region and can be reached; prod is where it was."""
    for region in REGIONS:
        found = served(project, region)
        assert (right, "1") == (found["qa"], found["prod"])
        assert int(found["dev"]) > int(right)
        assert {"stage", "mapping"} == ways_in(project, region, "qa")
        alias = alias_of(project, region, "qa")
        assert alias is not None
        assert SEEDED == alias["Description"]
        answer = http.get(f"{project.url(region, 'qa')}/hello")
        assert (200, f"hello {right}") == (answer.status_code, answer.text)


def kill_when(project: Project, until: Until, log: Path, moment: Callable[[], bool]) -> None:
    """Deploy, and kill the process as soon as `moment` says so."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            project.command("deploy", "--target", "embedded", "--progress", "plain"),
            env=dict(project.environment),
            cwd=project.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=output,
            start_new_session=True,
        )
    try:
        until("the moment to kill it", moment, every_seconds=0.005)
    finally:
        process.kill()
    assert -signal.SIGKILL == process.wait(15), log.read_text(encoding="utf-8")


def settled(project: Project, until: Until) -> None:
    """Wait until CloudFormation has done what the killed process had asked for."""
    for region in REGIONS:
        until(
            f"the stack in {region}",
            lambda region=region: "PROGRESS" not in project.stacks(region)["tiny-sam"][0],
        )


@pytest.mark.slow
def test_an_environment_added_later_starts_with_what_its_predecessor_serves(
    project: Project, http: httpx.Client
) -> None:
    """C13, C15: never the first version behind its stage, its queue or its permissions."""
    right = served(project, HOME)["dev"]
    before = {region: alias_of(project, region, "prod") for region in REGIONS}
    with watched(project, right) as wrong:
        ran = project.deploy()
    assert 0 == ran.code, ran.err
    assert [] == wrong
    assert_started(project, http, right)
    assert before == {region: alias_of(project, region, "prod") for region in REGIONS}
    assert 1 == ran.err.count("qa is new: it starts with what dev serves")
    for region in REGIONS:
        first, then = updates(project, region)
        assert {"AWS::Lambda::Alias"} == first
        assert {"AWS::ApiGatewayV2::Stage", "AWS::Lambda::EventSourceMapping"} <= then
    assert "AWS::Lambda::Alias" not in {
        change["type"] for stack in ran.json["stacks"] for change in stack["changes"]
    }
    again = project.deploy()
    assert (0, False) == (again.code, again.json["changed"])
    assert "qa is new" not in again.err


@pytest.mark.long
def test_killed_before_its_aliases_are_moved_the_same_command_goes_on(
    project: Project, http: httpx.Client, until: Until, tmp_path: Path
) -> None:
    """C13, C15: the alias is there at version 1, nothing reaches it; then it starts as it would."""
    right = served(project, HOME)["dev"]
    kill_when(project, until, tmp_path / "log", lambda: bool(alias_of(project, HOME, "qa")))
    settled(project, until)
    alias = alias_of(project, HOME, "qa")
    assert alias is not None
    assert ("1", "") == (alias["FunctionVersion"], alias.get("Description", ""))
    assert [set(), set()] == [ways_in(project, region, "qa") for region in REGIONS]
    with watched(project, right) as wrong:
        again = project.deploy()
    assert 0 == again.code, again.err
    assert [] == wrong
    assert_started(project, http, right)


@pytest.mark.long
def test_killed_after_its_aliases_are_moved_the_same_command_goes_on(
    project: Project, http: httpx.Client, until: Until, tmp_path: Path
) -> None:
    """C13, C15: what has been moved stays, and the rest follows."""
    right = served(project, HOME)["dev"]

    def moved() -> bool:
        return SEEDED == (alias_of(project, HOME, "qa") or {}).get("Description")

    kill_when(project, until, tmp_path / "log", moved)
    settled(project, until)
    assert right == served(project, HOME)["qa"]
    with watched(project, right) as wrong:
        again = project.deploy()
    assert 0 == again.code, again.err
    assert [] == wrong
    assert_started(project, http, right)


@pytest.mark.long
def test_an_environment_whose_aliases_cannot_be_made_changes_nothing(
    project: Project, http: httpx.Client
) -> None:
    """C15: the stack goes back to what it was, dev keeps its code; without the cause it works."""
    before, functions = served(project, HOME), project.client("lambda", HOME)
    code = functions.get_function_configuration(FunctionName=FUNCTION)["CodeSha256"]
    functions.create_alias(FunctionName=FUNCTION, Name="qa", FunctionVersion="1")
    try:
        failed = project.deploy()
    finally:
        functions.delete_alias(FunctionName=FUNCTION, Name="qa")
    assert 4 == failed.code, failed.err
    assert before == served(project, HOME)
    assert code == functions.get_function_configuration(FunctionName=FUNCTION)["CodeSha256"]
    assert "qa" not in served(project, OTHER)
    again = project.deploy()
    assert 0 == again.code, again.err
    assert_started(project, http, before["dev"])


@pytest.mark.long
def test_a_deployment_that_fails_after_the_aliases_leaves_the_rest_as_it_was(
    project: Project, http: httpx.Client
) -> None:
    """C15: the code of dev and prod is not touched, nobody reaches qa; then the rest follows."""
    before, functions = served(project, HOME), project.client("lambda", HOME)
    code = functions.get_function_configuration(FunctionName=FUNCTION)["CodeSha256"]
    with project.edited("deploy.py", *CLASH):
        failed = project.deploy()
    assert 4 == failed.code, failed.err
    assert code == functions.get_function_configuration(FunctionName=FUNCTION)["CodeSha256"]
    assert {**before, "qa": before["dev"]} == served(project, HOME)
    assert [set(), set()] == [ways_in(project, region, "qa") for region in REGIONS]
    again = project.deploy()
    assert 0 == again.code, again.err
    assert "qa is new" not in again.err
    assert_started(project, http, before["dev"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("move", "why"),
    [
        (
            {"RoutingConfig": {"AdditionalVersionWeights": {"1": 0.25}}},
            "alias `dev` serves several versions",
        ),
        ({"FunctionVersion": "$LATEST"}, "alias `dev` points at $LATEST, which is no version"),
    ],
)
def test_a_predecessor_that_serves_no_single_version_is_refused(
    project: Project, move: dict[str, Any], why: str
) -> None:
    """C14, C15: before anything is changed, in words; afterwards there is no qa."""
    before, functions = served(project, OTHER)["dev"], project.client("lambda", OTHER)
    functions.update_alias(FunctionName=FUNCTION, Name="dev", **move)
    try:
        ran = project.deploy()
    finally:
        functions.update_alias(
            FunctionName=FUNCTION,
            Name="dev",
            FunctionVersion=before,
            RoutingConfig={"AdditionalVersionWeights": {}},
        )
    assert 5 == ran.code, ran.err
    assert why in ran.json["error"]["why"]
    for region in REGIONS:
        assert {"dev", "prod"} == served(project, region).keys()
        assert set() == ways_in(project, region, "qa")
