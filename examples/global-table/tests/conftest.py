"""The table, the writer and the readers, deployed twice: by `deploy.py`, and by `deploy.sh`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

EXAMPLE = Path(__file__).parents[1]
LEFT_OUT = shutil.ignore_patterns(".sam-deploy", "locks", "__pycache__", "tests")
KEYS = Credentials("test", "test")


@dataclass(frozen=True, slots=True)
class Project:
    """A copy of the example, and what a user does with it."""

    folder: Path

    def run(self, *command: str) -> str:
        """Return what a command writes to standard output; anything but success is an error."""
        tools = Path(sys.executable).parent
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={
                **{name: value for name, value in os.environ.items() if name[:4] != "AWS_"},
                "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
                "SAM_DEPLOY_TARGET": "embedded",
            },
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def cli(self, *arguments: str) -> str:
        """Run `sam-deploy`."""
        return self.run(sys.executable, "-m", "sam_deploy", *arguments)


@dataclass(frozen=True, slots=True)
class Address:
    """A function URL, signed for as `auth="AWS_IAM"` asks."""

    url: str
    region: str
    endpoint: str

    def ask(self, **body: Any) -> tuple[int, dict[str, Any]]:
        """Return the status and the answer to a JSON body."""
        request = AWSRequest("POST", self.url, data=json.dumps(body).encode())
        request.headers["Content-Type"] = "application/json"
        SigV4Auth(KEYS, "lambda", self.region).add_auth(request)
        told = urlsplit(self.url)
        headers = {**dict(request.headers), "Host": told.netloc}
        # `outputs` tells where it answers; the name that AWS gives it is known by the host alone
        here = told.hostname == "127.0.0.1"
        answer = httpx.post(
            self.url if here else f"{self.endpoint}/",
            content=request.data,
            headers=headers,
            trust_env=False,
            timeout=60,
        )
        return answer.status_code, answer.json()


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The example with a cloud of its own: first `deploy.py`, then the templates beside it."""
    folder = tmp_path_factory.mktemp("global") / "global-table"
    shutil.copytree(EXAMPLE, folder, ignore=LEFT_OUT)
    made = Project(folder)
    try:
        made.cli("deploy")
        made.run("./build.sh")
        made.run("./deploy.sh", "global-table-demo")
        yield made
    finally:
        made.cli("cloud", "stop")


@pytest.fixture(scope="session")
def endpoint(project: Project) -> str:
    """Where the embedded cloud listens."""
    found: str = json.loads(project.cli("cloud", "status", "--json"))["endpoint"]
    return found


@pytest.fixture(scope="session")
def address() -> type[Address]:
    """How a function URL is asked."""
    return Address
