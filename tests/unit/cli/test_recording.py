from __future__ import annotations

import contextvars
import json
import os
import sys
import types
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click
import pytest

from sam_deploy.cli import options, recording
from sam_deploy.cli.main import COMMANDS, group, main
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.errors import IncompleteError
from sam_deploy.events import Note

Work = Callable[[], None]
Does = Callable[[Work], None]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is a project, and the current one."""
    (tmp_path / "deploy.py").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def deploy_does(monkeypatch: pytest.MonkeyPatch) -> Does:
    """Makes `sam-deploy deploy` a command that does something else."""

    def install(work: Work) -> None:
        @click.command("deploy")
        @click.argument("feature_sets", nargs=-1)
        @click.option("--secret-thing")
        @click.option("--auto-approve", is_flag=True)
        @click.option("--port", type=int)
        @options.target_option
        @options.progress_option
        def command(**_: object) -> None:
            work()

        module = types.ModuleType("sam_deploy.cli.deploying.deploy_command")
        module.command = command  # type: ignore[attr-defined] # what the group looks for
        monkeypatch.setitem(sys.modules, module.__name__, module)

    return install


def logs(project: Path) -> list[Path]:
    folder = project / ".sam-deploy" / "runs"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def lines(project: Path) -> list[dict[str, Any]]:
    (log,) = logs(project)
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def nothing() -> None:
    """Do nothing."""


def test_what_was_typed_is_in_the_log_without_what_could_be_a_secret(
    project: Path, deploy_does: Does
) -> None:
    """Names, flags, numbers and choices are shown; any other text is not."""
    deploy_does(nothing)
    typed = ["core", "ams", "--secret-thing", "hush", "--auto-approve", "--port", "3000"]
    assert 0 == main(["deploy", *typed, "--target", "aws"])
    start, end = lines(project)
    assert sorted([*typed[:3], "***", *typed[4:], "--target", "aws"]) == sorted(start["arguments"])
    assert ("deploy", "aws") == (start["command"], start["target"])
    assert (0, None) == (end["exit_code"], end["error"])


def test_events_are_written_down_whatever_the_console_shows(
    project: Path, deploy_does: Does, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--progress quiet` is no reason to know nothing afterwards."""
    deploy_does(lambda: consoles.make("quiet").report(Note("hello")))
    assert 0 == main(["deploy"])
    assert ["RunStarted", "Note", "RunEnded"] == [each["type"] for each in lines(project)]
    assert ("", "") == capsys.readouterr()


def test_a_failing_command_names_its_log_as_the_last_line(
    project: Path, deploy_does: Does, capsys: pytest.CaptureFixture[str]
) -> None:
    """Relative to the current folder."""

    def fail() -> None:
        raise IncompleteError("Half of it", why="a cause", hint="go on")

    deploy_does(fail)
    assert 7 == main(["deploy"])
    (log,) = logs(project)
    last = f"log: .sam-deploy/runs/{log.name}"
    told = capsys.readouterr().err
    assert f"error: Half of it\n  why: a cause\n\nhint: go on\n{last}\n" == told
    end = lines(project)[-1]
    assert ("Half of it", "a cause", "go on") == tuple(
        end["error"][name] for name in ("what", "why", "hint")
    )


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (click.UsageError("no"), 2), (ValueError(), 1)]
)
def test_every_end_of_a_working_command_names_the_log(
    project: Path,
    deploy_does: Does,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
) -> None:
    """An interruption, a mistake on the command line that it found itself, a bug."""

    def fail() -> None:
        raise error

    deploy_does(fail)
    assert code == main(["deploy"])
    (log,) = logs(project)
    told = capsys.readouterr().err
    assert f"log: .sam-deploy/runs/{log.name}" == told.splitlines()[-1]
    assert "Traceback" not in told
    assert code == lines(project)[-1]["exit_code"]


@pytest.mark.parametrize("typed", [["deploy", "--help"], ["deploy", "--no-such"], ["--version"]])
def test_what_never_begins_has_no_log(project: Path, deploy_does: Does, typed: list[str]) -> None:
    """Help, the version, and a command line that cannot be read."""
    deploy_does(nothing)
    main(typed)
    assert [] == logs(project)


def test_a_folder_that_is_no_project_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deploy_does: Does
) -> None:
    """Somebody in the wrong folder finds nothing new there."""
    monkeypatch.chdir(tmp_path)
    deploy_does(nothing)
    assert 0 == main(["deploy"])
    assert [] == list(tmp_path.iterdir())


def test_a_project_that_takes_no_log_is_no_failure(
    project: Path, deploy_does: Does, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said once, as a note; the rest of the screen is as ever."""
    (project / ".sam-deploy").write_text("a file")

    def work() -> None:
        console = consoles.make("plain")
        console.report(Note("one"))
        console.report(Note("two"))

    deploy_does(work)
    assert 0 == main(["deploy"])
    first, *others = capsys.readouterr().err.splitlines()
    assert "the log of this run could not be written" in first
    assert ["one", "two"] == others


def test_a_bug_where_the_project_takes_nothing_is_in_a_temporary_folder(
    project: Path,
    deploy_does: Does,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The trace of a bug is worth a file."""
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    (project / ".sam-deploy").write_text("a file")

    def fail() -> None:
        raise ZeroDivisionError("by nothing")

    deploy_does(fail)
    assert 1 == main(["deploy"])
    (log,) = temporary.glob("*/*.jsonl")
    told = capsys.readouterr().err.splitlines()[-1]
    assert recording.shown_path(log) == told.removeprefix("log: ")
    assert "ZeroDivisionError: by nothing" in log.read_text(encoding="utf-8")


def test_a_bug_before_the_command_begins_tells_no_values(project: Path) -> None:
    """Only commands and options are kept of what was typed: a value alone may be a secret."""
    assert project == Path.cwd()
    typed = ("settings", "set", "API_KEY", "hush", "--x=hush")
    # in a context of its own: a process that has just begun
    name = contextvars.Context().run(recording.bug, ValueError("x"), 70, typed)
    text = Path(name).read_text(encoding="utf-8")
    assert "hush" not in text
    assert ["set", "***", "***", "--x=***"] == json.loads(text.splitlines()[0])["arguments"]


def test_one_run_after_another_in_a_process_has_a_log_of_its_own(
    project: Path, deploy_does: Does
) -> None:
    """As the tests and the menu do it."""
    deploy_does(nothing)
    assert 0 == main(["deploy"])
    assert 0 == main(["deploy", "core"])
    assert 2 == len(logs(project))


@pytest.mark.usefixtures("project")
def test_any_thread_knows_that_the_work_goes_on(deploy_does: Does) -> None:
    """It is the painter's, mostly, that finds the reader gone: `terminal/undisturbed.py`."""
    heard: list[bool] = []

    def ask() -> None:
        with ThreadPoolExecutor(1) as pool:
            heard.append(pool.submit(recording.goes_on).result())

    deploy_does(ask)
    assert 0 == main(["deploy"])
    assert 0 == main(["explain", "7"])
    ask()
    assert [True, False] == heard


def test_every_working_command_exists() -> None:
    """A command that was renamed would lose its log."""
    context = click.Context(group)
    found = set()
    for name in COMMANDS:
        command = group.get_command(context, name)
        below = command.commands if isinstance(command, click.Group) else {}
        found |= {name, *(f"{name} {each}" for each in below)}
    assert set() == (recording.WORKING | recording.LOOKING) - found
    assert set() == recording.WORKING & recording.LOOKING


def test_a_path_is_shown_the_shorter_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From far away the whole one is."""
    monkeypatch.chdir(tmp_path)
    assert f"a{os.sep}b" == recording.shown_path(tmp_path / "a" / "b")
    assert "/x" == recording.shown_path(Path("/x"))
