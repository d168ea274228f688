"""Stops a project's cloud when its standard input ends: `python -m sam_deploy.testing.guard DIR`.

The process that runs tests holds the other end of the pipe, and may be killed at any time.
PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Wait for the end, then stop the cloud of the project that is named."""
    sys.stdin.buffer.read()
    from sam_deploy import local  # noqa: PLC0415 - it waits for minutes, and should be small

    local.stop(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
