"""An emulator of a test's own, without the gateway: started, emptied, replaced by a new one."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from sam_deploy.events import ignore
from sam_deploy.local import emulator, environment, processes
from sam_deploy.local.state import Server, StateFolder

RESET_SECONDS: Final = 30
END_SECONDS: Final = 2.0


@dataclass(slots=True)
class Emulator:
    """A running emulator. `folder` is where its log is."""

    folder: Path
    server: Server
    child: processes.Child
    scratch: Path

    @property
    def url(self) -> str:
        """Return where it listens."""
        return self.server.url

    def reset(self) -> None:
        """Nothing is deployed in it any more. Takes milliseconds, where a new one takes seconds."""
        answer = httpx.post(f"{self.url}/_ministack/reset", timeout=RESET_SECONDS, trust_env=False)
        answer.raise_for_status()

    def restart(self) -> None:
        """A new and empty one runs, at another address."""
        self.stop()
        again = start(self.folder)
        self.server, self.child, self.scratch = again.server, again.child, again.scratch

    def stop(self) -> None:
        """It does not run."""
        self.server.process.end(END_SECONDS)
        emulator.remove_scratch(self.scratch)


def start(folder: Path) -> Emulator:
    """An emulator answers. Its log is below `folder`."""
    state = StateFolder(folder)
    state.emulator_log.parent.mkdir(parents=True, exist_ok=True)
    made = environment.ensure(ignore)
    scratch = Path(tempfile.mkdtemp(prefix="sam-deploy-faults-"))
    server, child = emulator.start(made, state, scratch)
    try:
        emulator.await_ready(server, child, state, ignore)
    except BaseException:
        server.process.end(END_SECONDS)
        emulator.remove_scratch(scratch)
        raise
    return Emulator(folder, server, child, scratch)
