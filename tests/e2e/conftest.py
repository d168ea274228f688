"""Real projects, deployed by the command line to embedded clouds of their own.

Tests drive the product as a user does: `python -m sam_deploy` as a process, its exit code and what
it says. boto3 and HTTP only look at what came of it, or play the customers of the deployed app.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from tests import described

REPOSITORY = Path(__file__).parents[2]
EXAMPLE = REPOSITORY / "examples" / "dzgro"
COMMAND = (sys.executable, "-m", "sam_deploy")
COMMAND_SECONDS = 180
POLL_SECONDS = 0.1

TINY = Path(__file__).with_name("tiny")
TINY_REGIONS = 'regions=["eu-west-1"]'
IGNORED = shutil.ignore_patterns(".sam-deploy", "locks", "__pycache__")


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that has ended."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def json(self) -> Any:
        """The document on standard output."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder with a cloud of its own, and what a user does with it."""

    folder: Path
    environment: Mapping[str, str]
    first: Ran | None = None
    """The first deployment, when the fixture made it."""
    known: dict[tuple[str, str], Any] = field(default_factory=dict)
    """What does not change while the cloud runs: clients, and what it said of itself."""

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of `sam-deploy` on this project."""
        return [*COMMAND, "-C", str(self.folder), *arguments]

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Ran:
        """Run `sam-deploy` without a terminal; `environment` adds variables."""
        started = time.monotonic()
        done = subprocess.run(
            self.command(*arguments),
            env={**self.environment, **(environment or {})},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert [] == described.mistakes(arguments, done.stdout)
        return Ran(done.returncode, done.stdout, done.stderr, time.monotonic() - started)

    def deploy(self, *arguments: str) -> Ran:
        """Run `sam-deploy deploy` to the embedded cloud, with lines as progress."""
        return self.run(
            "deploy", *arguments, "--target", "embedded", "--progress", "plain", "--json"
        )

    def cloud(self) -> dict[str, Any]:
        """Return what `cloud status --json` says: gateway, endpoint, pids."""
        answer: dict[str, Any] = self.run("cloud", "status", "--json").json
        return answer

    @property
    def endpoint(self) -> str:
        """Return where the emulator listens, as `cloud status` says."""
        key = ("cloud", "endpoint")
        if key not in self.known:
            self.known[key] = self.cloud()["endpoint"]
        endpoint: str = self.known[key]
        return endpoint

    def client(self, service: str, region: str) -> Any:
        """Return a boto3 client of the embedded cloud, made once."""
        if (service, region) not in self.known:
            self.known[service, region] = session().client(
                service,
                region_name=region,
                endpoint_url=self.endpoint,
                config=Config(
                    retries={"total_max_attempts": 2},
                    read_timeout=60,
                    proxies={},
                    s3={"addressing_style": "path"},
                ),
            )
        return self.known[service, region]

    def url(self, region: str, environment: str) -> str:
        """Return an environment's base URL: the one that `cloud url` prints, asked once a region.

        The URLs of one API differ in their last part alone, the stage.
        """
        key = ("url", region)
        if key not in self.known:
            ran = self.run("cloud", "url", "--region", region, "--environment", "dev")
            assert (0, "") == (ran.code, ran.err)
            self.known[key] = ran.out.strip().rpartition("/")[0]
        return f"{self.known[key]}/{environment}"

    def served(self, function: str, region: str, environment: str) -> str:
        """Return the version that an environment's alias points at, as Lambda says."""
        found = self.client("lambda", region).get_alias(
            FunctionName=f"{function}Function", Name=environment
        )
        assert {} == (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights", {})
        version: str = found["FunctionVersion"]
        return version

    def versions(self) -> dict[tuple[str, str, str], str | None]:
        """Return (function, region, environment) -> version, as `status --json` says."""
        ran = self.run("status", "--json", "--target", "embedded")
        assert (0, "") == (ran.code, ran.err)
        return {
            (each["function"], each["region"], each["environment"]): each["version"]
            for each in ran.json
        }

    def stacks(self, region: str) -> dict[str, tuple[str, str]]:
        """Return stack name -> (status, when it last changed) in a region."""
        pages = self.client("cloudformation", region).get_paginator("describe_stacks").paginate()
        return {
            each["StackName"]: (
                each["StackStatus"],
                str(each.get("LastUpdatedTime", each["CreationTime"])),
            )
            for page in pages
            for each in page["Stacks"]
        }

    @contextlib.contextmanager
    def edited(self, path: str, old: str, new: str) -> Iterator[None]:
        """Replace `old` by `new` in a file of the project, and put it back afterwards."""
        file = self.folder / path
        before = file.read_text(encoding="utf-8")
        assert 1 == before.count(old), f"{path} holds {old!r} {before.count(old)} times"
        file.write_text(before.replace(old, new), encoding="utf-8")
        try:
            yield
        finally:
            file.write_text(before, encoding="utf-8")


@functools.cache
def session() -> boto3.Session:
    """Return the one session of this run: it reads the description of each service once."""
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")


def variables() -> dict[str, str]:
    """Return this process's variables, which lead to no AWS account (see tests/conftest.py)."""
    return {name: value for name, value in os.environ.items() if name != "SAM_DEPLOY_PATCHES"}


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def until() -> Callable[..., Any]:
    """Return a function that asks until the answer is true, for a limited time."""

    def wait(
        what: str,
        ask: Callable[[], Any],
        *,
        at_most_seconds: float = 60,
        every_seconds: float = POLL_SECONDS,
    ) -> Any:
        deadline = time.monotonic() + at_most_seconds
        while time.monotonic() < deadline:
            answer = ask()
            if answer:
                return answer
            time.sleep(every_seconds)
        pytest.fail(f"waited {at_most_seconds:.0f} s in vain for {what}")

    return wait


@contextlib.contextmanager
def stopped(project: Project) -> Iterator[Project]:
    """The project's cloud does not outlive the block."""
    try:
        yield project
    finally:
        project.run("cloud", "stop")


def example(folder: Path) -> Project:
    """Return a copy of the example, as a fresh clone has it."""
    shutil.copytree(EXAMPLE, folder, ignore=IGNORED)
    return Project(folder, variables())


@pytest.fixture(scope="module")
def copy_of_dzgro(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Project]]:
    """Return a maker of further copies of the example, each with a cloud of its own."""
    with contextlib.ExitStack() as clouds:

        def make() -> Project:
            folder = tmp_path_factory.mktemp("e2e") / "dzgro"
            return clouds.enter_context(stopped(example(folder)))

        yield make


@pytest.fixture(scope="module")
def deployed() -> Iterator[Callable[[Path], Project]]:
    """Return a maker of projects that are deployed once, for all tests of a module."""
    with contextlib.ExitStack() as clouds:

        def deploy(folder: Path) -> Project:
            project = clouds.enter_context(stopped(Project(folder, variables())))
            first = project.deploy()
            assert 0 == first.code, first.err
            return Project(folder, project.environment, first)

        yield deploy


@pytest.fixture
def make_project() -> Iterator[Callable[..., Project]]:
    """Return a maker of projects in folders that are there, with more variables if need be."""
    with contextlib.ExitStack() as clouds:

        def make(folder: Path, more: Mapping[str, str]) -> Project:
            return clouds.enter_context(stopped(Project(folder, {**variables(), **more})))

        yield make


@pytest.fixture(scope="session")
def dzgro(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The example, deployed once to its own cloud, for all tests of this run."""
    project = example(tmp_path_factory.mktemp("e2e") / "dzgro")
    with stopped(project):
        first = project.deploy()
        assert 0 == first.code, first.err
        yield Project(project.folder, project.environment, first)


@pytest.fixture
def make_tiny(tmp_path: Path) -> Iterator[Callable[..., Project]]:
    """Return a maker of small projects, whose clouds are stopped after the test."""
    with contextlib.ExitStack() as clouds:

        def make(name: str = "tiny", regions: Sequence[str] = ("eu-west-1",)) -> Project:
            return clouds.enter_context(stopped(tiny_project(tmp_path / name, regions)))

        yield make


def tiny_project(folder: Path, regions: Sequence[str]) -> Project:
    """Return a copy of the small project, for these regions."""
    shutil.copytree(TINY, folder, ignore=IGNORED)
    file = folder / "deploy.py"
    text = file.read_text(encoding="utf-8")
    assert 1 == text.count(TINY_REGIONS)
    file.write_text(text.replace(TINY_REGIONS, f"regions={list(regions)}"), encoding="utf-8")
    return Project(folder, variables())


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A small project in two regions, deployed once, for tests that leave it as it is."""
    regions = ("eu-west-1", "us-east-1")
    with stopped(tiny_project(tmp_path_factory.mktemp("e2e") / "tiny", regions)) as project:
        first = project.deploy()
        assert 0 == first.code, first.err
        yield Project(project.folder, project.environment, first)


@pytest.fixture
def project_in() -> Callable[[Path], Project]:
    """Return a maker of projects: of a folder that is there."""
    return lambda folder: Project(folder, variables())
