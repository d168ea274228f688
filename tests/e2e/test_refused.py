"""Guards: what is refused before anything is written, and what cannot be reached."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeAlias

import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Make: TypeAlias = Callable[..., Project]

REGIONS = ("eu-west-1", "us-east-1")
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def written(project: Project) -> dict[str, Any]:
    """Return the stacks and buckets that exist in the project's regions."""
    buckets = project.client("s3", REGIONS[0]).list_buckets()["Buckets"]
    found: dict[str, Any] = {"buckets": [each["Name"] for each in buckets]}
    return found | {region: project.stacks(region) for region in REGIONS}


def test_credentials_of_another_account_stop_before_any_write(
    tiny: Project, make_tiny: Make
) -> None:
    """AWS_ACCOUNT_ID is held against what STS says: exit 5, and no bucket and no stack is made.

    The endpoint is the embedded cloud, whose account is 000000000000; the target is AWS.
    """
    project, before = make_tiny("another"), written(tiny)
    variables = {"AWS_ENDPOINT_URL": tiny.endpoint, "AWS_ACCOUNT_ID": "111111111111", **KEYS}
    with project.edited("deploy.py", 'name="tiny"', 'name="another"'):
        command = ("deploy", "--target", "aws", "--auto-approve", "--json")
        wrong = project.run(*command, environment=variables)
    assert 5 == wrong.code, wrong.err
    error = wrong.json["error"]
    assert "These credentials are of another AWS account" == error["what"]
    assert "000000000000" in error["why"]
    assert "111111111111" in error["why"]
    assert "Traceback" not in wrong.err
    assert before == written(tiny)


@pytest.mark.long
def test_writing_to_aws_without_a_terminal_needs_a_yes_in_advance(
    tiny: Project, make_tiny: Make
) -> None:
    """Without `--auto-approve` nobody was asked: exit 5, and nothing is made."""
    project, before = make_tiny(), written(tiny)
    variables = {"AWS_ENDPOINT_URL": tiny.endpoint, **KEYS}
    ran = project.run("deploy", "--target", "aws", "--json", environment=variables)
    assert 5 == ran.code, ran.err
    assert "--auto-approve" in ran.json["error"]["hint"]
    assert before == written(tiny)


@pytest.mark.parametrize("extra", [{}, {"CI": "true"}], ids=["pipe", "CI"])
def test_deploying_without_a_terminal_needs_a_target(
    make_tiny: Make, extra: dict[str, str]
) -> None:
    """Nobody gets a green run that deployed nothing: exit 2, with both ways to say it."""
    project = make_tiny()
    ran = project.run("deploy", "--json", environment=extra)
    assert 2 == ran.code, ran.err
    assert "It is not said where this should go" == ran.json["error"]["what"]
    hint = ran.json["error"]["hint"]
    assert "--target aws" in hint
    assert "--target embedded" in hint
    assert {"running": False} == project.cloud()


@pytest.mark.long
def test_aws_without_credentials_is_out_of_reach(make_tiny: Make) -> None:
    """Exit 8, and how to get some."""
    project = make_tiny()
    ran = project.run("deploy", "--target", "aws", "--auto-approve", "--json")
    assert 8 == ran.code, ran.err
    error = ran.json["error"]
    assert "There are no AWS credentials to work with" == error["what"]
    assert "--target embedded" in error["hint"]
    assert "Traceback" not in ran.err


@pytest.mark.long
@pytest.mark.fault(59)
def test_a_gateway_port_that_is_taken_is_refused_and_nothing_stays_behind(
    make_tiny: Make,
) -> None:
    """Exit 5 names the port and who has it; the emulator that was started is gone again."""
    project = make_tiny()
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        ran = project.run("cloud", "start", "--port", str(port), "--json")
    assert 5 == ran.code, ran.err
    error = ran.json["error"]
    assert f"Port {port} is not free for the gateway" == error["what"]
    assert "held by" in error["why"]
    assert "is free" in error["hint"]
    assert {"running": False} == project.cloud()


@pytest.mark.long
def test_a_taken_port_leaves_a_running_cloud_alone(tiny: Project) -> None:
    """Asking a running cloud for a port that is taken changes nothing of it."""
    before = tiny.cloud()
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        ran = tiny.run("cloud", "start", "--port", str(taken.getsockname()[1]))
    assert 5 == ran.code, ran.err
    assert before == tiny.cloud()


@pytest.mark.long
@pytest.mark.parametrize("command", [("status",), ("cloud", "url")])
def test_looking_into_a_cloud_that_does_not_run_says_so(
    make_tiny: Make, command: tuple[str, ...]
) -> None:
    """Looking starts nothing: exit 5, and the command that would."""
    project = make_tiny()
    ran = project.run(*command)
    assert 5 == ran.code, ran.err
    assert "error: The embedded cloud of this project does not run" in ran.err
    assert "sam-deploy deploy" in ran.err
    assert not (project.folder / ".sam-deploy" / "cloud" / "cloud.json").exists()
