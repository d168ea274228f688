"""Notices within a second that a process of the cloud has died.

May touch: the process table, one thread.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from sam_deploy.local.state import RunningCloud

Part: TypeAlias = Literal["emulator", "gateway", "proxy"]
LOOK_SECONDS: Final = 0.25


class Watch:
    """A thread that looks at the cloud's processes until one dies or `stop` is called."""

    def __init__(self, cloud: RunningCloud, on_death: Callable[[Part], None]) -> None:
        self._cloud = cloud
        self._on_death = on_death
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look, name="cloud-watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End the watch. `on_death` is not called any more once this has returned."""
        self._stopped.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _look(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            if not self._cloud.emulator_server.process.alive():
                self._on_death("emulator")
                return
            if not self._cloud.gateway_server.process.alive():
                self._on_death("gateway")
                return
            if not self._cloud.proxy_server.process.alive():
                self._on_death("proxy")
                return


def watch(cloud: RunningCloud, on_death: Callable[[Part], None]) -> Watch:
    """Call `on_death` once, from another thread, within a second of the first death."""
    started = Watch(cloud, on_death)
    started.start()
    return started
