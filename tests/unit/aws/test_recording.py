"""What is noted of a call: its name and what it is about, and never what is written."""

from __future__ import annotations

import json
from pathlib import Path

import botocore.session
from botocore.stub import Stubber

from sam_deploy.aws import Recorder


def test_a_call_is_noted_without_its_values(tmp_path: Path) -> None:
    """The name of a parameter, not its value; the command and the test file that made it."""
    file = tmp_path / "calls.jsonl"
    chosen = {"SAM_DEPLOY_CALLS": str(file), "PYTEST_CURRENT_TEST": "tests/e2e/test_a.py::test_b"}
    recorder = Recorder.chosen("settings set", chosen)
    assert recorder is not None
    client = botocore.session.Session().create_client(
        "ssm", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    recorder.watch(client)
    with Stubber(client) as answers:
        for _ in range(2):
            answers.add_response("put_parameter", {})
            client.put_parameter(Name="/orders/dev/KEY", Value="secret", Type="SecureString")
    text = file.read_text(encoding="utf-8")
    assert "secret" not in text
    assert [
        {
            "command": "settings set",
            "test": "tests/e2e/test_a.py",
            "service": "ssm",
            "operation": "PutParameter",
            "region": "eu-west-1",
            "names": {"Name": "/orders/dev/KEY"},
        }
    ] * 2 == [json.loads(line) for line in text.splitlines()]


def test_nothing_is_noted_unless_it_is_asked_for() -> None:
    """Without the variable there is no recorder."""
    assert Recorder.chosen("deploy", {}) is None
