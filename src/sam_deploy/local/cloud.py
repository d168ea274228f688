"""The embedded cloud of a project: start, find, stop, reset.

An emulator of AWS and an HTTP gateway in front of it, as two processes that outlive the command
and belong to one project folder. Everything else reaches them over HTTP, as it reaches AWS.
May touch: what the modules it calls may touch.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sam_deploy.errors import RefusedError, UnreachableError
from sam_deploy.events import Note, Report
from sam_deploy.local import emulator, environment, front_door
from sam_deploy.local.state import Record, RunningCloud, Server, StateFolder

if TYPE_CHECKING:
    from pathlib import Path

_EMULATOR_STARTS: Final = 3
_RESET_SECONDS: Final = 60.0


def start(
    project: Path, report: Report, *, gateway_port: int | None = None, python: str = "3.12"
) -> RunningCloud:
    """The project's cloud runs: the one that already did, or a new and empty one.

    `gateway_port` None means 3000, or the next port that is free; a running gateway keeps its
    port then. `python` is the minor version that functions run on, where this machine has it.
    A dead gateway is replaced without touching the emulator, whose state is in its memory.
    Raises RefusedError when the given port is taken, UnreachableError when it does not start.
    """
    state = StateFolder(project)
    with state.locked():
        record = state.read()
        if record is None or not _usable(record.emulator):
            if record is not None:
                report(Note("the embedded cloud had died: a new, empty one is started"))
                _end(state, record)
            record = _start_emulator(state, report, python)
        try:
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
        hint = "run `sam-deploy cloud start`"
        raise RefusedError("The embedded cloud does not run, so it was not reset", hint=hint)
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
    scratch = emulator.make_scratch(state.project)
    for remaining in reversed(range(_EMULATOR_STARTS)):
        server, child = emulator.start(made, state, scratch)
        record = Record(server, None, made.python, scratch, datetime.now(UTC))
        # Noted before it is awaited: were this process killed now, the next start ends it.
        state.write(record)
        try:
            emulator.await_ready(server, child, state, report)
        except UnreachableError:
            taken = emulator.port_was_taken(state)
            server.process.end(emulator.END_SECONDS)
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

    return replace(record, gateway=front_door.start(record.emulator.url, port, state, note))


def _running(state: StateFolder, record: Record) -> RunningCloud:
    cloud = state.running(record)
    if cloud is None:
        why = "it ended right after it had started"
        raise UnreachableError("The embedded cloud does not run", why=why)
    return cloud


def _end(state: StateFolder, record: Record) -> None:
    if record.gateway is not None:
        record.gateway.process.end(front_door.END_SECONDS)
    record.emulator.process.end(emulator.END_SECONDS)
    emulator.remove_scratch(record.scratch)
    state.forget()
