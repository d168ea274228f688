from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sam_deploy import Hook
from sam_deploy.config.model import Hook as HookModel
from sam_deploy.errors import RefusedError
from sam_deploy.events import Event, Note
from sam_deploy.promotion.hooks import Runner
from sam_deploy.promotion.model import Flip, ReleasePlan, Version

EXAMPLES = Path(__file__).parents[3] / "examples" / "hooks"
PLAN = ReleasePlan(
    act="promote",
    app="shop",
    account="123456789012",
    caller="arn:aws:iam::123456789012:user/ann",
    home_region="eu-west-1",
    environment="prod",
    source="staging",
    regions=("eu-west-1",),
    flips=(
        Flip(
            "eu-west-1",
            "ApiFunction",
            "Api",
            "prod",
            Version("1", "old"),
            Version("2", "new", "1a2b3c4d5e6f"),
            "rev-1",
        ),
    ),
    nonce="n",
    tool_version="0",
)


def runner(folder: Path, *hooks: HookModel) -> tuple[Runner, list[Event]]:
    told: list[Event] = []
    return Runner(hooks, folder, told.append), told


def python(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def test_a_hook_gets_what_happens_on_standard_input(tmp_path: Path) -> None:
    """The plan, the moment and what came of it, as one JSON document."""
    write = "import sys; open('got.json', 'w').write(sys.stdin.read())"
    run, told = runner(tmp_path, Hook("after-promote", command=python(write)))
    run("after", PLAN, {"outcome": "committed", "release": "prod-2"})
    got = json.loads((tmp_path / "got.json").read_text())
    assert ("after-promote", "committed", "prod-2") == (
        got["moment"],
        got["outcome"],
        got["release"],
    )
    assert [
        {
            "function": "ApiFunction",
            "region": "eu-west-1",
            "before": "1",
            "after": "2",
            "commit": "1a2b3c4d5e6f",
        }
    ] == got["functions"]
    assert [] == told


def test_a_hook_before_can_keep_a_promotion_from_beginning(tmp_path: Path) -> None:
    """What it wrote is the reason that people are told."""
    objects = python("import sys; sys.exit('it is Friday')")
    run, _ = runner(tmp_path, Hook("before-promote", command=objects))
    with pytest.raises(RefusedError) as caught:
        run("before", PLAN, {})
    assert "exit code 1: it is Friday" == caught.value.why
    assert "nothing was changed" == caught.value.state


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (["no-such-program-anywhere"], "No such file"),
        (python("import time; time.sleep(30)"), "longer than 1 s"),
        (python("raise SystemExit(3)"), "exit code 3"),
    ],
    ids=["missing", "slow", "failed"],
)
def test_a_hook_afterwards_only_warns(tmp_path: Path, command: list[str], why: str) -> None:
    """What is done is done, whatever becomes of the command."""
    run, told = runner(tmp_path, Hook("after-promote", command=command, timeout_seconds=1))
    run("after", PLAN, {})
    (note,) = told
    assert isinstance(note, Note)
    assert "warning" == note.level
    assert why in note.message


def test_hooks_run_for_their_moment_and_environment_only(tmp_path: Path) -> None:
    """Another moment, another act, another environment: nothing is run."""
    touch = python("open('ran', 'w')")
    others = [
        Hook("before-promote", command=touch),
        Hook("after-rollback", command=touch),
        Hook("canary-step", command=touch),
        Hook("after-promote", command=touch, environments=["staging"]),
    ]
    run, _ = runner(tmp_path, *others)
    run("after", PLAN, {})
    assert not (tmp_path / "ran").exists()
    run("step", PLAN, {})
    assert (tmp_path / "ran").exists()


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[tuple[bytes, str]]]]:
    got: list[tuple[bytes, str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Keep what was posted."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((body, self.headers.get("X-Signature", "")))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", got
    server.shutdown()
    server.server_close()


def test_the_example_webhook_posts_the_event_signed(
    tmp_path: Path,
    receiver: tuple[str, list[tuple[bytes, str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The signature is that of the very bytes that arrive."""
    url, got = receiver
    monkeypatch.setenv("RELEASE_WEBHOOK_URL", url)
    monkeypatch.setenv("RELEASE_WEBHOOK_SECRET", "s3cret")
    command = [sys.executable, str(EXAMPLES / "webhook.py")]
    run, told = runner(tmp_path, Hook("after-promote", command=command))
    run("after", PLAN, {"outcome": "committed"})
    assert [] == told
    ((body, signature),) = got
    assert hmac.new(b"s3cret", body, hashlib.sha256).hexdigest() == signature
    assert "committed" == json.loads(body)["outcome"]


def test_the_example_message_says_what_happened(
    tmp_path: Path,
    receiver: tuple[str, list[tuple[bytes, str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One text for the channel: what, where, by whom, and why it was taken back."""
    url, got = receiver
    monkeypatch.setenv("SLACK_WEBHOOK_URL", url)
    command = [sys.executable, str(EXAMPLES / "slack.py")]
    run, told = runner(tmp_path, Hook("after-promote", command=command))
    run("after", PLAN, {"outcome": "returned", "cause": "alarm"})
    assert [] == told
    text = json.loads(got[0][0])["text"]
    assert text.startswith(":rewind: *promote of shop prod*: returned\n1 functions in 1 regions")
    assert text.endswith("why: alarm")
