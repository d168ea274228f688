"""A small app with alarms, its users, and promotions of it at a terminal: for the tests of shifts.

The tests set `SAM_DEPLOY_POLL_SECONDS` and `SAM_DEPLOY_GRACE_SECONDS`, so that what takes minutes
on AWS takes seconds here.
"""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import httpx
from tests.faults.terminal import Terminal

from sam_deploy import local
from sam_deploy.promotion import marks

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

REGIONS = ("eu-west-1", "us-east-1")
BUCKET = "tiny-sam-000000000000-eu-west-1"
POLL_SECONDS = 0.5
GRACE_SECONDS = 4.0
CODE = re.compile(r"\b\d{6}\b")

APP = """
from sam_deploy import App, Environment, FeatureSet, Function, HttpApi, Promotion, Route

app = App(
    name="tiny",
    home_region="eu-west-1",
    environments=[
        Environment("dev"), Environment("prod", promote_from="dev", alarms="strict"),
    ],
    feature_sets=[FeatureSet("core", regions=["eu-west-1", "us-east-1"])],
    promotion=Promotion(
        recipients=["ops@example.com"], sender="ops@example.com", codes_an_hour=20, codes_a_day=100
    ),
    http_api=HttpApi(),
    functions=[
        Function("Hello", source="functions/Hello", memory_mb=256,
                 routes=[Route("GET", "/hello")]),
        Function("Quiet", source="functions/Quiet", memory_mb=256),
    ],
)
"""
HANDLER = '''"""Says which version it is, unless it fails."""

import random

from sam_deploy_runtime import environment

FAILS = {fails}


def handler(event, context):
    """Answer one request; a check's event wants the environment, which a version does not know."""
    if event.get("path") == "/hello" and environment() != "prod":
        raise RuntimeError("not of prod")
    if random.random() < FAILS:
        raise RuntimeError("this version is bad")
    return {{"statusCode": 200, "body": context.function_version}}
'''


def write(folder: Path, fails: float, build: int) -> None:
    """The app's functions fail so often (0-1); `build` makes each state of them another one."""
    (folder / "deploy.py").write_text(APP, encoding="utf-8")
    write_handlers(folder, build, fails)


def write_handlers(folder: Path, build: int, fails: float = 0.0) -> None:
    """The same, and the configuration stays as it is."""
    for name, often in (("Hello", fails), ("Quiet", 0.0)):
        source = folder / "functions" / name
        source.mkdir(parents=True, exist_ok=True)
        text = HANDLER.format(fails=often) + f"\nBUILD = {build}\n"
        (source / "handler.py").write_text(text, encoding="utf-8")


@dataclass(slots=True)
class Users:
    """People who call the API in all regions, all the time."""

    urls: Mapping[str, str]
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(region, what came): a version, or the status of a failure."""
    _ended: threading.Event = field(default_factory=threading.Event)

    def call(self, region: str) -> None:
        """Call one region until the end."""
        with httpx.Client(trust_env=False, timeout=30) as client:
            while not self._ended.is_set():
                answer = client.get(self.urls[region])
                came = answer.text if answer.is_success else str(answer.status_code)
                self.answers[region, came] += 1
                time.sleep(0.02)


def url(project: Project, region: str) -> str:
    """Return where the gateway answers for prod: without a command, which takes seconds."""
    cloud = local.find(project.folder)
    assert cloud is not None
    stacks = project.client("cloudformation", region).describe_stacks(StackName="tiny-sam")
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stacks["Stacks"][0]["Outputs"]}
    return cloud.url(region, outputs["ApiHttpApiId"], "prod")


@contextlib.contextmanager
def users(project: Project) -> Iterator[Users]:
    """People call prod in every region during the block."""
    found = Users({region: f"{url(project, region)}/hello" for region in REGIONS})
    threads = [threading.Thread(target=found.call, args=(region,)) for region in REGIONS]
    for each in threads:
        each.start()
    try:
        yield found
    finally:
        found._ended.set()  # noqa: SLF001 - its own maker
        for each in threads:
            each.join()


@contextlib.contextmanager
def promoting(
    project: Project, *options: str, grace_seconds: float = GRACE_SECONDS
) -> Iterator[Terminal]:
    """`promote prod` runs at a terminal, and was agreed to; it does not outlive the block."""
    line, end = pty.openpty()
    process = subprocess.Popen(
        project.command("promote", "prod", *options, "--target", "embedded"),
        env={**project.environment, **paces(grace_seconds), "TERM": "xterm", "COLUMNS": "300"},
        cwd=project.folder,
        stdin=end,
        stdout=end,
        stderr=end,
        start_new_session=True,
    )
    os.close(end)
    terminal = Terminal(process, line)
    try:
        agree(terminal, project.endpoint)
        yield terminal
    finally:
        terminal.hang_up()
        if process.poll() is None:
            process.kill()
        process.wait()


def agree(terminal: Terminal, endpoint: str, app: str = "tiny") -> None:
    """Say yes to production, and type the app's name and the code that comes by mail."""
    before = len(mails(endpoint))
    terminal.until("(yes/no)")
    terminal.type("yes")
    terminal.until("Type the app's name")
    terminal.type(app)
    terminal.until("Enter OTP")
    terminal.type(CODE.findall(mails(endpoint)[before]["BodyText"])[-1])


def paces(grace_seconds: float = GRACE_SECONDS) -> dict[str, str]:
    """Return the variables that make a shift quick."""
    return {
        "SAM_DEPLOY_POLL_SECONDS": str(POLL_SECONDS),
        "SAM_DEPLOY_GRACE_SECONDS": str(grace_seconds),
    }


def mails(endpoint: str) -> list[dict[str, Any]]:
    """Return the mails that were sent, oldest first."""
    url = f"{endpoint}/_ministack/ses/messages"
    accounts = httpx.get(url, trust_env=False).json()["messages"]
    found = [each for messages in accounts.values() for each in messages]
    return sorted(found, key=lambda each: str(each["Timestamp"]))


Alias: TypeAlias = tuple[str, Mapping[str, float]]


def aliases(project: Project, environment: str = "prod") -> dict[tuple[str, str], Alias]:
    """Return (region, function) -> (version, weights) of an environment."""
    found = {}
    for region in REGIONS:
        for name in ("HelloFunction", "QuietFunction"):
            alias = project.client("lambda", region).get_alias(FunctionName=name, Name=environment)
            weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
            found[region, name] = (alias["FunctionVersion"], weights)
    return found


def descriptions(project: Project) -> list[str]:
    """Return what the marks of prod's aliases say: the version, fence, or restored."""
    found = []
    for region in REGIONS:
        for name in ("HelloFunction", "QuietFunction"):
            alias = project.client("lambda", region).get_alias(FunctionName=name, Name="prod")
            mark = marks.read(alias["Description"])
            found.append(mark.what if mark else "")
    return found


def schedules(project: Project) -> list[str]:
    """Return the names of the schedules of all regions."""
    return [
        each["Name"]
        for region in REGIONS
        for each in project.client("scheduler", region).list_schedules()["Schedules"]
    ]


def forget_role(project: Project) -> None:
    """The role of the schedules does not exist, as before the first canary."""
    client = project.client("iam", "eu-west-1")
    name = "sam-deploy-tiny-guard"
    for role in client.list_roles()["Roles"]:
        if role["RoleName"] == name:
            client.delete_role_policy(RoleName=name, PolicyName="move-aliases")
            client.delete_role(RoleName=name)


def journal(project: Project) -> dict[str, Any]:
    """Return the journal of the last promotion."""
    store = project.client("s3", "eu-west-1")
    body = store.get_object(Bucket=BUCKET, Key="journal/tiny.release.json")["Body"].read()
    found: dict[str, Any] = json.loads(body)
    return found


@dataclass(slots=True)
class Versions:
    """Deploys one version after the other to dev."""

    project: Project
    count: int = 0

    fails: float = 0.0

    def ready(self, *, fails: float = 0.0) -> None:
        """Let dev serve a version that fails so often (0-1), and that prod does not serve."""
        behind = aliases(self.project) != aliases(self.project, "dev")
        if behind and fails == self.fails:
            return
        self.count, self.fails = self.count + 1, fails
        write(self.project.folder, fails, self.count)
        ran = self.project.deploy()
        assert 0 == ran.code, ran.err


Until: TypeAlias = Callable[..., Any]
