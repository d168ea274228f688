"""What is known of a running cloud, and the one file that holds it.

`<project>/.sam-deploy/cloud/cloud.json` names the processes, ports and the interpreter of the
project's cloud; SAM_DEPLOY_CLOUD_DIR is another folder for it, so that tests have clouds of their
own. It is replaced atomically and readable by its owner only. It is a note, not the truth: a
process is believed in only when its start time matches (`processes.py`).
May touch: files below that folder.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from sam_deploy import own_folder
from sam_deploy.errors import RefusedError
from sam_deploy.local.ports import LOOPBACK
from sam_deploy.local.processes import Process

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE: Final = "SAM_DEPLOY_CLOUD_DIR"
_FORMAT: Final = 1
_LOCK_WAIT_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class Server:
    """One of the cloud's processes, and the loopback port that it listens on."""

    process: Process
    port: int

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return f"http://{LOOPBACK}:{self.port}"


@dataclass(frozen=True, slots=True)
class Record:
    """What `cloud.json` says. `gateway` and `proxy` are None while the cloud is being started."""

    emulator: Server
    gateway: Server | None
    python: Path
    scratch: Path
    started: datetime
    proxy: Server | None = None


@dataclass(frozen=True, slots=True)
class RunningCloud:
    """The project's embedded cloud, as it was when this value was made.

    `endpoint` is what AWS_ENDPOINT_URL takes: the proxy in front of the emulator. `gateway` is the
    base URL of the HTTP front door (neither ends with a slash), `python` the interpreter that runs
    functions.
    """

    project: Path
    endpoint: str
    gateway: str
    python: Path
    emulator_server: Server
    gateway_server: Server
    proxy_server: Server
    started: datetime

    @property
    def servers(self) -> tuple[Server, Server, Server]:
        """The emulator, the gateway and the proxy in front of the emulator."""
        return self.emulator_server, self.gateway_server, self.proxy_server

    @property
    def pids(self) -> tuple[int, int, int]:
        """The process ids of the emulator, of the gateway and of the proxy."""
        emulator, gateway, proxy = self.servers
        return emulator.process.pid, gateway.process.pid, proxy.process.pid

    @property
    def ports(self) -> tuple[int, int, int]:
        """The ports of the emulator, of the gateway and of the proxy."""
        emulator, gateway, proxy = self.servers
        return emulator.port, gateway.port, proxy.port

    def alive(self) -> bool:
        """Whether all processes of this cloud, and not others with their ids, still run."""
        return all(server.process.alive() for server in self.servers)

    def url(self, region: str, api_id: str, stage: str) -> str:
        """The URL of a stage of an HTTP API, without a slash at its end."""
        return f"{self.gateway}/{region}/{api_id}/{stage}"


class StateFolder:
    """`<project>/.sam-deploy/cloud`: the record, its lock and the logs.

    `folder`, else SAM_DEPLOY_CLOUD_DIR, is another place for them: for another cloud.
    """

    def __init__(self, project: Path, folder: Path | None = None) -> None:
        self.project = project.resolve()
        chosen = folder or os.environ.get(VARIABLE) or self.project / ".sam-deploy" / "cloud"
        self.path = self.project / chosen

    @property
    def owner(self) -> Path:
        """What tells this cloud from others of this computer: its project, or its own folder."""
        usual = self.path == self.project / ".sam-deploy" / "cloud"
        return self.project if usual else self.path.resolve()

    @property
    def emulator_log(self) -> Path:
        """What the emulator and its functions' start-up said, since its last start."""
        return self.path / "emulator.log"

    @property
    def gateway_log(self) -> Path:
        """The access log of the gateway, since its last start."""
        return self.path / "gateway.log"

    @property
    def proxy_log(self) -> Path:
        """What the proxy in front of the emulator said, which is little, since its last start."""
        return self.path / "proxy.log"

    @property
    def _file(self) -> Path:
        return self.path / "cloud.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only process that starts, stops or resets this project's cloud.

        Raises RefusedError when another one still does after ten minutes.
        """
        own_folder.make(self.path)
        (self.path / ".gitignore").write_text("*\n", encoding="utf-8")
        try:
            with FileLock(self.path / "lock", timeout=_LOCK_WAIT_SECONDS):
                yield
        except Timeout as error:
            what = f"The embedded cloud of `{self.project.name}` is held by another process"
            why = f"`{self.path / 'lock'}` stayed locked for {_LOCK_WAIT_SECONDS:.0f} s"
            raise RefusedError(what, why=why, hint="end the other sam-deploy process") from error

    def read(self) -> Record | None:
        """The record, or None when there is none that this version can read."""
        try:
            data = json.loads(self._file.read_text(encoding="utf-8"))
            if data["format"] != _FORMAT:
                return None
            return Record(
                emulator=_server(data["emulator"]),
                gateway=_server(data["gateway"]) if data["gateway"] else None,
                python=Path(data["python"]),
                scratch=Path(data["scratch"]),
                started=datetime.fromisoformat(data["started"]).astimezone(UTC),
                proxy=_server(data["proxy"]) if data.get("proxy") else None,
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, record: Record) -> None:
        """Replace the record. A reader sees the old one or the new one, never a part."""
        data = {
            "format": _FORMAT,
            "emulator": asdict(record.emulator),
            "gateway": asdict(record.gateway) if record.gateway else None,
            "proxy": asdict(record.proxy) if record.proxy else None,
            "python": str(record.python),
            "scratch": str(record.scratch),
            "started": record.started.isoformat(),
        }
        handle, name = tempfile.mkstemp(prefix="cloud.json.", dir=self.path)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(data, file, indent=2)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def forget(self) -> None:
        """Remove the record."""
        self._file.unlink(missing_ok=True)

    def running(self, record: Record | None) -> RunningCloud | None:
        """The cloud of a complete record whose processes run, else None."""
        if record is None or record.gateway is None or record.proxy is None:
            return None
        cloud = RunningCloud(
            project=self.project,
            endpoint=record.proxy.url,
            gateway=record.gateway.url,
            python=record.python,
            emulator_server=record.emulator,
            gateway_server=record.gateway,
            proxy_server=record.proxy,
            started=record.started,
        )
        return cloud if cloud.alive() else None


def _server(data: dict[str, object]) -> Server:
    process, port = data["process"], data["port"]
    if not isinstance(process, dict) or not isinstance(port, int):
        msg = "not a server"
        raise TypeError(msg)
    return Server(Process(pid=int(process["pid"]), created=float(process["created"])), port)
