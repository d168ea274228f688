"""Rehearsing an outage: faults that a user puts in force, and what a promotion makes of them.

The page is docs/guides/rehearsing.md, which says what these tests show.
"""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import boto3
import httpx
import pytest
from tests.e2e import shifting
from tests.faults.terminal import Terminal

from sam_deploy import local

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
HOME, EAST = shifting.REGIONS
OLD = {HOME: "1", EAST: "1"}
NEW = {HOME: "2", EAST: "2"}


@pytest.fixture(scope="module")
def project(
    tmp_path_factory: pytest.TempPathFactory, deployed: Callable[[Path], Project]
) -> Project:
    """Two regions; dev serves a version that prod does not."""
    folder = tmp_path_factory.mktemp("rehearsing")
    shifting.write(folder, 0.0, 0)
    made = deployed(folder)
    shifting.write(folder, 0.0, 1)
    ran = made.deploy()
    assert 0 == ran.code, ran.err
    return made


@pytest.fixture
def behind(project: Project) -> Iterator[Project]:
    """No fault is in force, and prod is a version behind; whatever a test does."""
    project.run("cloud", "fault", "remove", "--all")
    cloud = local.find(project.folder)
    assert cloud is not None
    for region in shifting.REGIONS:
        for name in ("HelloFunction", "QuietFunction"):
            beside(cloud, region).update_alias(
                FunctionName=name, Name="prod", FunctionVersion="1", Description=""
            )
    yield project
    project.run("cloud", "fault", "remove", "--all")


def beside(cloud: local.RunningCloud, region: str) -> Any:
    """Return a client of Lambda that no fault hits: it goes past the proxy."""
    return boto3.client(
        "lambda",
        region_name=region,
        endpoint_url=cloud.emulator_server.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def served(project: Project) -> dict[str, str]:
    """Return region -> version of Hello that prod serves."""
    cloud = local.find(project.folder)
    assert cloud is not None
    return {
        region: beside(cloud, region).get_alias(FunctionName="HelloFunction", Name="prod")[
            "FunctionVersion"
        ]
        for region in shifting.REGIONS
    }


def promote(project: Project, before_code: Callable[[], None] = lambda: None) -> tuple[int, str]:
    """Promote to prod at a terminal; return the exit code and what was said.

    `before_code` is done when all was agreed to and the code is asked for.
    """
    line, end = pty.openpty()
    process = subprocess.Popen(
        project.command("promote", "prod", "--target", "embedded"),
        env={**project.environment, "TERM": "xterm", "COLUMNS": "300"},
        cwd=project.folder,
        stdin=end,
        stdout=end,
        stderr=end,
        start_new_session=True,
    )
    os.close(end)
    terminal = Terminal(process, line)
    try:
        terminal.until("(yes/no)")
        terminal.type("yes")
        terminal.until("Type the app's name")
        terminal.type("tiny")
        terminal.until("Enter OTP")
        before_code()
        mail = shifting.mails(project.endpoint)[-1]
        terminal.type(shifting.CODE.findall(mail["BodyText"])[-1])
        return terminal.end(), terminal.said
    finally:
        terminal.hang_up()
        process.kill()
        process.wait()


def fault(project: Project, *options: str) -> None:
    ran = project.run("cloud", "fault", *options)
    assert 0 == ran.code, ran.err


@pytest.mark.slow
def test_a_promotion_that_one_region_refuses_is_taken_back_and_works_when_it_is_back(
    behind: Project,
) -> None:
    """Aliases cannot move in one region: none has moved in the end, and the next try is good.

    The fault comes while the command runs, and meets it at once.
    """
    code, said = promote(
        behind,
        lambda: fault(
            behind,
            *("add", "--region", EAST, "--service", "lambda"),
            *("--operation", "UpdateAlias", "--error", "ServiceException"),
        ),
    )
    assert (4, OLD) == (code, served(behind)), said
    assert "taking everything back" in said
    listed = behind.run("cloud", "fault", "list", "--json").json
    assert listed[0]["failed"] == listed[0]["calls"] > 0
    fault(behind, "remove", listed[0]["id"])
    code, said = promote(behind)
    assert (0, NEW) == (code, served(behind)), said


@pytest.mark.long
def test_a_region_that_is_gone_stops_a_promotion_and_resume_mends_it(behind: Project) -> None:
    """Gone in the middle: it is said that nothing is sure; back again: `resume` takes all back.

    Gone before: a promotion is refused, and nothing is written.
    """
    code, said = promote(behind, lambda: fault(behind, "add", "--region", EAST, "--outage"))
    assert 7 == code, said
    again = "run `sam-deploy resume --target embedded` as soon as that is mended"
    assert f"{again} (`--without-region {EAST}`" in said
    refused = behind.run("promote", "prod", "--dry-run", "--target", "embedded")
    assert 8 == refused.code, refused.err
    assert f"`{EAST}` cannot be read" in refused.err
    assert "state: nothing was changed" in refused.err
    fault(behind, "remove", "--all")
    resumed = behind.run("resume", "--target", "embedded")
    assert (4, OLD) == (resumed.code, served(behind)), resumed.err
    assert "is taken back now" in resumed.err
    code, said = promote(behind)
    assert (0, NEW) == (code, served(behind)), said


@pytest.mark.slow
def test_a_command_says_that_faults_are_in_force(behind: Project) -> None:
    """Whoever forgot them is told, and not left to look for a bug; `cloud status` counts them."""
    fault(behind, "add", "--service", "s3", "--latency", "1ms")
    ran = behind.deploy()
    assert 0 == ran.code, ran.err
    assert "a fault is in force in the embedded cloud; see `sam-deploy" in ran.err
    assert 1 == behind.cloud()["faults"]


@pytest.mark.slow
def test_requests_meet_the_faults_of_the_function_that_serves_them(behind: Project) -> None:
    """Throttled in one region: 503 there, as on AWS; also behind a gateway that was replaced."""

    def statuses() -> list[int]:
        return [
            httpx.get(f"{shifting.url(behind, region)}/hello", trust_env=False).status_code
            for region in shifting.REGIONS
        ]

    assert [200, 200] == statuses()
    invoke = ("--service", "lambda", "--operation", "Invoke")
    fault(behind, "add", *invoke, "--region", HOME, "--throttle", "1")
    assert [503, 200] == statuses()
    (told,) = behind.run("cloud", "fault", "list", "--json").json
    assert (1, 1) == (told["calls"], told["failed"])
    cloud = local.find(behind.folder)
    assert cloud is not None
    cloud.gateway_server.process.end(2.0)
    assert 0 == behind.run("cloud", "start").code
    assert [503, 200] == statuses()
    fault(behind, "remove", "--all")
    assert [200, 200] == statuses()
