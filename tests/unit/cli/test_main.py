from __future__ import annotations

import json
import sys
import types
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from sam_deploy.cli.main import COMMANDS, group, main
from sam_deploy.errors import BuildError, ConfigError, IncompleteError, SamDeployError
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

        module = types.ModuleType("sam_deploy.cli.status_command")
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
    assert "hint: run the same command again" in told


def test_a_bug_names_the_file_with_its_trace(
    status_raises: Raising,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Never a traceback on the screen; all of it in a file."""
    monkeypatch.chdir(tmp_path)
    status_raises(ZeroDivisionError("by nothing"))
    assert 1 == main(["status"])
    told = capsys.readouterr().err
    (file,) = (tmp_path / ".sam-deploy" / "logs").iterdir()
    assert "Traceback" not in told
    assert f"the trace is in `{file}`" in told
    assert "ZeroDivisionError: by nothing" in file.read_text(encoding="utf-8")


def test_a_bug_tells_no_values(
    status_raises: Raising, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Traces are sent to others: what follows `=` on the command line stays here."""
    monkeypatch.chdir(tmp_path)
    status_raises(ZeroDivisionError("by nothing"))
    key = "Password=first line\nhush-hush\nlast line"
    assert 1 == main(["status", "--parameter-overrides", key, "--a=hush-hush"])
    (file,) = (tmp_path / ".sam-deploy" / "logs").iterdir()
    text = file.read_text(encoding="utf-8")
    assert "hush-hush" not in text
    assert "'Password=***', '--a=***'" in text


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
