"""The log of a call is complete when the call ends, and waiting for it costs nothing.

Fault: MiniStack 1.5.33 does not know when a Python function has written its last log line. It
waits 50 ms for a first one, so a silent function takes 60 ms instead of 10, and takes a pause of
5 ms for the end, so a line written later is shown with the next call. Here the worker writes a
mark that names the call after each one, and the server reads up to that mark.
Seam: the text of the Python worker, `Worker.invoke` and `Worker._drain_stderr_bounded`. Where no
mark can come (Node, custom runtimes, a worker that was killed) everything stays as it was.
"""

from __future__ import annotations

import importlib
import queue
import time
from typing import Any, Final

MARK: Final = "\x1eend of "
_LONGEST_WAIT_SECONDS: Final = 0.25
_END_OF_LOOP: Final = "        _real_stdout.flush()\n\nrun()\n"
_MARKED_END: Final = (
    "        _real_stdout.flush()\n"
    "        try:\n"
    "            sys.stderr.flush()\n"
    '            os.write(2, ("\\x1eend of " + _ms_ctx.get("request_id", "") + "\\n").encode())\n'
    "        except (OSError, ValueError):\n"
    "            pass\n"
    "\nrun()\n"
)


def apply() -> None:
    """Let Python workers mark the end of each call's log. Raises ValueError on another worker."""
    runtime: Any = importlib.import_module("ministack.core.lambda_runtime")
    script = runtime._PYTHON_WORKER_SCRIPT  # noqa: SLF001
    if not script.endswith(_END_OF_LOOP):
        msg = "the emulator's Python worker has another end than that of MiniStack 1.5.33"
        raise ValueError(msg)
    runtime._PYTHON_WORKER_SCRIPT = script.removesuffix(_END_OF_LOOP) + _MARKED_END  # noqa: SLF001
    worker = runtime.Worker
    invoke, drain = worker.invoke, worker._drain_stderr_bounded  # noqa: SLF001

    def invoke_marked(self: Any, event: object, request_id: str, **values: object) -> object:  # noqa: ANN401
        self.awaited_mark = MARK + request_id
        return invoke(self, event, request_id, **values)

    def drain_to_mark(self: Any, **values: float) -> object:  # noqa: ANN401
        runs_python = str(self.config.get("Runtime", "python")).startswith("python")
        if not runs_python or self._proc is None or values:
            return drain(self, **values)
        return read_to_mark(self._stderr_queue, self.awaited_mark)

    worker.invoke, worker._drain_stderr_bounded = invoke_marked, drain_to_mark  # noqa: SLF001


def read_to_mark(lines: queue.Queue[str], mark: str) -> str:
    """The lines before the mark, or those that come within a quarter of a second.

    The marks of earlier calls, which came too late then, are left out.
    """
    found: list[str] = []
    deadline = time.monotonic() + _LONGEST_WAIT_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        try:
            line = lines.get(timeout=left)
        except queue.Empty:
            break
        # A function's last line may have no end, and then has the mark behind it.
        text, marked, _ = line.partition(MARK)
        if text or not marked:
            found.append(text)
        if line.endswith(mark):
            break
    return "\n".join(found)
