"""A second look at the few tests, of ten thousand, that failed: `python -m tests.again`.

Real clouds, terminals and browsers on a shared machine miss a moment now and then, and a whole run
is fifteen minutes. What failed has to pass twice in a row, its file alone on the machine; more than
`MOST` are looked at by nobody but a person. Each is told in any case: a test that fails sometimes
has found something, in the product or in itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
LAST_FAILED: Final = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"
"""Written by pytest: the ids of the tests that failed, as the keys of a JSON object."""
MOST: Final = 3
TIMES: Final = 2


def pytest_run(arguments: Sequence[str]) -> int:
    """Return the exit code of a run of these tests, one after the other."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def failed(noted: Path = LAST_FAILED) -> tuple[str, ...]:
    """Return the ids of the tests that failed, or could not be collected; none without a note."""
    if not noted.is_file():
        return ()
    return tuple(sorted(json.loads(noted.read_text(encoding="utf-8"))))


def verdict(
    ids: Sequence[str],
    options: Sequence[str],
    run: Callable[[Sequence[str]], int] = pytest_run,
    tell: Callable[[str], object] = print,
) -> int:
    """Return 0 when all of it passes `TIMES` times in a row, else 1.

    Whole files run: a test may go on from what the one before it left.
    """
    if not ids:
        tell("no test failed: the run itself did, see above")
        return 1
    if len(ids) > MOST:
        tell(f"{len(ids)} tests failed; no more than {MOST} are run again")
        return 1
    files = list(dict.fromkeys(each.partition("::")[0] for each in ids))
    if any(run([*options, *files]) for _ in range(TIMES)):
        tell("failed again: " + ", ".join(ids))
        return 1
    tell(f"failed among the others, passed {TIMES} times alone, to be looked at: " + ", ".join(ids))
    return 0


if __name__ == "__main__":
    sys.exit(verdict(failed(), sys.argv[1:]))
