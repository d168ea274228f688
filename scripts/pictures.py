"""Make the terminal pictures of the README from real runs against the embedded cloud.

    uv run scripts/pictures.py            write docs/pictures/*.svg
    uv run scripts/pictures.py --check    exit 1 when a picture shows what is no longer printed

Times, ports and ids differ in every run, so `--check` compares everything but digits and ids.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

from sam_deploy import runs
from sam_deploy.cli.terminal.glyphs import DRAWN
from sam_deploy.cli.terminal.picture import Look
from sam_deploy.cli.terminal.picture import lines as picture_lines
from sam_deploy.progress.tally import Tally

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
WIDTH = 112
MOMENT = 300
"""Resources that stand in the moving picture."""


@dataclass(frozen=True)
class Picture:
    """A command and the lines of its screen that are worth a picture, by regular expression."""

    name: str
    title: str
    command: tuple[str, ...]
    keep: str


PICTURES = (
    Picture(
        "demo",
        "sam-deploy demo",
        ("demo", "--progress", "plain"),
        r"^embedded|created in|^Deployed|^Calling|^  GET|^      200|"
        r"^function  |^---|^[A-Z]\w+ +[\d ]+$|^versions|^Done",
    ),
    Picture(
        "mistakes",
        "all mistakes at once",
        ("-C", "tests/docs/mistakes", "deploy", "--target", "embedded"),
        r".*",
    ),
)


def main() -> int:
    """Make the pictures, or compare what they show with what is printed now."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    stale = []
    for picture in PICTURES:
        lines = run(picture)
        file = FOLDER / f"{picture.name}.svg"
        if "--check" in sys.argv:
            shown = file.with_suffix(".txt").read_text(encoding="utf-8")
            if normal(shown) != normal("\n".join(lines) + "\n"):
                stale.append(picture.name)
            continue
        file.write_text(draw(picture, lines), encoding="utf-8")
        file.with_suffix(".txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if "--check" not in sys.argv:
        (FOLDER / "progress.svg").write_text(progress(), encoding="utf-8")
    for name in stale:
        print(f"stale: docs/pictures/{name}.svg; run `uv run scripts/pictures.py`")
    return 1 if stale else 0


def run(picture: Picture) -> list[str]:
    """Return the lines worth showing of a real run, without this machine's paths."""
    python = [sys.executable, "-m", "sam_deploy"]
    if picture.name == "demo":
        # from an empty cloud, so that it is a first deployment
        subprocess.run(
            [*python, "-C", "examples/dzgro", "cloud", "stop"],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
            check=True,
        )
    command = [*python, *picture.command]
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    text = done.stdout.replace(str(ROOT), "/home/me/sam-deploy")
    typed = " ".join(part for part in picture.command if part not in {"--progress", "plain"})
    plain = [re.sub(r"^\[ *\d+%\] ", "", line) for line in text.splitlines()]
    lines = [line for line in plain if re.search(picture.keep, line)]
    return [f"$ sam-deploy {typed}", *lines]


def progress() -> str:
    """Return the moving picture of the newest demo, while its stacks are made.

    It is drawn anew from the log of the run, with what earlier runs took.
    """
    folder = runs.folder_of(ROOT / "examples" / "dzgro")
    log = next(run for run in runs.listed(folder) if (run.command, run.exit_code) == ("demo", 0))
    now = [log.started]
    tally = Tally(runs.past(folder, log.command, log.target), lambda: now[0])
    for line in runs.lines(log.path):
        now[0] = float(line["time"])
        event = runs.event_of(line)
        if event is not None:
            tally.add(event)
        if sum(lane.resources for lane in tally.lanes.values()) == MOMENT:
            break
    look = Look(WIDTH, 24, now[0] - log.started, DRAWN)
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    console.print(Text("$ sam-deploy demo", style="bold"))
    for parts in picture_lines(tally, look):
        console.print(Text.assemble(*parts, no_wrap=True))
    return as_svg(console, "sam-deploy demo", "progress")


def normal(text: str) -> list[str]:
    """Return what must not change: words, without digits, ids, and how far regions got first."""
    lines = [re.sub(r"/[0-9a-f]{8}/", "/ID/", line) for line in text.splitlines()]
    lines = [re.sub(r"-[0-9a-f]{4}(?=\.jsonl)", "-ID", line) for line in lines]
    lines = [re.sub(r"\d+", "0", line) for line in lines]
    outcome = r"(created|updated|no changes) in 0.*|^Deployed.*|^No changes.*"
    return sorted(re.sub(outcome, "OUTCOME", line) for line in lines)


def draw(picture: Picture, lines: list[str]) -> str:
    """Return the lines as a terminal in SVG."""
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    for line in lines:
        style = "bold" if line.startswith("$") else ""
        console.print(Text(line, style=style), soft_wrap=False)
    return as_svg(console, picture.title, picture.name)


def as_svg(console: Console, title: str, name: str) -> str:
    """Return what a console has recorded."""
    svg = console.export_svg(title=title, unique_id=name)
    # the fonts would be fetched from a server of somebody else; a monospace one is everywhere
    svg = re.sub(r"\s*@font-face \{.*?\}\n", "\n", svg, flags=re.DOTALL)
    return svg.replace("Fira Code,", "")


if __name__ == "__main__":
    sys.exit(main())
