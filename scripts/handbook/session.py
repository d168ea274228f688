"""A page, carried out: its commands in bash, one after the other, in a folder of its own.

Every page begins in a new folder that is called `/home/me` on the page; nothing of this machine is
shown. The target is the embedded cloud, which ends with the page. Folder and variables of one
command are those of the next, as at a terminal.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyte

from handbook.page import Block, Command

ROOT = Path(__file__).resolve().parents[2]
HOME = "/home/me"
COLUMNS, ROWS = 120, 200
SECONDS = 600.0
"""How long a command may take."""
PROMPT = re.compile(r"(\[no\]:|\(Attempt \d/\d\):|\([\w-]+\):|\[y/N\]:)\s*$")
KEPT = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SAM_DEPLOY_CACHE_DIR", "XDG_CACHE_HOME"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "HTTPS_PROXY", "NO_PROXY"),
    *("UV_DEFAULT_INDEX", "UV_INDEX", "UV_SYSTEM_CERTS", "UV_NATIVE_TLS"),
)
"""What a page's commands get of the environment: where things are, and the way to the packages."""
LOCAL = shutil.ignore_patterns(".sam-deploy", "locks", "__pycache__", "node_modules", ".venv")


@dataclass(frozen=True, slots=True)
class Printed:
    """What a command has printed, both outputs as they came, and how it ended."""

    lines: tuple[str, ...]
    exit_code: int


class Session:
    """One page's folder, and what its commands leave to the next: folder and variables."""

    def __init__(self, place: str) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="sam-deploy-page-"))
        self._notes = Path(tempfile.mkdtemp(prefix="sam-deploy-notes-"))
        self._tools()
        self._folder = self.home
        self._more: dict[str, str] = {}
        if place == "checkout":
            for each in ("src", "examples"):
                shutil.copytree(ROOT / each, self.home / each, ignore=LOCAL)
            # so that `demo` deploys the copy of its example
            self._more["PYTHONPATH"] = str(self.home / "src")
        elif place != "fresh":
            self._folder = self.home / Path(place).name
            shutil.copytree(ROOT / place, self._folder, ignore=LOCAL)
        (self._notes / "variables").touch()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the clouds that the page has started, and take its folder away."""
        for cloud in self.home.rglob(".sam-deploy/cloud"):
            self._bash(f"sam-deploy -C '{cloud.parents[1]}' cloud stop", terminal=())
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self._notes, ignore_errors=True)

    def run(self, command: Command, answers: Sequence[str] = ()) -> Printed:
        """Run one command; with answers at a terminal, where each is typed at a prompt."""
        text, code = self._bash(command.text, terminal=answers)
        shown = text.replace(str(self.home), HOME).replace(str(ROOT), f"{HOME}/sam-deploy")
        return Printed(tuple(line.rstrip() for line in shown.splitlines()), code)

    def write(self, block: Block) -> None:
        """Write a file that the page shows, or apply its patch. Raises ValueError."""
        file = self._folder / (block.file or block.patch)
        text = "\n".join(block.lines) + "\n"
        if block.patch:
            text = patched(file.read_text(encoding="utf-8"), block.lines)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def _tools(self) -> None:
        """Put `sam-deploy`, `python`, `pytest` and a `uv` that runs them on the PATH."""
        folder = self._notes / "bin"
        folder.mkdir()
        scripts = {
            "sam-deploy": f'exec "{sys.executable}" -m sam_deploy "$@"',
            "python": f'exec "{sys.executable}" "$@"',
            "pytest": f'exec "{sys.executable}" -m pytest "$@"',
            "uv": 'if [ "$1" = run ]; then shift; exec "$@"; fi; exit 64',
        }
        # an answer of 4xx or 5xx is a failure, for pages as well
        (self._notes / ".curlrc").write_text("fail-with-body\n", encoding="utf-8")
        for name, line in scripts.items():
            (folder / name).write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
            (folder / name).chmod(0o755)

    @property
    def _environment(self) -> dict[str, str]:
        mine = {name: os.environ[name] for name in KEPT if name in os.environ}
        path = f"{self._notes / 'bin'}:{mine.get('PATH', '')}"
        return (
            mine
            | self._more
            | {
                "PATH": path,
                "CURL_HOME": str(self._notes),
                "TERM": "xterm-256color",
                "COLUMNS": str(COLUMNS),
                "UV_PYTHON_DOWNLOADS": "never",
            }
        )

    def _bash(self, text: str, terminal: Sequence[str]) -> tuple[str, int]:
        variables, where = self._notes / "variables", self._notes / "folder"
        script = (
            f"set -a; source '{variables}'\n{text}\ncode=$?\n"
            f"export -p | grep -v '_=' > '{variables}'\npwd > '{where}'\nexit $code\n"
        )
        environment = self._environment
        if terminal:
            answered = self._at_terminal(script, environment, terminal)
        else:
            environment["SAM_DEPLOY_TARGET"] = "embedded"
            answered = _piped(script, self._folder, environment)
        if where.is_file():
            self._folder = Path(where.read_text(encoding="utf-8").strip())
        return answered

    def _at_terminal(
        self, script: str, environment: dict[str, str], answers: Sequence[str]
    ) -> tuple[str, int]:
        with _terminal(script, self._folder, environment) as (process, line):
            screen = pyte.Screen(COLUMNS, ROWS)
            stream = pyte.ByteStream(screen)
            waiting = [*answers]
            deadline = time.monotonic() + SECONDS
            while time.monotonic() < deadline and _fed(line, stream, screen, process):
                last = screen.display[screen.cursor.y].rstrip()
                if waiting and PROMPT.search(f"{last} "):
                    while waiting[0].startswith("!"):
                        self._bash(waiting.pop(0)[1:], terminal=())
                    answer = waiting.pop(0)
                    typed = newest_code(self._folder) if answer == "CODE" else answer
                    os.write(line, f"{typed}\n".encode())
                    # what was typed is on the line before another prompt can be
                    time.sleep(0.3)
            code = process.wait(timeout=30)
        shown = "\n".join(row.rstrip() for row in screen.display).strip("\n")
        # a page that answers what is not asked tells something that does not happen
        return (
            (f"{shown}\nnobody asked for: {', '.join(waiting)}", 64) if waiting else (shown, code)
        )


def patched(text: str, lines: Sequence[str]) -> str:
    """Return the text with a diff applied. Raises ValueError when its lines are not there once."""
    old = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
    new = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
    if text.count(old) != 1:
        raise ValueError(f"the lines of the patch are there {text.count(old)} times:\n{old}")
    return text.replace(old, new)


def newest_code(project: Path) -> str:
    """Return the code of the last mail that the embedded cloud of a project has sent."""
    command = [sys.executable, "-m", "sam_deploy", "cloud", "status", "--json"]
    told = subprocess.run(command, cwd=project, check=True, capture_output=True, text=True).stdout
    endpoint = json.loads(told)["endpoint"]
    with urllib.request.urlopen(f"{endpoint}/_ministack/ses/messages") as answer:  # noqa: S310 - ours
        accounts: dict[str, list[dict[str, Any]]] = json.load(answer)["messages"]
    mails = [each for every in accounts.values() for each in every]
    newest = max(mails, key=lambda mail: str(mail["Timestamp"]))
    found = re.search(r"^ +(\d{6})$", newest["BodyText"], re.MULTILINE)
    if found is None:
        raise RuntimeError("the last mail holds no code")
    return found[1]


def _piped(script: str, folder: Path, environment: dict[str, str]) -> tuple[str, int]:
    with tempfile.TemporaryFile() as output:
        # a file and not a pipe: what the command leaves running would keep a pipe open
        process = subprocess.Popen(
            ["bash", "-c", script],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGTERM)
            code = process.wait()
        output.seek(0)
        return output.read().decode(errors="replace"), code


@contextmanager
def _terminal(
    script: str, folder: Path, environment: dict[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    line, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    process = subprocess.Popen(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdin=other,
        stdout=other,
        stderr=other,
        start_new_session=True,
    )
    os.close(other)
    try:
        yield process, line
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        os.close(line)


def _fed(
    line: int, stream: pyte.ByteStream, screen: pyte.Screen, process: subprocess.Popen[bytes]
) -> bool:
    ready, _, _ = select.select([line], [], [], 0.5)
    if not ready:
        return process.poll() is None
    try:
        block = os.read(line, 65536)
    except OSError:
        return False
    stream.feed(block)
    if b"\x1b[6n" in block:  # prompt_toolkit asks where the cursor is
        os.write(line, f"\x1b[{screen.cursor.y + 1};{screen.cursor.x + 1}R".encode())
    return bool(block)
