"""Run every `uv run sam-deploy ...` line of the README, in its order; stop at the first failure.

SAM_DEPLOY_TARGET=embedded uv run scripts/readme.py
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run them as they stand, from the root of the checkout."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    for line in (line for line in lines if line.startswith("uv run sam-deploy ")):
        command = [sys.executable, "-m", "sam_deploy", *shlex.split(line)[3:]]
        started = time.monotonic()
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        print(f"exit {done.returncode} in {time.monotonic() - started:.1f} s: {line}", flush=True)
        if done.returncode:
            print(done.stdout.decode(errors="replace"))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
