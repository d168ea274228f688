"""One worker: a process, its Runtime API, its log.

It is used by one thread at a time, which waits for it; it has no thread of its own.
May touch: its process, one loopback port, its own folder.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sam_deploy.local.workers import report, variables
from sam_deploy.local.workers.model import RESPONSE_LIMIT, LogEvent, Outcome
from sam_deploy.local.workers.process import start
from sam_deploy.local.workers.programs import NoProgramError
from sam_deploy.local.workers.runtime_api import ProtocolError, RuntimeApi

if TYPE_CHECKING:
    from collections.abc import Callable

    from sam_deploy.local.workers.model import Call, Function, Placed
    from sam_deploy.local.workers.output import Output
    from sam_deploy.local.workers.process import Process
    from sam_deploy.local.workers.programs import Programs
    from sam_deploy.local.workers.runtime_api import Connection, Request

    Done = Callable[[], bool]

START_SECONDS: Final = 55.0
"""How long a start may take. On Lambda it is 10 s, after which it counts as part of the call; a
laptop that starts twenty functions at once is slower than Lambda, and none of them is at fault.
Callers wait for an answer of Lambda's for 60 s."""
_LOOK_SECONDS: Final = 0.25
_KILLED: Final = 9
"""SIGKILL, where there are signals."""
_ENDED_SECONDS: Final = 1.0
_FOREVER_SECONDS: Final = 24 * 3600.0
_PREFIX: Final = "/2018-06-01/runtime"
_ANSWERS: Final = ("response", "error")


class Worker:
    """An execution environment of one function version."""

    def __init__(self, function: Function, programs: Programs, scratch: Path) -> None:
        self.function = function
        now = datetime.now(UTC)
        self.log_stream = f"{now:%Y/%m/%d}/[{function.version}]{uuid.uuid4().hex}"
        self.last_used = time.monotonic()
        self.retired = False
        self.placed: Placed | None = None
        self._programs, self._scratch = programs, scratch
        self._process: Process | None = None
        self._api: RuntimeApi | None = None
        self._home: Path | None = None
        self._output: Output | None = None
        self._next: Connection | None = None
        self._answers: dict[str, tuple[bool, bytes]] = {}
        self._start_error: bytes | None = None
        self._init_ms: float | None = None
        self._start_log: tuple[LogEvent, ...] = ()
        self._status = ""

    @property
    def pid(self) -> int | None:
        """The id of the process, while there is one."""
        return self._process.pid if self._process is not None else None

    @property
    def usable(self) -> bool:
        """Whether another call may be given to it."""
        return not self.retired and self._process is not None and self._exit_code(0) is None

    def start(self) -> bytes | None:
        """The process runs and has imported the handler; else it has ended, and why is returned.

        What is returned is an error object of Lambda's.
        """
        begun = time.monotonic()
        try:
            self._spawn()
            self._await(lambda: self._next is not None or self._start_error is not None, begun)
        except NoProgramError as found:
            self._start_error = report.error("Runtime.InvalidRuntime", str(found))
        except (OSError, ProtocolError) as found:
            self._start_error = report.error("Runtime.InvalidEntrypoint", str(found))
        self._init_ms = (time.monotonic() - begun) * 1000
        self._drain()
        if self._output is not None:
            self._start_log = self._output.take()
        if self._next is not None and self._start_error is None:
            return None
        if self._start_error is None:
            code = self._exit_code()
            limit = f"the start took longer than {START_SECONDS:.0f} s"
            words = limit if code is None else report.exit_words(code)
            self._start_error = report.error("Runtime.ExitError", words)
        self._kill()
        return self._start_error

    def invoke(self, call: Call) -> Outcome | None:
        """Run one call. A process that did not survive it is not `usable` afterwards.

        None when the process has ended since its last call: this one has not reached it.
        """
        begun = time.monotonic()
        seconds = self.function.timeout_seconds
        if self.function.debug_port is not None:
            seconds = _FOREVER_SECONDS
        try:
            reached = self._give(call, begun, seconds)
        except (OSError, ProtocolError):
            reached = True
        if not reached:
            return None
        took = time.monotonic() - begun
        self._drain()
        answer = self._answers.pop(call.request_id, None)
        if answer is None:
            answer = self._missing(call, took >= seconds)
        failed, payload = answer
        if not failed and len(payload) > RESPONSE_LIMIT:
            failed, payload = True, report.too_large(RESPONSE_LIMIT)
        return self._outcome(payload, failed=failed, milliseconds=min(took, seconds) * 1000)

    def _give(self, call: Call, begun: float, seconds: float) -> bool:
        """Send the call and await its answer. False when it has not reached the process."""
        assert self._api is not None  # noqa: S101 - it was started
        # It may still be on its way back from the call before, or have ended since.
        self._api.poll(0)
        self._take(seconds)
        self._await(lambda: self._next is not None, begun, seconds)
        if self._next is None or self._api.lost:
            return not self._ended()
        try:
            self._send(call, seconds)
        except ConnectionError:
            # Not all of it was taken: nothing has begun.
            return False
        self._await(lambda: call.request_id in self._answers, begun, seconds)
        if call.request_id not in self._answers:
            # What its end has left to be read.
            self._api.poll(0)
            self._take(seconds)
        return call.request_id in self._answers or not self._api.reset

    def failed_start(self, error: bytes) -> Outcome:
        """The outcome of a call whose worker could not start."""
        return self._outcome(error, failed=True, milliseconds=0.0)

    def end(self) -> None:
        """The process and what it started do not run, its folder is gone."""
        self.retired = True
        self._kill()
        if self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)

    def _outcome(self, payload: bytes, *, failed: bool, milliseconds: float) -> Outcome:
        init, self._init_ms = self._init_ms, None
        started, self._start_log = self._start_log, ()
        self.last_used = time.monotonic()
        log = self._output.take() if self._output is not None else ()
        memory = self._output.note_memory() if self._output is not None else 0
        return Outcome(
            payload,
            failed,
            log,
            self.log_stream,
            milliseconds,
            init,
            memory,
            started,
            self._status,
        )

    def _missing(self, call: Call, late: bool) -> tuple[bool, bytes]:  # noqa: FBT001
        code = self._exit_code()
        self._kill()
        output = self._output
        self._status = "timeout" if late and code is None else "error"
        if late and code is None:
            if output is not None:
                stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
                output.say(report.timed_out_line(self.function, call.request_id, stamp))
            return True, report.timed_out(self.function, call.request_id)
        code = -_KILLED if code is None else code
        if output is not None:
            output.say(f"RequestId: {call.request_id} Error: {report.exit_words(code)}")
            output.say("Runtime.ExitError")
        return True, report.exited(call.request_id, code)

    def _spawn(self) -> None:
        self.placed = placed = self.function.place()
        program = self._programs.of(self.function.runtime, placed)
        self._home = Path(tempfile.mkdtemp(prefix="worker-", dir=self._scratch))
        self._api = RuntimeApi()
        environment = variables.of_worker(
            self.function,
            placed,
            api=self._api.address,
            log_stream=self.log_stream,
            home=self._home,
            program=program,
        )
        if self.function.debug_port is not None:
            environment["SAM_DEPLOY_DEBUG_PORT"] = str(self.function.debug_port)
        self._process = start(self._programs.command(self.function, placed), placed, environment)
        self._output = self._process.output
        self._api.watch(self._output.descriptor)
        if not self._programs.is_exact(self.function.runtime):
            version = self.function.runtime.removeprefix("python")
            self._output.say(f"no Python {version} here: the function runs on another version")

    def _send(self, call: Call, seconds: float) -> None:
        connection, self._next = self._next, None
        if connection is None:
            raise ProtocolError("the worker has not asked for a call")
        if self._output is not None:
            self._output.read()
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": call.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + seconds) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": call.invoked_arn,
            "Lambda-Runtime-Trace-Id": call.trace_id,
            "Lambda-Runtime-Client-Context": call.client_context,
            "Lambda-Runtime-Cognito-Identity": call.identity,
        }
        given = {name: value for name, value in headers.items() if value}
        connection.answer(200, given, call.event, seconds)

    def _await(self, done: Done, begun: float, seconds: float = START_SECONDS) -> None:
        """Take in what comes until it is done, time is up, or the process has ended."""
        assert self._api is not None  # noqa: S101 - it was spawned
        while not done():
            left = begun + seconds - time.monotonic()
            if left <= 0:
                return
            self._api.poll(min(left, _LOOK_SECONDS))
            self._take(left)
            if not done() and self._ended():
                return

    def _take(self, seconds: float) -> None:
        assert self._api is not None  # noqa: S101 - it was spawned
        if self._api.output_ready and self._output is not None:
            self._api.output_ready = False
            if not self._output.read():
                self._api.unwatch()
        while self._api.requests:
            self._handle(self._api.requests.popleft(), seconds)

    def _handle(self, request: Request, seconds: float) -> None:
        path = request.path.removeprefix(_PREFIX)
        if request.method == "GET" and path == "/invocation/next":
            self._next = request.connection
            return
        parts = path.strip("/").split("/")
        status, body = 202, b'{"status":"OK"}'
        if request.method == "POST" and path == "/init/error":
            self._start_error = request.body
        elif request.method == "POST" and parts[0] == "invocation" and parts[-1] in _ANSWERS:
            self._answers[parts[1]] = (parts[-1] == "error", request.body)
        else:
            status, body = 404, report.error("InvalidRequest", f"{request.path} is not known")
        with contextlib.suppress(OSError):
            # One that ends right after its answer has given it all the same.
            request.connection.answer(status, {"Content-Type": "application/json"}, body, seconds)

    def _ended(self) -> bool:
        assert self._api is not None  # noqa: S101 - it was spawned
        if not self._api.lost:
            return self._process is None or self._exit_code(0) is not None
        # Its connection is closed: most likely it is just ending.
        self._api.lost = False
        return self._exit_code(_ENDED_SECONDS) is not None

    def _drain(self) -> None:
        """All that was written before the answer is in the log: it came through a pipe earlier."""
        if self._output is not None:
            self._output.read()

    def _exit_code(self, seconds: float = 0.2) -> int | None:
        return self._process.exit_code(seconds) if self._process is not None else None

    def _kill(self) -> None:
        self._next = None
        if self._process is not None:
            self._process.kill()
        if self._api is not None:
            self._api.close()
