"""The runtime as it is packed: a folder of its own, with `app.json` and a user's handler."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sam_deploy_runtime

HANDLER = """
from sam_deploy_runtime import environment, resource_name

def handler(event, context):
    return [environment(), resource_name(event["name"])]
"""
CALL = """
import json, sys
from types import SimpleNamespace
from sam_deploy_runtime.shim import handler

arn = "arn:aws:lambda:eu-west-1:123456789012:function:ApiFunction:"
calls = [handler({"name": name}, SimpleNamespace(invoked_function_arn=arn + alias))
         for alias, name in json.loads(sys.argv[1])]
print(json.dumps([*calls, "boto3" in sys.modules]))
"""


@pytest.fixture
def package(tmp_path: Path, facts: dict[str, Any]) -> Path:
    """An unpacked function archive whose handler tells what the runtime tells it."""
    root = Path(sam_deploy_runtime.__file__).parent
    shutil.copytree(root, tmp_path / "sam_deploy_runtime", ignore=shutil.ignore_patterns("__py*"))
    (tmp_path / "sam_deploy_runtime" / "app.json").write_text(json.dumps(facts))
    (tmp_path / "handler.py").write_text(HANDLER)
    return tmp_path


def call(package: Path, *calls: tuple[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CALL, json.dumps(calls)],
        cwd=package,
        env={"AWS_REGION": "eu-west-1", "PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_packed_function_knows_its_environment_and_names(package: Path) -> None:
    """One process, called by two aliases, answers for each; boto3 is not loaded for it."""
    answer = call(package, ("dev", "receipts"), ("prod", "Orders"), ("dev", "Orders"))

    expected = [
        ["dev", "receipts-dev-eu-west-1"],
        ["prod", "OrdersProdQ"],
        ["dev", "OrdersDevQ"],
        False,
    ]
    assert expected == json.loads(answer.stdout or answer.stderr)


def test_a_mistake_in_the_handlers_imports_shows_while_it_starts(package: Path) -> None:
    """Importing the shim imports the user's handler: Lambda reports the real import error."""
    (package / "handler.py").write_text("import nothing_of_the_sort\n")

    answer = call(package)

    assert 1 == answer.returncode
    assert "No module named 'nothing_of_the_sort'" in answer.stderr


def test_asking_at_import_time_fails_while_it_starts(package: Path) -> None:
    """A handler that reads its environment at module level never gets to serve a call."""
    (package / "handler.py").write_text(
        "from sam_deploy_runtime import resource_name\nBUCKET = resource_name('receipts')\n"
    )

    answer = call(package)

    assert 1 == answer.returncode
    assert "this code runs at import time" in answer.stderr
