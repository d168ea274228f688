"""What the runtime's tests share: the facts of a small app, as `app.json` has them."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import sam_deploy_runtime
from sam_deploy_runtime import manifest as manifests
from sam_deploy_runtime import settings
from sam_deploy_runtime.manifest import Manifest, parse
from sam_deploy_runtime.sources import client

Answer = Callable[[str, dict[str, Any]], tuple[int, dict[str, Any]]]
"""Action and body -> status and answer."""

ENVIRONMENTS = ["dev", "staging", "prod"]
NODE = shutil.which("node")
HERE = Path(__file__).parent
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:ApiFunction"
HEAD = """
import * as runtime from "./index.mjs";
import facts from "./facts.json" with { type: "json" };
const { bind, environment, inEnvironment, logLevel } = runtime;
const { perEnvironment, resourceArn, resourceName, setting } = runtime;
const { userPoolClientId, userPoolId } = runtime;
const context = (alias) => ({ invokedFunctionArn: "@ARN@:" + alias });
const caught = async (call) => {
  try { return await call(); } catch (error) { return `${error.name}: ${error.message}`; }
};
bind(() => {}, facts);
const done = async () => {
BODY
};
console.log(JSON.stringify(await done()));
"""


@pytest.fixture
def facts() -> dict[str, Any]:
    return {
        "app": "shop",
        "home_region": "ap-south-1",
        "topology": "shared",
        "handler": "handler.handler",
        "environments": ENVIRONMENTS,
        "resources": {
            "Orders": {
                "kind": "queue",
                "names": {each: f"Orders{each.title()}Q" for each in ENVIRONMENTS},
            },
            "receipts": {
                "kind": "bucket",
                "names": {each: f"receipts-{each}" for each in ENVIRONMENTS},
            },
            "old": {
                "kind": "bucket",
                "names": {each: f"old-{each}" for each in ENVIRONMENTS},
                "regional": False,
            },
            "Invoices": {
                "kind": "topic",
                "names": {each: f"shop-Invoices-{each}" for each in ENVIRONMENTS},
            },
            "items": {
                "kind": "table",
                "names": {each: f"shop-items-{each}" for each in ENVIRONMENTS},
            },
            "Users": {"kind": "user_pool", "names": {"dev": "UsersUserPoolDev"}},
        },
        "log_levels": {"dev": "DEBUG", "staging": "INFO", "prod": "WARNING"},
        "settings": ["HOST", "KEY", "LIMITS", "SIZE"],
        "secrets": ["KEY"],
    }


@pytest.fixture
def manifest(facts: dict[str, Any]) -> Manifest:
    return parse(json.dumps(facts))


class Answering(BaseHTTPRequestHandler):
    """Answers every request as its server's `answer` says: status and JSON."""

    def do_POST(self) -> None:
        """Answer a call of an AWS JSON API."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, value = self.server.answer(  # type: ignore[attr-defined]
            self.headers["X-Amz-Target"].partition(".")[2], body
        )
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Serve on a free port of loopback, for the time of the block; return the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        server.answer = answer  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def answering() -> Iterator[Callable[[dict[str, Any]], str]]:
    """Starts an AWS endpoint that gives the same answer to every call."""
    with contextlib.ExitStack() as servers:
        yield lambda value: servers.enter_context(serving(lambda _target, _body: (200, value)))


@pytest.fixture
def store() -> Iterator[dict[str, Any]]:
    """Parameter Store and Secrets Manager: `values` by path, secrets below `secret:`.

    `environment` leads a process there. `faults` holds answers (status, body) to give instead, and
    `asked` what was asked for.
    """
    values: dict[str, str] = {}
    faults: list[tuple[int, dict[str, str]]] = []
    asked: list[str] = []

    def answer(target: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        path = body["Name"] if target == "GetParameter" else f"secret:{body['SecretId']}"
        asked.append(path)
        if faults:
            return faults[0]
        if path not in values:
            missing = (
                "ParameterNotFound" if target == "GetParameter" else "ResourceNotFoundException"
            )
            return 400, {"__type": missing, "message": "not there"}
        if target == "GetParameter":
            return 200, {"Parameter": {"Name": path, "Value": values[path], "Type": "String"}}
        return 200, {"Name": body["SecretId"], "SecretString": values[path]}

    with serving(answer) as address:
        environment = {
            "AWS_ENDPOINT_URL": address,
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
        }
        yield {"values": values, "faults": faults, "asked": asked, "environment": environment}


@pytest.fixture
def kept(
    facts: dict[str, Any], tmp_path: Path, store: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Any]]:
    """What the stores hold, by path; the runtime is packed with the facts."""
    (tmp_path / "app.json").write_text(json.dumps(facts))
    monkeypatch.setattr(manifests, "__file__", str(tmp_path / "manifest.py"))
    for name, value in store["environment"].items():
        monkeypatch.setenv(name, value)
    caches = (manifests.load, client, settings.cache_of)
    for cache in caches:
        cache.cache_clear()
    yield store["values"]
    for cache in caches:
        cache.cache_clear()


@pytest.fixture
def run(tmp_path: Path, facts: dict[str, Any], store: dict[str, Any]) -> Callable[..., Any]:
    """Run the body of an async function beside the twin; returns what it returns."""
    for file in (Path(sam_deploy_runtime.__file__).parent / "node").glob("*.mjs"):
        shutil.copy(file, tmp_path)
    shutil.copytree(HERE / "sdk", tmp_path / "node_modules" / "@aws-sdk")
    (tmp_path / "facts.json").write_text(json.dumps(facts))

    def call(body: str, *, says: str = "") -> Any:
        script = HEAD.replace("BODY", body).replace("@ARN@", FUNCTION)
        (tmp_path / "test.mjs").write_text(script)
        assert NODE is not None
        done = subprocess.run(
            [NODE, "--no-warnings", "test.mjs"],
            cwd=tmp_path,
            env=store["environment"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (0, says) == (done.returncode, done.stderr), done.stderr
        return json.loads(done.stdout)

    return call
