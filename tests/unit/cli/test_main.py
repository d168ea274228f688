from __future__ import annotations

import json
import os
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from tests import described

from sam_deploy.cli.main import COMMANDS, group, main
from sam_deploy.errors import (
    BuildError,
    ConfigError,
    IncompleteError,
    InterruptedWorkError,
    SamDeployError,
)
from sam_deploy.lanes import StoppedError

Raising = Callable[[BaseException], None]


@pytest.fixture
def status_raises(monkeypatch: pytest.MonkeyPatch) -> Raising:
    """Makes `sam-deploy status` a command that raises."""

    def install(error: BaseException) -> None:
        @click.command("status")
        @click.option("--json", "as_json", is_flag=True)
        @click.option("--parameter-overrides")
        @click.option("--a")
        def command(as_json: bool, **_: str | None) -> None:  # noqa: FBT001 - click passes by name
            del as_json
            raise error

        module = types.ModuleType("sam_deploy.cli.standing.status_command")
        module.command = command  # type: ignore[attr-defined] # what the group looks for
        monkeypatch.setitem(sys.modules, module.__name__, module)

    return install


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [(ConfigError("no"), 2), (BuildError("no"), 3), (IncompleteError("no"), 7)],
)
def test_an_error_ends_with_the_exit_code_of_its_family(
    status_raises: Raising,
    capsys: pytest.CaptureFixture[str],
    error: SamDeployError,
    exit_code: int,
) -> None:
    """Told on standard error; standard output stays empty for pipes."""
    status_raises(error)
    assert exit_code == main(["status"])
    assert ("", "error: no\n") == capsys.readouterr()


@pytest.mark.parametrize(
    ("error", "exit_code", "what"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (StoppedError(), 130, "interrupted"),
        (ValueError("odd"), 1, "sam-deploy has a bug"),
        (click.UsageError("no such thing"), 2, "`sam-deploy status` cannot be run like this"),
    ],
)
def test_however_it_ended_json_tells_it(
    status_raises: Raising,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    error: BaseException,
    exit_code: int,
    what: str,
) -> None:
    """Ctrl-C, a bug and a mistake in the options: the document is that of any other error."""
    monkeypatch.chdir(tmp_path)
    status_raises(error)
    assert exit_code == main(["status", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert [] == described.against("status", told)
    assert (what, exit_code) == (told["error"]["what"], told["error"]["exit_code"])


def test_ctrl_c_tells_how_the_work_has_ended(
    status_raises: Raising, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where that is known; and what to do then."""
    status_raises(InterruptedWorkError("all is as before", "run `sam-deploy promote prod` again"))
    assert 130 == main(["status"])
    told = capsys.readouterr().err
    assert "state: all is as before" in told
    assert "hint: run `sam-deploy promote prod` again" in told


def test_an_error_with_json_is_a_document_too(
    status_raises: Raising, capsys: pytest.CaptureFixture[str]
) -> None:
    """Scripts read standard output, people standard error."""
    status_raises(ConfigError("no", hint="go"))
    assert 2 == main(["status", "--json"])
    out, err = capsys.readouterr()
    assert "no" == json.loads(out)["error"]["what"]
    assert "error: no\n\nhint: go\n" == err


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort(), StoppedError()])
def test_an_interruption_is_130_and_says_how_to_go_on(
    status_raises: Raising, capsys: pytest.CaptureFixture[str], error: BaseException
) -> None:
    """Ctrl-C in a command, at a question, or in a lane."""
    status_raises(error)
    assert 130 == main(["status"])
    told = capsys.readouterr().err
    assert "interrupted" in told
    assert "state: it only looks: nothing was changed" in told
    assert "hint: run the same command again\n" in told


def test_a_bug_names_the_log_with_its_trace(
    status_raises: Raising,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Never a traceback on the screen; all of it in a log, though the command only reads."""
    monkeypatch.chdir(tmp_path)
    status_raises(ZeroDivisionError("by nothing"))
    assert 1 == main(["status"])
    told = capsys.readouterr().err
    (file,) = (tmp_path / ".sam-deploy" / "runs").iterdir()
    assert "Traceback" not in told
    assert f"log: .sam-deploy/runs/{file.name}" == told.splitlines()[-1]
    start, end = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    assert ("RunStarted", "status") == (start["type"], start["command"])
    assert ("RunEnded", 1) == (end["type"], end["exit_code"])
    assert "ZeroDivisionError: by nothing" in end["error"]["traceback"]


def test_a_bug_tells_no_values(
    status_raises: Raising, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Logs are sent to others: what could be a secret on the command line stays here."""
    monkeypatch.chdir(tmp_path)
    status_raises(ZeroDivisionError("by nothing"))
    key = "Password=first line\nhush-hush\nlast line"
    assert 1 == main(["status", "--parameter-overrides", key, "--a=hush-hush"])
    (file,) = (tmp_path / ".sam-deploy" / "runs").iterdir()
    text = file.read_text(encoding="utf-8")
    assert "hush-hush" not in text
    start = json.loads(text.splitlines()[0])
    assert ["--parameter-overrides", "***", "--a", "***"] == start["arguments"]


def test_a_folder_that_is_gone_is_an_error_and_no_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The current folder was removed under the shell."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert 2 == main(["status"])
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert "Traceback" not in told


def test_every_command_of_the_list_exists(capsys: pytest.CaptureFixture[str]) -> None:
    """The list is what `--help` shows without importing anything; each has help of its own."""
    context = click.Context(group)
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command is not None
        assert name == command.name
        assert command.help
        assert "Examples:" in (command.epilog or "")
    assert list(COMMANDS) == group.list_commands(context)
    del capsys


def test_every_option_says_what_it_does() -> None:
    """On every command, and on those of `cloud`."""
    context = click.Context(group)
    commands = [group.get_command(context, name) for name in COMMANDS]
    silent = []
    for command in commands:
        assert command is not None
        below = list(command.commands.values()) if isinstance(command, click.Group) else []
        for each in (command, *below):
            assert each.help
            silent += [
                f"{each.name} {option.name}"
                for option in each.params
                if isinstance(option, click.Option) and not option.help
            ]
    assert [] == silent


def test_a_full_disk_is_no_bug(status_raises: Raising, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 7, with the file and the way out; no trace is written to a disk that is full."""
    status_raises(OSError(28, "No space left on device", "/data/x"))
    assert 7 == main(["status"])
    told = capsys.readouterr().err
    assert told.startswith("error: `/data/x` cannot be read or written\n")
    assert "  why: No space left on device\n" in told


def test_the_cause_on_aws_is_explained_by_a_command(
    status_raises: Raising, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code of AWS that is in the cause, wherever the error came from."""
    monkeypatch.delenv("UV_RUN_RECURSION_DEPTH", raising=False)
    status_raises(IncompleteError("no", why="`Role` failed: AccessDenied on x", hint="mend it"))
    assert 7 == main(["status", "--json"])
    out, err = capsys.readouterr()
    assert err.endswith("\nhint: mend it\nmore: `sam-deploy explain AccessDenied`\n")
    assert "sam-deploy explain AccessDenied" == json.loads(out)["error"]["more"]


@pytest.mark.parametrize("flag", ["--json", ""])
def test_an_error_whose_reader_has_gone_is_no_traceback(tmp_path: Path, flag: str) -> None:
    """`sam-deploy status --json | head -0`: what was wrong is told, and the exit code is kept."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "sam_deploy", "status", *flag.split()],
            cwd=tmp_path,
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writer)
    assert 2 == ran.returncode, ran.stderr
    assert "Traceback" not in ran.stderr
    assert "BrokenPipe" not in ran.stderr
    assert "error: " in ran.stderr


def test_what_is_answered_already_is_one_document(
    status_raises: Raising, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error that some regions did not answer stands on standard error alone."""
    error = IncompleteError("1 of 2 regions could not be read")
    error.answered = True
    status_raises(error)
    assert 7 == main(["status", "--json"])
    said = capsys.readouterr()
    assert "" == said.out
    assert "1 of 2 regions" in said.err
