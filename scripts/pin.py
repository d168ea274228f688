"""Pin every dependency exactly, in `[tool.uv] constraint-dependencies` of pyproject.toml.

    uv run scripts/pin.py            take the newest versions that fit
    uv run scripts/pin.py --add      pin what has no pin yet, and leave the others as they are
    uv run scripts/pin.py --check    say whether a pin is missing

The lock file itself is not committed, because it carries download addresses.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START = """\
# made by scripts/pin.py
# what `uv run pytest` needs; `uv sync --all-groups` brings the rest, as CI does
default-groups = ["dev", "examples"]
"""


def main() -> int:
    """Rewrite the pins, or check that each resolved package has one."""
    file = ROOT / "pyproject.toml"
    text = file.read_text(encoding="utf-8")
    check = "--check" in sys.argv
    resolved = resolve(text if check or "--add" in sys.argv else unpinned(text))
    if check:
        missing = [line for line in resolved if f'    "{line}",\n' not in text]
        print("\n".join(f"not pinned: {line}" for line in missing) or "every dependency is pinned")
        return 1 if missing else 0
    block = "".join(f'    "{line}",\n' for line in resolved)
    pins = f"\n[tool.uv]\n{START}constraint-dependencies = [\n{block}]\n"
    file.write_text(unpinned(text).rstrip("\n") + "\n" + pins, encoding="utf-8")
    print(f"pinned {len(resolved)} packages")
    return 0


def unpinned(text: str) -> str:
    """Return pyproject.toml without the block of pins."""
    return re.sub(
        r"\n\[tool\.uv\]\n" + re.escape(START) + r".*?\n\]\n", "\n", text, flags=re.DOTALL
    )


def resolve(text: str) -> list[str]:
    """Return every package as uv resolves this pyproject.toml, markers included."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pyproject.toml").write_text(text, encoding="utf-8")
        (Path(folder) / "README.md").touch()
        (Path(folder) / "LICENSE").touch()
        command = ["uv", "export", "--no-hashes", "--no-annotate", "--no-header"]
        command += ["--no-emit-project", "--all-groups", "--project", folder, "--quiet"]
        answer = subprocess.run(command, check=True, capture_output=True, text=True)
    lines = [line.strip().replace('"', "'") for line in answer.stdout.splitlines()]
    return sorted(line for line in lines if "==" in line)


if __name__ == "__main__":
    sys.exit(main())
