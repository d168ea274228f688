"""The monorepo in a folder and an embedded cloud of its own, deployed once for all tests.

    pytest examples/monorepo/tests

A copy, because some tests change a service and deploy it. Nothing of AWS is imitated: boto3 and
HTTP look at what came of it, as customers and operators would.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import boto3
import httpx
import pytest

SOURCE: Final = Path(__file__).parents[1]
LEFT_OUT: Final = shutil.ignore_patterns(".sam-deploy", ".build", "dist", "__pycache__")
APP: Final = "lambda-monorepo"
REGION: Final = "us-east-1"
COMMAND_SECONDS: Final = 240
WAIT_SECONDS: Final = 60.0
CODE: Final = re.compile(r"^ +(\d{6})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document on standard output."""
        return json.loads(self.out)


@dataclass(slots=True)
class Terminal:
    """A command at a terminal of its own, and the person in front of it."""

    process: subprocess.Popen[bytes]
    line: int
    said: str = ""

    def until(self, text: str) -> None:
        """Wait until it has written `text`."""
        deadline = time.monotonic() + WAIT_SECONDS
        while text not in self.said:
            assert time.monotonic() < deadline, f"no `{text}` in: {self.said}"
            assert self._read(), f"it ended without `{text}`: {self.said}"

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self.line, f"{text}\n".encode())

    def end(self) -> int:
        """Return the exit code."""
        deadline = time.monotonic() + WAIT_SECONDS
        while self._read():
            assert time.monotonic() < deadline, f"no end of: {self.said}"
        return self.process.wait(WAIT_SECONDS)

    def _read(self) -> bool:
        ready, _, _ = select.select([self.line], [], [], 0.2)
        if not ready:
            return self.process.poll() is None
        try:
            block = os.read(self.line, 4096)
        except OSError:  # what Linux says when nobody has the terminal open any more
            return False
        self.said += block.decode("utf-8", "replace")
        return bool(block)


@dataclass(frozen=True, slots=True)
class Monorepo:
    """The project, and what its team does with it."""

    folder: Path
    known: dict[str, Any] = field(default_factory=dict)

    def variables(self, **more: str) -> dict[str, str]:
        """Return the variables of commands: they lead to no account, and find `sam-deploy`."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "SAM_DEPLOY_"))}
        found = os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", "")))
        return {**kept, "PATH": found, "SAM_DEPLOY_TARGET": "embedded", **more}

    def run(self, *command: str, **more: str) -> Ran:
        """Run a command in the project's folder, without a terminal; `more` are variables."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.variables(**more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def sam_deploy(self, *arguments: str, **more: str) -> Ran:
        """Run `sam-deploy`."""
        return self.run("sam-deploy", *arguments, **more)

    @contextlib.contextmanager
    def at_terminal(self, *command: str, **more: str) -> Iterator[Terminal]:
        """Run a command at a terminal; it does not outlive the block."""
        line, end = pty.openpty()
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.variables(TERM="xterm", COLUMNS="200", **more),
            stdin=end,
            stdout=end,
            stderr=end,
            start_new_session=True,
        )
        os.close(end)
        try:
            yield Terminal(process, line)
        finally:
            os.close(line)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(WAIT_SECONDS)
            process.kill()
            process.wait()

    def mails(self) -> list[dict[str, Any]]:
        """Return the mails that were sent, the oldest first."""
        found: list[dict[str, Any]] = self.sam_deploy("cloud", "mail", "--json").json
        return found

    def code(self) -> str:
        """Return the one-time code of the last mail."""
        (code,) = CODE.findall(self.mails()[-1]["text"])
        return str(code)

    def client(self, service: str) -> Any:
        """Return a client of boto3."""
        if "endpoint" not in self.known:
            self.known["endpoint"] = self.sam_deploy("cloud", "status", "--json").json["endpoint"]
        if service not in self.known:
            self.known[service] = boto3.client(
                service,
                region_name=REGION,
                endpoint_url=self.known["endpoint"],
                aws_access_key_id="test",
                aws_secret_access_key="test",
            )
        return self.known[service]

    def served(self, environment: str) -> dict[str, str]:
        """Return service -> the version that it serves there."""
        found = {}
        for service in ("user-service", "event-service", "notification-service"):
            name = f"{APP}-{environment}-{service}"
            alias = self.client("lambda").get_alias(FunctionName=name, Name=environment)
            found[service] = str(alias["FunctionVersion"])
        return found

    def code_hashes(self, environment: str) -> dict[str, str]:
        """Return service -> the SHA-256 of the code that it serves there."""
        return {
            service: self.client("lambda").get_function_configuration(
                FunctionName=f"{APP}-{environment}-{service}", Qualifier=version
            )["CodeSha256"]
            for service, version in self.served(environment).items()
        }

    def stacks(self) -> list[str]:
        """Return the names of the stacks that are there."""
        stacks = self.client("cloudformation").describe_stacks()["Stacks"]
        return sorted(each["StackName"] for each in stacks)

    def url(self, environment: str) -> str:
        """Return where the API answers for an environment."""
        key = f"url {environment}"
        if key not in self.known:
            ran = self.sam_deploy("cloud", "url", "--environment", environment)
            assert 0 == ran.code, ran.err
            self.known[key] = ran.out.strip()
        address: str = self.known[key]
        return address

    def token(self, environment: str, *scopes: str, seconds: int = 600) -> str:
        """Return a token as the auth package signs them, with the key of an environment."""
        secret = f"/{APP}/{environment}/TOKEN_KEY"
        key = self.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
        claims = {"sub": "tests", "scope": " ".join(scopes), "exp": int(time.time()) + seconds}
        signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
        mac = hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{_base64url(mac)}"

    @contextlib.contextmanager
    def edited(self, path: str, old: str, new: str) -> Iterator[None]:
        """Replace `old` by `new` in a file, and put it back afterwards."""
        file = self.folder / path
        before = file.read_text(encoding="utf-8")
        assert 1 == before.count(old), f"{path} holds {old!r} {before.count(old)} times"
        file.write_text(before.replace(old, new), encoding="utf-8")
        try:
            yield
        finally:
            file.write_text(before, encoding="utf-8")


def _part(value: object) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monorepo]:
    """A copy of the project as `npm install` leaves it; its cloud ends with the tests."""
    folder = tmp_path_factory.mktemp("monorepo") / "monorepo"
    shutil.copytree(SOURCE, folder, symlinks=True, ignore=LEFT_OUT)
    project = Monorepo(folder)
    if not (folder / "node_modules").is_dir():
        ran = project.run("npm", "install")
        assert 0 == ran.code, ran.err
    try:
        yield project
    finally:
        project.sam_deploy("cloud", "stop")


@pytest.fixture(scope="session")
def monorepo(installed: Monorepo) -> Monorepo:
    """The project with dev deployed, by the one command of its README."""
    ran = installed.sam_deploy("deploy", "--progress", "plain")
    assert 0 == ran.code, ran.err
    return installed


@pytest.fixture(scope="session")
def sign_in(monorepo: Monorepo) -> Callable[..., contextlib.AbstractContextManager[httpx.Client]]:
    """Return a maker of HTTP clients of an environment's API, with a token of these scopes."""

    @contextlib.contextmanager
    def make(
        environment: str = "dev", scopes: Sequence[str] = ("users:read", "users:write")
    ) -> Iterator[httpx.Client]:
        headers = (
            {"authorization": f"Bearer {monorepo.token(environment, *scopes)}"} if scopes else {}
        )
        base = monorepo.url(environment)
        with httpx.Client(base_url=base, headers=headers, timeout=30, trust_env=False) as client:
            yield client

    return make


@pytest.fixture(scope="session")
def until() -> Callable[..., Any]:
    """Return a function that asks until the answer is true, for a limited time."""

    def wait(what: str, ask: Callable[[], Any], at_most_seconds: float = 30.0) -> Any:
        deadline = time.monotonic() + at_most_seconds
        while time.monotonic() < deadline:
            if answer := ask():
                return answer
            time.sleep(0.2)
        pytest.fail(f"waited {at_most_seconds:.0f} s in vain for {what}")

    return wait
