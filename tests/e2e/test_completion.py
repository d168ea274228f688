"""Completion as a shell does it: the script is taken in, TAB is pressed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import shutil
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.architecture.test_start import HEAVY
from tests.faults.terminal import Terminal, take_terminal

from sam_deploy.cli.guiding.known_releases import remember

pytestmark = pytest.mark.slow

DZGRO = Path(__file__).parents[2] / "examples" / "dzgro"
BIN = Path(sys.executable).parent
PAUSE_SECONDS = 4.0
"""For a shell that throws away what is typed while it completes."""
COMMAND = (sys.executable, "-m", "sam_deploy")


def completed(line: str, *, of: str = "bash", folder: Path = DZGRO) -> list[str]:
    """What the shell is told for a line whose last word is to be completed."""
    words = line.split(" ")
    asked = {
        "_SAM_DEPLOY_COMPLETE": f"{of}_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": words[-1] if of == "fish" else str(len(words) - 1),
    }
    ended = subprocess.run(
        [BIN / "sam-deploy"],
        cwd=folder,
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (ended.returncode, ended.stderr)
    return [each for each in ended.stdout.splitlines() if each]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("sam-deploy ro", ["rollback"]),
        ("sam-deploy --ver", ["--version"]),
        ("sam-deploy promote ", ["dev", "staging", "prod"]),
        ("sam-deploy promote --only Ams", ["AmsChange", "AmsPerformance"]),
        ("sam-deploy deploy a", ["ams"]),
        ("sam-deploy status --region us-", ["us-east-1", "us-west-2"]),
        ("sam-deploy cloud in", ["invoke"]),
        ("sam-deploy cloud put-object dzgro-r", ["dzgro-report-data"]),
        ("sam-deploy --target e", ["embedded"]),
        ("sam-deploy nonsense --f", []),
        ("sam-deploy -C nowhere cloud send-q", ["send-queue"]),
        ('sam-deploy "open', []),
    ],
)
def test_commands_options_and_names_are_completed(line: str, found: list[str]) -> None:
    """Also those of nested commands; what is wrong with a line completes nothing, and is silent."""
    assert [f"plain,{each}" for each in found] == completed(line)


def test_the_project_of_the_line_is_meant() -> None:
    """`-C` stands before the command."""
    line = "sam-deploy -C examples/dzgro history p"
    assert ["plain,prod"] == completed(line, folder=DZGRO.parents[1])


def test_fish_is_told_what_a_command_does() -> None:
    """In its own form: kind, word, description."""
    (line,) = completed("sam-deploy unl", of="fish")
    assert "plain,unlock\tEnd the hold of a deployment that has died." == line


def test_a_press_of_tab_imports_nothing_heavy() -> None:
    """Neither for the name of a command nor for one of `deploy.py`."""
    for line in ("sam-deploy ro", "sam-deploy deploy --environment "):
        ended = subprocess.run(
            [sys.executable, "-X", "importtime", *COMMAND[1:]],
            cwd=DZGRO,
            env={
                **os.environ,
                "_SAM_DEPLOY_COMPLETE": "bash_complete",
                "COMP_WORDS": line,
                "COMP_CWORD": str(line.count(" ")),
            },
            capture_output=True,
            text=True,
            check=True,
        )
        lines = ended.stderr.splitlines()
        modules = {each.rpartition("|")[2].strip().partition(".")[0] for each in lines}
        assert "click" in modules
        assert set() == modules & set(HEAVY)
        assert ended.stdout


SHELLS = {
    "bash": (("bash", "--norc", "--noprofile", "-i"), 'eval "$(sam-deploy completion bash)"'),
    "zsh": (
        ("zsh", "-f", "-i"),
        'autoload -Uz compinit; compinit -u; eval "$(sam-deploy completion zsh)"',
    ),
    "fish": (("fish", "--private", "-i"), "sam-deploy completion fish | source"),
}


def installed(shell: str) -> str:
    """Return the program of a shell; skips where it is not installed."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed here")
    return program


@contextlib.contextmanager
def at_prompt(shell: str, home: Path) -> Iterator[Terminal]:
    """Return a terminal with a shell that has taken the script in, and shows nothing of its own."""
    words, script = SHELLS[shell]
    line, other = pty.openpty()
    fcntl.ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 120, 0, 0))
    process = subprocess.Popen(
        [installed(shell), *words[1:]],
        cwd=DZGRO,
        stdin=other,
        stdout=other,
        stderr=other,
        start_new_session=True,
        preexec_fn=take_terminal,  # noqa: PLW1509 - a shell with jobs needs one that controls it
        env={"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(home), "TERM": "dumb"},
    )
    os.close(other)
    terminal = Terminal(process, line)
    try:
        terminal.type(f'{script}; echo rea""dy')
        terminal.until("ready")
        yield terminal
    finally:
        process.kill()
        process.wait()
        terminal.hang_up()


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_itself_completes_what_is_typed(shell: str, tmp_path: Path) -> None:
    """A real one at a terminal: the line for its settings, then TAB finishes word and name.

    The finished line is run: what the program says of it proves that it is whole.
    """
    with at_prompt(shell, tmp_path) as terminal:
        terminal.keys("sam-deploy expl\t")
        terminal.until("sam-deploy explain")
        terminal.keys("refused\n")
        terminal.until("exit 5: ")
        terminal.keys("sam-deploy release show nothing-1 --tar\t")
        time.sleep(PAUSE_SECONDS)
        terminal.keys("emb\t")
        time.sleep(PAUSE_SECONDS)
        terminal.keys("\n")
        terminal.until("embedded cloud of this project does not run")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("sam-deploy promote s", ["staging"]),
        ("sam-deploy promote --only Ams", ["AmsChange", "AmsPerformance"]),
        ("sam-deploy rollback prod --to prod-", ["prod-12", "prod-11"]),
        ("sam-deploy release show dev", ["dev-3"]),
        ("sam-deploy deploy --tem", ["--template", "--template-file"]),
        ("sam-deploy deploy --template dep", ["deploy.py"]),
        ("sam-deploy deploy --artifacts fun", ["functions/"]),
        ("sam-deploy -C fun", ["functions/"]),
    ],
)
def test_fish_offers_names_releases_and_files(line: str, found: list[str], project: Path) -> None:
    """What it would show below the line, without the descriptions."""
    script = f"sam-deploy completion fish | source; complete -C '{line}'"
    ended = subprocess.run(
        [installed("fish"), "--private", "-c", script],
        cwd=project,
        env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(project)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(found) == sorted(each.split("\t")[0] for each in ended.stdout.splitlines())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The example's names and folders, with releases that `history` has shown."""
    shutil.copyfile(DZGRO / "deploy.py", tmp_path / "deploy.py")
    (tmp_path / "functions").mkdir()
    remember(tmp_path, ["prod-12", "dev-3", "prod-11"])
    return tmp_path


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_the_shell_takes(shell: str) -> None:
    """Nothing else is on standard output; where the shell is installed, it parses it."""
    ended = subprocess.run(
        [*COMMAND, "completion", shell], capture_output=True, text=True, check=True
    )
    assert ("", True) == (ended.stderr, f"_SAM_DEPLOY_COMPLETE={shell}_complete" in ended.stdout)
    program = shutil.which(shell)
    if program:
        parsed = subprocess.run(
            [program, "-n"], input=ended.stdout, capture_output=True, text=True, check=False
        )
        assert (0, "") == (parsed.returncode, parsed.stderr)
