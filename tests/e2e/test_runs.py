"""The log of every run, as a user finds it after real commands."""

from __future__ import annotations

import json
import resource
import shutil
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

pytestmark = pytest.mark.slow

TOKEN: Final = "canary-token-0123456789"
"""Handed to commands in every way they take text; it must never be written down."""


def logs(project: Project) -> list[Path]:
    return sorted((project.folder / ".sam-deploy" / "runs").glob("*.jsonl"))


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, deployed: Callable[[Path], Project]) -> Project:
    """The small project, deployed once."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    left_out = shutil.ignore_patterns(".sam-deploy", "__pycache__")
    shutil.copytree(Path(__file__).with_name("tiny"), folder, ignore=left_out)
    return deployed(folder)


def test_a_deployment_is_written_down_with_its_events_and_every_call(made: Project) -> None:
    """From its beginning to its end, for its owner alone."""
    (log,) = [each for each in logs(made) if "-deploy-" in each.name][:1]
    assert 0o600 == stat.S_IMODE(log.stat().st_mode)
    found = lines(log)
    assert ("RunStarted", "deploy", "embedded") == tuple(
        found[0][name] for name in ("type", "command", "target")
    )
    assert ("RunEnded", 0, None) == tuple(
        found[-1][name] for name in ("type", "exit_code", "error")
    )
    kinds = {each["type"] for each in found}
    assert {"Planned", "BuildFinished", "StepStarted", "StackEvent", "RegionFinished"} <= kinds
    told = [each["message"] for each in found if each["type"] == "LogRecord"]
    (created,) = [text for text in told if text.startswith("cloudformation CreateChangeSet")]
    assert created.startswith("cloudformation CreateChangeSet eu-west-1: 200 request ")
    times = [each["time"] for each in found]
    assert times == sorted(times)


def test_what_a_command_was_given_is_not_written_down(made: Project) -> None:
    """Values of settings and parameters, payloads, and what stands in variables."""
    secret = {"AWS_SECRET_ACCESS_KEY": TOKEN, "UV_INDEX_URL": f"https://ann:{TOKEN}@x.example/"}
    made.run("settings", "set", "NOSUCH", TOKEN, "--target", "embedded", environment=secret)
    made.run("deploy", "--target", "embedded", "--tags", f"a={TOKEN}", environment=secret)
    made.run("promote", "staging", "--check", TOKEN, "--target", "embedded", environment=secret)
    names = [each.name.split("Z-")[1].rpartition("-")[0] for each in logs(made)[-3:]]
    # two that began within one second are in the order of their names
    assert ["deploy", "promote", "settings-set"] == sorted(names)
    files = [path for path in made.folder.rglob("*") if path.is_file()]
    assert [] == [path for path in files if TOKEN.encode() in path.read_bytes()]
    assert all("***" in each.read_text(encoding="utf-8") for each in logs(made)[-3:])


def test_runs_lists_and_shows_them_and_writes_nothing(made: Project) -> None:
    """The newest first; one of them by a part of its name."""
    before = logs(made)
    ran = made.run("runs")
    assert (0, True) == (ran.code, "deploy --target embedded" in ran.out)
    first = before[0].stem
    shown = made.run("runs", "show", first[-8:])
    assert 0 == shown.code, shown.err
    assert "eu-west-1 tiny-sam [6/8] execute: created" in shown.out
    assert "sam_deploy.aws" not in shown.out
    assert "cloudformation CreateChangeSet" in made.run("runs", "show", first, "-v").out
    document = made.run("runs", "show", first, "--json").json
    assert lines(before[0]) == document["events"]
    listed = made.run("runs", "--json").json["runs"]
    assert [each.stem for each in reversed(before)] == [each["run"] for each in listed]
    assert before == logs(made)


def test_commands_that_only_look_write_nothing(made: Project) -> None:
    """Neither when all is well nor when they fail, and then they name no log."""
    before = logs(made)
    for typed in (("status",), ("history",), ("template",), ("deploy", "--help"), ("--version",)):
        assert 0 == made.run(*typed).code
    failed = made.run("logs", "Nosuch")
    assert (2, False) == (failed.code, "log: " in failed.err)
    assert before == logs(made)


def test_a_failure_names_its_log_and_the_log_has_the_error(made: Project) -> None:
    """As the last line, for whoever copies the end of the screen."""
    ran = made.deploy("nosuch")
    assert 2 == ran.code
    log = logs(made)[-1]
    assert f"log: .sam-deploy/runs/{log.name}" == ran.err.splitlines()[-1]
    error = ran.json["error"]
    assert {name: error[name] for name in ("what", "why", "state", "hint", "problems")} == (
        lines(log)[-1]["error"]
    )


def test_a_full_disk_changes_nothing_but_that_it_is_said(made: Project) -> None:
    """The same error, the same exit code; no log is named, since there is none."""

    def run(**given: Any) -> subprocess.CompletedProcess[str]:
        command = made.command("deploy", "nosuch", "--target", "embedded")
        return subprocess.run(
            command, env=made.environment, capture_output=True, text=True, check=False, **given
        )

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))

    usual, full = run(), run(preexec_fn=limited)
    error, _, log = usual.stderr.partition("log: ")
    assert log
    lack = "the log of this run could not be written (File too large); the run goes on\n"
    assert (usual.returncode, f"{error}{lack}") == (full.returncode, full.stderr)


def test_a_project_that_takes_no_log_is_deployed_all_the_same(made: Project) -> None:
    """As on a checkout that is mounted read-only."""
    folder, aside = made.folder / ".sam-deploy" / "runs", made.folder / ".sam-deploy" / "aside"
    folder.rename(aside)
    folder.touch()
    try:
        ran = made.deploy()
    finally:
        folder.unlink()
        aside.rename(folder)
    assert 0 == ran.code, ran.err
    assert 1 == ran.err.count("the log of this run could not be written")


def test_a_run_under_way_is_seen_from_another_terminal_and_so_is_its_death(made: Project) -> None:
    """`serve` goes on until it is ended; killed, it leaves no end."""
    process = subprocess.Popen(
        made.command("serve"),
        env=made.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not made.run("runs", "--json").json["runs"][0][
            "command"
        ].startswith("serve"):
            time.sleep(0.2)
        newest = made.run("runs", "--json").json["runs"][0]
        assert ("serve", True, "under way") == (
            newest["command"],
            newest["running"],
            newest["outcome"],
        )
    finally:
        process.kill()
        process.wait()
    newest = made.run("runs", "--json").json["runs"][0]
    assert ("serve", False, "died") == (newest["command"], newest["running"], newest["outcome"])
