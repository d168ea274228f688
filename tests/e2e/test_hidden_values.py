"""Parameters that AWS shows to nobody (NoEcho): their values are kept in the stack alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

pytestmark = pytest.mark.long

HOME: Final = "eu-west-1"
HUSH: Final = "hush-hush-0123456789"
TEMPLATE: Final = """Parameters:
  Secret: {Type: String, NoEcho: true}
  Retention: {Type: Number, Default: 60}
Resources:
  Kept:
    Type: AWS::SSM::Parameter
    Properties: {Name: !Sub "/${AWS::StackName}/kept", Type: String, Value: !Ref Secret}
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub "${AWS::StackName}-q", MessageRetentionPeriod: !Ref Retention}
"""
SAMCONFIG: Final = f"""version = 0.1
[default.global.parameters]
stack_name = "kept"
region = "{HOME}"
"""
STACK: Final = ("-t", "template.yaml")
OTHER: Final = (*STACK, "--stack-name", "other")


def values(**given: object) -> tuple[str, ...]:
    return ("--parameter-overrides", " ".join(f"{name}={value}" for name, value in given.items()))


def live(project: Project) -> tuple[str, str]:
    """The hidden value as its resource has it, and the value that is not hidden."""
    kept = project.client("ssm", HOME).get_parameter(Name="/kept/kept")["Parameter"]["Value"]
    queues = project.client("sqs", HOME)
    url = queues.get_queue_url(QueueName="kept-q")["QueueUrl"]
    found = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["MessageRetentionPeriod"])
    return kept, found["Attributes"]["MessageRetentionPeriod"]


def stored(project: Project) -> Iterator[tuple[str, bytes]]:
    """Every version of every object that lies in a bucket."""
    s3 = project.client("s3", HOME)
    for bucket in s3.list_buckets()["Buckets"]:
        for each in s3.list_object_versions(Bucket=bucket["Name"]).get("Versions", []):
            found = s3.get_object(
                Bucket=bucket["Name"], Key=each["Key"], VersionId=each["VersionId"]
            )
            yield each["Key"], found["Body"].read()


def kept_in_files(project: Project) -> list[Path]:
    """The files of the project that hold the hidden value."""
    files = [path for path in project.folder.rglob("*") if path.is_file()]
    return [path for path in files if HUSH.encode() in path.read_bytes()]


@pytest.fixture
def kept(make_project: Callable[..., Project], tmp_path: Path) -> Project:
    """A stack with a hidden value, deployed once."""
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "samconfig.toml").write_text(SAMCONFIG)
    project = make_project(folder, {})
    first = project.deploy(*STACK, *values(Secret=HUSH))
    assert 0 == first.code, first.err
    assert (HUSH, "60") == live(project)
    return project


def test_a_hidden_value_is_written_down_nowhere(kept: Project) -> None:
    """Neither in a plan, nor in what is built, nor beside the journal, nor in a log."""
    plan, built = kept.folder / "plan.json", kept.folder / "built"
    more = values(Secret=HUSH, Retention=120)
    planned = kept.deploy(*STACK, *more, "--plan-only", "--out", str(plan))
    assert 0 == planned.code, planned.err
    made = kept.run("build", *STACK, *more, "--output", str(built))
    assert 0 == made.code, made.err
    assert [] == kept_in_files(kept)
    keys = []
    for key, body in stored(kept):
        keys.append(key.partition("/")[0])
        assert HUSH.encode() not in body, key
    assert {"journal", "manifests"} <= set(keys)
    for ran in (planned, made):
        assert HUSH not in ran.out + ran.err
    if os.name == "posix":
        for file in (plan, built / "manifest.json"):
            assert 0o600 == stat.S_IMODE(file.stat().st_mode)


@pytest.mark.parametrize("way", ["plan", "artifacts"])
def test_an_update_without_it_keeps_it(kept: Project, way: str) -> None:
    """From a plan and from what was built, in neither of which it is."""
    plan, built = str(kept.folder / "plan.json"), str(kept.folder / "built")
    more = values(Secret=HUSH, Retention=120)
    if way == "plan":
        assert 0 == kept.deploy(*STACK, *more, "--plan-only", "--out", plan).code
        ran = kept.deploy("--plan", plan)
    else:
        assert 0 == kept.run("build", *STACK, *more, "--output", built).code
        ran = kept.deploy("--artifacts", built)
    assert 0 == ran.code, ran.err
    assert (HUSH, "120") == live(kept)


def test_a_value_that_is_said_is_taken(kept: Project) -> None:
    """Nobody can see whether it is another one: a change set is asked."""
    ran = kept.deploy(*STACK, *values(Secret="another-0123456789"))
    assert 0 == ran.code, ran.err
    assert ("another-0123456789", "60") == live(kept)


def test_a_creation_without_it_is_told_which_one_is_missing(kept: Project) -> None:
    """From a plan, in which it cannot be: no stack is left, and the way is said."""
    plan = str(kept.folder / "plan.json")
    planned = kept.deploy(*OTHER, *values(Secret=HUSH), "--plan-only", "--out", plan)
    assert 0 == planned.code, planned.err
    ran = kept.deploy("--plan", plan)
    assert 4 == ran.code, ran.err
    assert "Traceback" not in ran.err
    assert "Secret" in ran.err.partition("error:")[2]
    assert {"kept"} == set(kept.stacks(HOME))
