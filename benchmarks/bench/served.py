"""One app as everybody serves it on a laptop: a silent function, one on FastAPI, one never called.

By sam-deploy behind its gateway and by `serve`; by `chalice local` and by uvicorn, which run the
code in their own process and so have no functions, events or timeouts to keep apart.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from bench.measure import RunFailedError, environment
from bench.tools import Tools
from sam_deploy.local import ports

READY_SECONDS: Final = 60.0
COMMAND_SECONDS: Final = 300
BODY: Final = '{"hello": "world"}'
TRIVIAL: Final = f"""\
def handler(event, context):
    headers = {{"content-type": "application/json"}}
    return {{"statusCode": 200, "headers": headers, "body": {BODY!r}}}
"""
API: Final = """\
from fastapi import FastAPI
from mangum import Mangum

app = FastAPI()


@app.get("/api")
def read() -> dict[str, str]:
    return {"hello": "world"}


handler = Mangum(app, lifespan="off", api_gateway_base_path="/dev")
"""
PLAIN: Final = f"""\
BODY = {BODY!r}.encode()


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    headers = [(b"content-type", b"application/json"), (b"content-length", b"18")]
    await send({{"type": "http.response.start", "status": 200, "headers": headers}})
    await send({{"type": "http.response.body", "body": BODY}})
"""
CHALICE: Final = """\
from chalice import Chalice

app = Chalice(app_name="benchmark")


@app.route("/hello")
def hello():
    return {"hello": "world"}
"""
DEPLOY: Final = """\
from sam_deploy import App, Environment, FeatureSet, Function, HttpApi, Route

app = App(
    name="benchmark-local",
    home_region="eu-west-1",
    runtime="python3.11",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    http_api=HttpApi(),
    functions=[
        Function("Hello", source="hello", timeout_seconds=20, routes=[Route("GET", "/hello")]),
        Function("Cold", source="cold", timeout_seconds=20, routes=[Route("GET", "/cold")]),
        Function("Api", source="api", timeout_seconds=20, memory_mb=512,
                 requirements=["fastapi==0.125.0", "mangum==0.19.0"],
                 routes=[Route("GET", "/api")]),
    ],
)
"""


@dataclass(frozen=True, slots=True)
class Project:
    """The app as a project of sam-deploy, with a cloud of its own."""

    folder: Path

    @property
    def hello(self) -> Path:
        """The file of the silent function."""
        return self.folder / "hello" / "handler.py"

    def run(self, *arguments: str) -> str:
        """Run `sam-deploy` and return what it wrote. Raises RunFailedError."""
        command = [sys.executable, "-m", "sam_deploy", "-C", str(self.folder), *arguments]
        done = subprocess.run(
            command,
            env=environment({"SAM_DEPLOY_TARGET": "embedded"}),
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise RunFailedError(f"sam-deploy {' '.join(arguments)}: {done.stderr[-800:]}")
        return done.stdout

    def url(self) -> str:
        """Where the deployed API answers."""
        return self.run("cloud", "url", "--environment", "dev").strip().splitlines()[-1].split()[-1]


def laid_out(folder: Path) -> Project:
    """Return the project, written and not yet deployed."""
    for name, text in (
        ("hello/handler.py", TRIVIAL),
        ("cold/handler.py", TRIVIAL),
        ("api/handler.py", API),
        ("deploy.py", DEPLOY),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Project(folder)


@contextlib.contextmanager
def serving(project: Project) -> Iterator[str]:
    """Run `sam-deploy serve` and yield its address."""
    port = ports.any_free()
    command = [sys.executable, "-m", "sam_deploy", "-C", str(project.folder), "serve"]
    with _running(
        [*command, "--port", str(port)], project.folder, f"http://127.0.0.1:{port}/hello"
    ):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def uvicorn(folder: Path, text: str, path: str) -> Iterator[str]:
    """Run uvicorn with one module and yield its address."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "served_app.py").write_text(text, encoding="utf-8")
    port = ports.any_free()
    command = [sys.executable, "-m", "uvicorn", "served_app:app", "--port", str(port)]
    quiet = ["--log-level", "warning", "--no-access-log"]
    with _running([*command, *quiet], folder, f"http://127.0.0.1:{port}{path}"):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def chalice(folder: Path, tools: Tools) -> Iterator[str]:
    """Run `chalice local` and yield its address."""
    (folder / ".chalice").mkdir(parents=True, exist_ok=True)
    (folder / "app.py").write_text(CHALICE, encoding="utf-8")
    config = {"version": "2.0", "app_name": "benchmark", "stages": {"dev": {}}}
    (folder / ".chalice" / "config.json").write_text(json.dumps(config), encoding="utf-8")
    port = ports.any_free()
    command = [str(tools.of_python("chalice") / "chalice"), "local", "--port", str(port)]
    with _running(command, folder, f"http://127.0.0.1:{port}/hello", tools.environment({})):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def _running(
    command: Sequence[str], folder: Path, url: str, variables: dict[str, str] | None = None
) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=variables or environment({}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _await(url, lambda: process.poll() is None)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _await(url: str, runs: Callable[[], bool]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and runs():
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, trust_env=False, timeout=20).status_code == httpx.codes.OK:
                return
        time.sleep(0.05)
    raise RunFailedError(f"{url} does not answer")
