"""`logs`, `outputs` and `doctor` as a user runs them, on a small app in two regions."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Project

REGIONS = ("eu-west-1", "us-east-1")
GROUP = "/aws/lambda/HelloFunction"


def call(project: Project, region: str, alias: str = "dev") -> None:
    """The function runs once, which Lambda logs."""
    project.client("lambda", region).invoke(FunctionName=f"HelloFunction:{alias}", Payload=b"{}")


def write(project: Project, region: str, text: str, version: str = "1") -> None:
    """A process of that version has written a line."""
    logs, stream = project.client("logs", region), f"2026/11/28/[{version}]{time.time_ns():x}"
    logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    event = {"timestamp": time.time_ns() // 1_000_000, "message": text}
    logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=[event])


def parsed(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_calls_in_two_regions_are_shown_in_one_order(tiny: Project) -> None:
    """Real calls, the latest last; START, END and REPORT only with `--all` (R270)."""
    for region in (*REGIONS, REGIONS[0]):
        call(tiny, region)
    ran = tiny.run("logs", "Hello", "--since", "5m", "--all", "--json")
    assert (0, "") == (ran.code, ran.err)
    found = parsed(ran.out)
    started = [each["region"] for each in found if each["message"].startswith("START")]
    assert [*REGIONS, REGIONS[0]] == started[-3:]
    assert sorted(each["time"] for each in found) == [each["time"] for each in found]
    assert {("Hello", "1", "platform")} == {
        (each["function"], each["version"], each["kind"]) for each in found
    }


@pytest.mark.long
def test_an_environment_a_pattern_and_a_query_choose_lines(tiny: Project) -> None:
    """What is written by a version that prod serves; what others share is said (R270, R272)."""
    word = f"order{time.time_ns()}"
    write(tiny, REGIONS[0], f"[ERROR] {word} failed")
    write(tiny, REGIONS[1], f"{word} went well")
    write(tiny, REGIONS[1], f"{word} of an old version", "99")

    ran = tiny.run("logs", "--environment", "prod", "--filter", word, "--utc", "--since", "5m")
    assert 0 == ran.code, ran.err
    first, second = ran.out.splitlines()
    assert first.endswith(f"Z eu-west-1 Hello:1   dev,prod [ERROR] {word} failed")
    assert second.endswith(f"Z us-east-1 Hello:1   dev,prod {word} went well")
    assert ran.err.startswith("embedded · 000000000000 · http://127.0.0.1:")
    assert "dev serves some of the same versions as prod" in ran.err

    query = f"fields @message | filter @message like /{word}/ | sort @timestamp asc"
    asked = tiny.run("logs", "--query", query, "--since", "5m", "--json")
    assert [
        {"region": REGIONS[0], "@message": f"[ERROR] {word} failed"},
        {"region": REGIONS[1], "@message": f"{word} went well"},
        {"region": REGIONS[1], "@message": f"{word} of an old version"},
    ] == asked.json


@pytest.mark.long
def test_the_logs_of_a_templates_stack_are_shown_by_logical_id(
    tiny: Project, tmp_path: Path
) -> None:
    """A template and a stack's name instead of `deploy.py`; a slip has the nearest name (R270)."""
    word = f"stack{time.time_ns()}"
    write(tiny, REGIONS[0], word)
    template = tmp_path / "template.yaml"
    template.write_text(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Jobs:\n    Type: AWS::SQS::Queue\n",
        encoding="utf-8",
    )
    meant = ("--template", str(template), "--stack-name", "tiny-sam", "--region", REGIONS[0])
    ran = tiny.run("logs", "HelloFunction", *meant, "--filter", word, "--json")
    assert (0, [("HelloFunction", word)]) == (
        ran.code,
        [(each["function"], each["message"]) for each in parsed(ran.out)],
    )
    slip = tiny.run("logs", "HeloFunction", *meant)
    assert (2, True) == (slip.code, "did you mean `HelloFunction`?" in slip.err)


@contextmanager
def following(project: Project, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`logs --follow` runs, and does not outlive the block."""
    command = project.command("logs", "--follow", *arguments)
    process = subprocess.Popen(
        command,
        env=dict(project.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.long
def test_following_shows_lines_as_they_come_and_ends_quietly(tiny: Project) -> None:
    """Each line once, from both regions; Ctrl-C is 130 without another word (R270)."""
    word = f"follow{time.time_ns()}"
    write(tiny, REGIONS[0], f"{word} before")
    with following(tiny, "--filter", word, "--json") as process:
        assert process.stdout is not None
        seen = [json.loads(process.stdout.readline())["message"]]
        write(tiny, REGIONS[1], f"{word} there")
        seen.append(json.loads(process.stdout.readline())["message"])
        write(tiny, REGIONS[0], f"{word} here")
        seen.append(json.loads(process.stdout.readline())["message"])
        time.sleep(1.5)  # another reading, which must bring nothing
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert [f"{word} before", f"{word} there", f"{word} here"] == seen
    assert (130, "", "") == (process.returncode, out, err)


@pytest.mark.long
def test_outputs_are_shown_for_people_and_for_scripts(tiny: Project) -> None:
    """Every stack in every region; one bare value; nothing deployed is exit 5."""
    ran = tiny.run("outputs", "--json")
    assert [("tiny-sam", each) for each in REGIONS] == [
        (each["stack"], each["region"]) for each in ran.json
    ]
    assert "HelloFunction" == ran.json[0]["outputs"]["HelloFunctionName"]
    one = tiny.run("outputs", "--name", "JobsProdQUrl", "--region", REGIONS[0])
    assert (0, ran.json[0]["outputs"]["JobsProdQUrl"]) == (one.code, one.out.strip())
    slip = tiny.run("outputs", "--name", "JobsProdUrl")
    assert (2, True) == (slip.code, "did you mean" in slip.err)
    nothing = tiny.run("outputs", "--environment", "local")
    assert (5, "") == (nothing.code, nothing.out)
    assert "Nothing is deployed that could have outputs" in nothing.err


@pytest.mark.long
def test_the_doctor_finds_machine_project_and_cloud_well(tiny: Project) -> None:
    """Exit 0 with warnings at most; each line is a finding with its state."""
    ran = tiny.run("doctor", "--json")
    assert 0 == ran.code, ran.out
    found = {each["name"]: each["state"] for each in ran.json}
    assert {"python", "uv", "store", "disk", "docker", "folder", ".env", "project"} <= found.keys()
    assert "ok" == found["cloud"]


@pytest.mark.long
def test_the_doctor_names_the_account_and_the_clock_of_the_endpoint(tiny: Project) -> None:
    """With the target AWS, here an endpoint that answers like it; no secret is shown."""
    keys = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "canary-secret",
        "AWS_ENDPOINT_URL": tiny.endpoint,
    }
    well = tiny.run("doctor", "--target", "aws", environment=keys)
    assert 0 == well.code, well.out
    assert "ok account 000000000000" in " ".join(well.out.split())
    assert "ok       clock" in well.out
    other = tiny.run(
        "doctor", "--target", "aws", environment={**keys, "AWS_ACCOUNT_ID": "111111111111"}
    )
    assert (5, True) == (other.code, "but AWS_ACCOUNT_ID is 111111111111" in other.out)
    nobody = tiny.run("doctor", "--target", "aws")
    assert (8, True) == (nobody.code, "problem  credentials" in nobody.out)
    assert "canary-secret" not in well.out + well.err + other.out + other.err
