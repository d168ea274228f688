"""`python -m sam_deploy` and the `sam-deploy` command.

`--version` is answered before anything else is imported.
"""

from __future__ import annotations

import os
import sys
import threading


def run() -> None:
    """Run the command line and end the process with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from sam_deploy import __version__  # noqa: PLC0415 - imports nothing else

        print(f"sam-deploy {__version__}")  # noqa: T201 - this is the answer
        sys.exit(0)
    from sam_deploy.cli.main import main  # noqa: PLC0415 - click, only when needed

    code = main(sys.argv[1:])
    if any(thread is not threading.main_thread() for thread in threading.enumerate()):
        # a thread that waits for an endpoint that has died must not keep the process
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    run()
