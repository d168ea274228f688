"""The record of a running cloud."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from sam_deploy.local.processes import Process
from sam_deploy.local.state import Record, Server, StateFolder

ME = psutil.Process()
ALIVE = Process(ME.pid, ME.create_time())
RECORD = Record(
    emulator=Server(ALIVE, 4566),
    gateway=Server(ALIVE, 3000),
    python=Path("/env/bin/python"),
    scratch=Path("/scratch"),
    started=datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
    proxy=Server(ALIVE, 4567),
)


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path)
    folder.path.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("record", [RECORD, replace(RECORD, gateway=None, proxy=None)])
def test_what_was_written_is_read(state: StateFolder, record: Record) -> None:
    """Write and read are inverse, with and without a gateway."""
    state.write(record)
    assert record == state.read()


def test_a_record_is_for_its_owner_only_and_leaves_no_other_file(state: StateFolder) -> None:
    """Mode 0600, and no temporary file beside it."""
    state.write(RECORD)
    state.write(RECORD)
    assert ["cloud.json"] == [path.name for path in state.path.iterdir()]
    assert 0o600 == (state.path / "cloud.json").stat().st_mode & 0o777


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"format": 2}', '{"format": 1, "emulator": 3, "gateway": null}']
)
def test_a_record_that_cannot_be_read_is_none(state: StateFolder, text: str) -> None:
    """A foreign or damaged file is no cloud, and no crash."""
    (state.path / "cloud.json").write_text(text)
    assert state.read() is None


def test_without_a_record_there_is_none(state: StateFolder) -> None:
    """Neither before the first write nor after `forget`, which may be repeated."""
    assert state.read() is None
    state.write(RECORD)
    state.forget()
    state.forget()
    assert state.read() is None


def test_a_complete_record_of_living_processes_is_a_running_cloud(state: StateFolder) -> None:
    """Its URLs are built from the ports."""
    cloud = state.running(RECORD)
    assert cloud is not None
    assert ("http://127.0.0.1:4567", "http://127.0.0.1:3000") == (cloud.endpoint, cloud.gateway)
    assert ((ME.pid, ME.pid, ME.pid), (4566, 3000, 4567)) == (cloud.pids, cloud.ports)
    assert "http://127.0.0.1:3000/eu-west-1/abc/dev" == cloud.url("eu-west-1", "abc", "dev")


@pytest.mark.parametrize(
    "record",
    [
        None,
        replace(RECORD, gateway=None),
        replace(RECORD, proxy=None),
        replace(RECORD, gateway=Server(Process(ME.pid, ALIVE.created - 60), 3000)),
        replace(RECORD, emulator=Server(Process(2**22 + 1, ALIVE.created), 4566)),
    ],
)
def test_anything_else_is_not_running(state: StateFolder, record: Record | None) -> None:
    """No record, a started half, another process with the id, and no process at all."""
    assert state.running(record) is None
