"""Record the four sessions of the menu at a real terminal, against the embedded cloud.

    uv run scripts/sessions.py    write docs/pictures/session-*.txt and .svg

In a copy of `examples/dzgro`: deploy the core features, then those of AMS, then promote to staging
and to production, with the codes that arrive by mail. The terminal is a real one (a pty); what it
shows in the end is written down as it stands.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
import urllib.request
from io import StringIO
from pathlib import Path
from typing import Any

import pyte
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
COLUMNS, ROWS = 132, 160
SECONDS = 300.0
DOWN, ENTER = "\x1b[B", "\r"
SESSIONS = {
    "core": ("Option 1: everything, in all regions", 0),
    "ams": ("Option 2: the AMS features, in three regions", 1),
    "staging": ("Option 3: staging serves what dev serves", 2),
    "prod": ("Option 4: production serves what staging serves", 3),
}
"""Name -> title, and how many lines down in the menu."""


class Terminal:
    """`sam-deploy` without arguments, at a terminal."""

    def __init__(self, project: Path) -> None:
        self._line, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sam_deploy"],
            cwd=project,
            stdin=other,
            stdout=other,
            stderr=other,
            start_new_session=True,
        )
        os.close(other)
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def lines(self) -> list[str]:
        """Return what it shows now."""
        return "\n".join(line.rstrip() for line in self._screen.display).strip("\n").split("\n")

    def type(self, text: str) -> None:
        """Type it."""
        os.write(self._line, text.encode())

    def until(self, text: str) -> None:
        """Wait until the last line shows it. Raises RuntimeError when that does not come."""
        deadline = time.monotonic() + SECONDS
        while text not in self.lines[-1]:
            if time.monotonic() > deadline or not self.read():
                raise RuntimeError("\n".join(self.lines))

    def until_seen(self, text: str) -> None:
        """Wait until any line shows it. Raises RuntimeError when that does not come."""
        deadline = time.monotonic() + SECONDS
        while text not in "\n".join(self.lines):
            if time.monotonic() > deadline or not self.read():
                raise RuntimeError("\n".join(self.lines))

    def end(self) -> int:
        """Return the exit code, once it has ended."""
        while self.read():
            pass
        return self.process.wait()

    def read(self) -> bool:
        """Take in what it writes; false at its end."""
        ready, _, _ = select.select([self._line], [], [], 1.0)
        if not ready:
            return self.process.poll() is None
        try:
            block = os.read(self._line, 65536)
        except OSError:
            return False
        self._stream.feed(block)
        # prompt_toolkit asks where the cursor is
        if b"\x1b[6n" in block:
            self.type(f"\x1b[{self._screen.cursor.y + 1};{self._screen.cursor.x + 1}R")
        return bool(block)


def main() -> int:
    """Record all sessions, one after the other in one cloud."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "dzgro"
        local = shutil.ignore_patterns(".sam-deploy", "locks", "__pycache__")
        shutil.copytree(ROOT / "examples" / "dzgro", project, ignore=local)
        try:
            for name, (title, down) in SESSIONS.items():
                record(project, name, title, down)
                if name == "core":
                    change(project)
        finally:
            sam_deploy(project, "cloud", "stop")
    return 0


def record(project: Path, name: str, title: str, down: int) -> None:
    """Run one session to its end, and write what the terminal shows."""
    terminal = Terminal(project)
    terminal.until("sam-deploy deploy ...")
    terminal.type(DOWN * down + ENTER)
    if name in {"core", "ams"}:
        terminal.until("us-west-2 - Oregon, USA")
        terminal.type(ENTER)
    if name in {"staging", "prod"}:
        terminal.until("(yes/no) [no]:")
        terminal.type("yes\n")
        if name == "prod":
            terminal.until("(dzgro):")
            terminal.type("dzgro\n")
        terminal.until("(Attempt 1/3):")
        terminal.type(f"{newest_code(project)}\n")
    terminal.until_seen("\ndone: ")
    terminal.until("sam-deploy deploy ...")
    terminal.type("q")
    if terminal.end() != 0:
        raise RuntimeError("\n".join(terminal.lines))
    lines = [line.replace(str(project), "/home/me/dzgro") for line in terminal.lines]
    (FOLDER / f"session-{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (FOLDER / f"session-{name}.svg").write_text(draw(name, title, lines), encoding="utf-8")
    print(f"session-{name}: {len(lines)} lines")


def change(project: Path) -> None:
    """Every function has other code, so that there is something to deploy and to promote."""
    for file in (project / "functions").glob("*/*.py"):
        file.write_text(f"{file.read_text(encoding='utf-8')}\n# changed\n", encoding="utf-8")
    sam_deploy(project, "deploy", "core", "--target", "embedded")


def newest_code(project: Path) -> str:
    """Return the code of the last mail that the embedded cloud has sent."""
    endpoint = json.loads(sam_deploy(project, "cloud", "status", "--json"))["endpoint"]
    with urllib.request.urlopen(f"{endpoint}/_ministack/ses/messages") as answer:  # noqa: S310 - ours
        accounts: dict[str, list[dict[str, Any]]] = json.load(answer)["messages"]
    mails = sorted((each for every in accounts.values() for each in every), key=_sent)
    found = re.search(r"^ +(\d{6})$", mails[-1]["BodyText"], re.MULTILINE)
    if found is None:
        raise RuntimeError("the last mail holds no code")
    return found[1]


def _sent(mail: dict[str, Any]) -> str:
    return str(mail["Timestamp"])


def sam_deploy(project: Path, *arguments: str) -> str:
    """Return what a command writes to standard output."""
    command = [sys.executable, "-m", "sam_deploy", *arguments]
    return subprocess.run(
        command, cwd=project, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL
    ).stdout


def draw(name: str, title: str, lines: list[str]) -> str:
    """Return the lines as a terminal in SVG."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True)
    for line in lines:
        style = "bold" if line.startswith("$") else ""
        console.print(Text(line, style=style), soft_wrap=False)
    svg = console.export_svg(title=title, unique_id=f"session-{name}")
    # the fonts would be fetched from a server of somebody else; a monospace one is everywhere
    svg = re.sub(r"\s*@font-face \{.*?\}\n", "\n", svg, flags=re.DOTALL)
    return svg.replace("Fira Code,", "")


if __name__ == "__main__":
    sys.exit(main())
