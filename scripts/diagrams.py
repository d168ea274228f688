"""Draw the example systems for their pages.

uv run scripts/diagrams.py            write docs/pictures/diagram-*.svg
uv run scripts/diagrams.py --check    end with 1 when one is not what is drawn now
"""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
SYSTEMS = ("alchemiser", "dzgro", "global-table", "monorepo", "portfolio")


def main(arguments: list[str]) -> int:
    """Write all pictures, or compare them."""
    with ThreadPoolExecutor(2) as pool:
        drawn = dict(zip(SYSTEMS, pool.map(draw, SYSTEMS), strict=True))
    stale = [name for name, text in drawn.items() if read(name) != text]
    if "--check" in arguments:
        print(f"run `uv run scripts/diagrams.py`: {', '.join(stale)}" if stale else "current")
        return 1 if stale else 0
    for name in stale:
        picture(name).write_text(drawn[name], encoding="utf-8")
    return 0


def draw(system: str) -> str:
    """Return the picture of a system, as the command draws it."""
    command = [sys.executable, "-m", "sam_deploy", "-C", f"examples/{system}"]
    done = subprocess.run(
        [*command, "export", "diagram", "--format", "svg"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def picture(system: str) -> Path:
    """Return where a system's picture is."""
    return PICTURES / f"diagram-{system}.svg"


def read(system: str) -> str:
    """Return the picture that is there; '' when there is none."""
    file = picture(system)
    return file.read_text(encoding="utf-8") if file.is_file() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
