"""A project, the cloud it goes to, and the proxy in between: what a fault test works with.

The command under test is `python -m sam_deploy` as a process of its own that believes to be on
AWS: `--target aws`, with AWS_ENDPOINT_URL leading to the proxy.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config
from tests import described
from tests.faults.emulator import Emulator
from tests.faults.proxy import Proxy, Victim

REPOSITORY: Final = Path(__file__).parents[2]
TINY: Final = REPOSITORY / "tests" / "e2e" / "tiny"
TINY_REGIONS: Final = 'regions=["eu-west-1"]'
REGIONS: Final = ("eu-west-1", "us-east-1")
ACCOUNT: Final = "000000000000"
COMMAND_SECONDS: Final = 240
DEPLOY: Final = ("deploy", "--target", "aws", "--auto-approve", "--progress", "plain", "--json")
_LOCAL: Final = shutil.ignore_patterns(".sam-deploy", "locks", "__pycache__")


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that has ended; negative codes are signals."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def json(self) -> Any:
        """The document on standard output."""
        return json.loads(self.out)


@dataclass(slots=True)
class Place:
    """Where a test deploys. `more` are further variables of every command."""

    folder: Path
    emulator: Emulator
    proxy: Proxy
    regions: Sequence[str] = REGIONS
    more: Mapping[str, str] = field(default_factory=dict)
    _clients: dict[tuple[str, str, str], Any] = field(default_factory=dict)

    def variables(self) -> dict[str, str]:
        """Return the environment of a command: no settings of this machine, the proxy as AWS."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("AWS_") and name not in {"ENV", "CI", "SAM_DEPLOY_TARGET"}
        }
        ours = {
            "AWS_ENDPOINT_URL": self.proxy.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        return {**kept, **ours, **self.more}

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of `sam-deploy` on the project."""
        return [sys.executable, "-m", "sam_deploy", "-C", str(self.folder), *arguments]

    def start(
        self, *arguments: str, before: Callable[[], None] | None = None
    ) -> subprocess.Popen[str]:
        """Start `sam-deploy` in a process group of its own; the proxy's signals go to it.

        `before` is run in the new process, such as to set its limits.
        """
        process = subprocess.Popen(
            self.command(*arguments),
            env=self.variables(),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=before,  # noqa: PLW1509 - limits are set before the program begins
        )
        self.proxy.victim = Victim(process.pid, lambda: _gone(process.pid))
        return process

    def run(self, *arguments: str, before: Callable[[], None] | None = None) -> Ran:
        """Run `sam-deploy` to its end, and wait until its calls have ended, too."""
        started = time.monotonic()
        process = self.start(*arguments, before=before)
        try:
            out, err = process.communicate(timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        seconds = time.monotonic() - started
        self.proxy.settle()
        # one that was killed may have written half of a document
        assert process.returncode < 0 or [] == described.mistakes(arguments, out)
        return Ran(process.returncode, out, err, seconds)

    def deploy(self, *arguments: str) -> Ran:
        """Run `sam-deploy deploy` to what it takes for AWS."""
        return self.run(*DEPLOY, *arguments)

    def fresh(self) -> None:
        """Nothing is deployed, no call is known, and the project folder remembers nothing."""
        self.proxy.clear()
        self.emulator.reset()
        shutil.rmtree(self.folder / ".sam-deploy", ignore_errors=True)

    def client(self, service: str, region: str) -> Any:
        """Return a boto3 client that goes past the proxy."""
        key = (self.emulator.url, service, region)
        if key not in self._clients:
            session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")
            self._clients[key] = session.client(
                service,
                region_name=region,
                endpoint_url=self.emulator.url,
                config=Config(
                    retries={"total_max_attempts": 2},
                    read_timeout=60,
                    proxies={},
                    s3={"addressing_style": "path"},
                ),
            )
        return self._clients[key]

    @contextmanager
    def edited(self, path: str, old: str, new: str) -> Iterator[None]:
        """Replace `old` by `new` in a file of the project during a block."""
        file = self.folder / path
        before = file.read_text(encoding="utf-8")
        assert 1 == before.count(old), f"{path} holds {old!r} {before.count(old)} times"
        file.write_text(before.replace(old, new), encoding="utf-8")
        try:
            yield
        finally:
            file.write_text(before, encoding="utf-8")


def tiny(folder: Path, regions: Sequence[str] = REGIONS) -> Path:
    """Return a copy of the small project of the end-to-end tests, for these regions."""
    shutil.copytree(TINY, folder, ignore=_LOCAL)
    file = folder / "deploy.py"
    text = file.read_text(encoding="utf-8")
    assert 1 == text.count(TINY_REGIONS)
    file.write_text(text.replace(TINY_REGIONS, f"regions={list(regions)}"), encoding="utf-8")
    return folder


def _gone(pid: int) -> None:
    """Wait until a child of ours has ended, and leave its exit code to whoever asks for it."""
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
