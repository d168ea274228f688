"""What a command imports, because that is what a user waits for."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "boto3",
    "botocore",
    "pydantic",
    "rich",
    "questionary",
    "httpx",
    "yaml",
    "cfnlint",
    "uvicorn",
)


def imported(*arguments: str) -> set[str]:
    """The top-level packages that a command imports."""
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "sam_deploy", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    modules = (
        line.rpartition("|")[2].strip()
        for line in ended.stderr.splitlines()
        if line.startswith("import time:")
    )
    return {module.partition(".")[0] for module in modules}


def test_version_imports_nothing_but_itself() -> None:
    """Neither click nor anything heavier: it is asked by scripts and shells."""
    found = imported("--version")
    assert "sam_deploy" in found
    assert set() == found & {"click", "sam_deploy_runtime", *HEAVY}


@pytest.mark.parametrize("arguments", [("--help",), ("-C", ".", "--version"), ("deploy", "--help")])
def test_help_imports_no_more_than_click(arguments: tuple[str, ...]) -> None:
    """Commands import what they need when they run."""
    found = imported(*arguments)
    assert "click" in found
    assert set() == found & set(HEAVY)


def test_a_configuration_costs_no_sdk() -> None:
    """What `deploy.py` imports is light: neither pydantic nor boto3, for editors and scripts."""
    code = "from sam_deploy import App, Function, on_queue; import sys; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set() == set(ended.stdout.split()) & {*HEAVY, "click"}
