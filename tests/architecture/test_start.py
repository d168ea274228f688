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


def test_the_pytest_plugin_costs_those_who_do_not_use_it_nothing() -> None:
    """It is imported by pytest wherever sam-deploy is installed."""
    code = "import pytest, sys; before = set(sys.modules); import sam_deploy.testing.plugin;"
    code += "print(*sorted(set(sys.modules) - before))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = set(ended.stdout.split())
    assert {"sam_deploy", "sam_deploy.testing", "sam_deploy.testing.plugin"} == found


def test_what_stands_before_the_emulator_starts_without_what_starts_it() -> None:
    """The proxy of the embedded cloud is a process that every cold start waits for."""
    code = "import sam_deploy.local.faults.__main__, sys; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = set(ended.stdout.split())
    assert "sam_deploy.local.faults.door" in found
    assert set() == found & {*HEAVY, "psutil", "filelock", "sam_deploy.local.cloud"}


def test_the_cloud_is_reached_by_its_package_whatever_was_imported_before() -> None:
    """A function and its module share the name `watch`."""
    code = "import sam_deploy.local.watch; from sam_deploy import local; "
    code += "print(callable(local.watch), all(hasattr(local, name) for name in local.__all__))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "True True" == ended.stdout.strip()


def test_the_help_of_no_command_reads_what_a_configuration_is() -> None:
    """Neither the heavy packages nor the model of `deploy.py`: also a press of TAB waits for it."""
    code = (
        "import sys; from sam_deploy.cli.main import COMMANDS, main\n"
        "for name in COMMANDS: assert main([name, '--help']) == 0\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = set(ended.stderr.split())
    assert "sam_deploy.cli.deploying.deploy_command" in found
    assert set() == found & {*HEAVY, "sam_deploy.config.model", "concurrent.futures.process"}


def test_a_mistake_in_the_first_word_costs_no_more_than_help() -> None:
    """An unknown command is answered before any command is imported."""
    code = "import sys; from sam_deploy.cli.main import main; print(main(['depoly']), *sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, *found = ended.stdout.split()
    assert "2" == first
    assert "did you mean `sam-deploy deploy`?" in ended.stderr
    assert set() == set(found) & {*HEAVY, "concurrent.futures", "traceback", "sam_deploy.events"}
