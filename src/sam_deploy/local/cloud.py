"""The embedded cloud of a project: start, find, stop, reset.

An emulator of AWS, a proxy in front of it (`faults/`) and an HTTP gateway, as processes that
outlive the command and belong to one project folder. Everything else reaches them over HTTP, as it
reaches AWS.
May touch: what the modules it calls may touch.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sam_deploy.errors import RefusedError, UnreachableError
from sam_deploy.events import Note, Report
from sam_deploy.local import emulator, environment, front_door, ports, processes
from sam_deploy.local.faults import client as fault_client
from sam_deploy.local.faults import process as proxies
from sam_deploy.local.state import Record, RunningCloud, Server, StateFolder
from sam_deploy.local.supported import require_posix

if TYPE_CHECKING:
    import socket
    from pathlib import Path

_EMULATOR_STARTS: Final = 3
_RESET_SECONDS: Final = 60.0


def start(
    project: Path, report: Report, *, gateway_port: int | None = None, python: str = "3.12"
) -> RunningCloud:
    """The project's cloud runs: the one that already did, or a new and empty one.

    `gateway_port` None means 3000, or the next port that is free; a running gateway keeps its
    port then. `python` is the minor version that functions run on, where this machine has it.
    A dead gateway or proxy is replaced without touching the emulator, whose state is in its memory.
    Raises RefusedError on Windows itself and when the given port is taken, UnreachableError when
    it does not start.
    """
    require_posix()
    state = StateFolder(project)
    with state.locked():
        record = state.read()
        if record is None or not _usable(record.emulator):
            if record is not None:
                report(Note("the embedded cloud had died: a new, empty one is started"))
                _end(state, record)
            record = _start_emulator(state, report, python)
        try:
            record = _with_proxy(state, record)
            record = _with_gateway(state, record, gateway_port)
        except BaseException:
            if record.gateway is None:
                _end(state, record)
            raise
        return _running(state, record)


def find(project: Path) -> RunningCloud | None:
    """The project's cloud if it runs, else None."""
    state = StateFolder(project)
    return state.running(state.read())


def is_partly_there(project: Path) -> bool:
    """Whether the emulator runs, with all that it holds, and another part has ended."""
    state = StateFolder(project)
    record = state.read()
    return record is not None and state.running(record) is None and record.emulator.process.alive()


def stop(project: Path) -> bool:
    """The project's cloud does not run, and what it held is gone. False when none had run."""
    state = StateFolder(project)
    if state.read() is None:
        return False
    with state.locked():
        record = state.read()
        if record is None:
            return False
        ran = state.running(record) is not None or record.emulator.process.alive()
        _end(state, record)
        return ran


def reset(project: Path) -> None:
    """Everything that was deployed in the project's cloud is gone; the cloud still runs.

    Raises RefusedError when it does not run, UnreachableError when it does not answer.
    """
    cloud = find(project)
    if cloud is None:
        raise RefusedError(
            "The embedded cloud was not reset",
            why="it does not run, so it holds nothing",
            hint="`sam-deploy cloud start` starts an empty one",
        )
    import httpx  # noqa: PLC0415 - half a second that other commands need not pay

    what = "The embedded cloud was not reset"
    try:
        answer = httpx.post(
            f"{cloud.endpoint}/_ministack/reset", timeout=_RESET_SECONDS, trust_env=False
        )
        answer.raise_for_status()
    except httpx.HTTPError as error:
        hint = "run `sam-deploy cloud stop`, then `sam-deploy cloud start`"
        raise UnreachableError(what, why=str(error), hint=hint) from error


def _usable(server: Server) -> bool:
    return server.process.alive() and emulator.answers(server, timeout_seconds=10.0)


def _start_emulator(state: StateFolder, report: Report, python: str) -> Record:
    made = environment.ensure(report, python)
    scratch = emulator.make_scratch(state.owner)
    for remaining in reversed(range(_EMULATOR_STARTS)):
        # Its port first, because functions are told by the emulator where AWS is.
        door = proxies.new_socket()
        with closing(door):
            endpoint = f"http://{ports.LOOPBACK}:{door.getsockname()[1]}"
            server, child = emulator.start(made, state, scratch, endpoint)
            record = Record(server, None, made.python, scratch, datetime.now(UTC))
            # Noted before it is awaited: were this process killed now, the next start ends it.
            state.write(record)
            try:
                # While the emulator takes its second, the proxy starts, too.
                record = _new_proxy(state, record, door)
                emulator.await_ready(server, child, state, report)
            except UnreachableError:
                taken = emulator.port_was_taken(state)
                _end_servers(record)
                if remaining and taken:
                    continue
                _end(state, record)
                raise
            except BaseException:
                _end(state, record)
                raise
        return record
    msg = "the last start either returns or raises"
    raise AssertionError(msg)


def _new_proxy(state: StateFolder, record: Record, door: socket.socket) -> Record:
    """A proxy stands on `door`, and is noted; whoever needs it awaits it."""
    server = proxies.start(record.emulator.url, door, state)
    started = replace(record, proxy=server)
    state.write(started)
    return started


def _with_proxy(state: StateFolder, record: Record) -> Record:
    """The proxy answers, where it did before. Faults that were in force with a dead one are not."""
    if record.proxy is None or not record.proxy.process.alive():
        old = record.proxy
        door = proxies.same_socket(old.port) if old else proxies.new_socket()
        record = _new_proxy(state, record, door)
    if record.proxy is not None:
        proxies.await_ready(record.proxy, state)
    return record


def _with_gateway(state: StateFolder, record: Record, port: int | None) -> Record:
    old = record.gateway
    runs = old is not None and old.process.alive()
    if old is not None and runs and port in (None, old.port):
        return record

    def note(started: Server) -> None:
        state.write(replace(record, gateway=started))
        # Only now, so that a port that is refused leaves the old gateway as it was.
        if old is not None and runs:
            old.process.end(front_door.END_SECONDS)

    proxy = record.proxy.url if record.proxy else ""
    started = front_door.start(record.emulator.url, proxy, record.scratch, port, state, note)
    if old is not None and record.proxy is not None:
        fault_client.tell(record.proxy.url, started.url)
    return replace(record, gateway=started)


def _running(state: StateFolder, record: Record) -> RunningCloud:
    cloud = state.running(record)
    if cloud is None:
        raise UnreachableError(
            "The embedded cloud does not run",
            why="it ended right after it had started",
            hint="`.sam-deploy/cloud/emulator.log` may say why; run the same command again",
        )
    return cloud


def _end_servers(record: Record) -> None:
    if record.gateway is not None:
        record.gateway.process.end(front_door.END_SECONDS)
    if record.proxy is not None:
        record.proxy.process.end(proxies.END_SECONDS)
    record.emulator.process.end(emulator.END_SECONDS)
    # A function that was busy when its emulator was killed is in a group of its own.
    processes.kill_within(record.scratch)


def _end(state: StateFolder, record: Record) -> None:
    _end_servers(record)
    emulator.remove_scratch(record.scratch)
    state.forget()
