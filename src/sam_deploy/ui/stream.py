"""Server-sent events for every tab: what one has missed is sent again, who is slow is let go.

Lines of run logs are kept for a while, so that a tab that was away gets them by `Last-Event-ID`.
Of everything else the newest state is enough. Source: HTML standard, "Server-sent events".
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Final

from sam_deploy.ui.answers import written

HEARTBEAT: Final = b": still here\n\n"
HEARTBEAT_SECONDS: Final = 15.0
RETRY_MS: Final = 2000
QUEUE_MOST: Final = 512
"""Events that a listener may be behind."""
KEPT_LINES: Final = 2000
KEPT_BYTES: Final = 4_000_000
LISTENERS_MOST: Final = 32
LINES: Final = "run"
PROGRESS: Final = "progress"
"""Not kept: who comes later has read a newer one."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An event as it is written."""

    number: int
    wire: bytes


class FullError(Exception):
    """There are too many listeners."""


@dataclass(eq=False, slots=True)
class Listener:
    """A tab. `gone` is set when it is let go."""

    queue: asyncio.Queue[Sent] = field(default_factory=lambda: asyncio.Queue(QUEUE_MOST))
    gone: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Stream:
    """All that happens, for all who listen. Belongs to one event loop."""

    heartbeat_seconds: float = HEARTBEAT_SECONDS
    boot: str = field(default_factory=lambda: secrets.token_hex(4))
    """Numbers of another process of ours mean nothing here."""
    _number: int = 0
    _lines: deque[Sent] = field(default_factory=deque)
    _bytes: int = 0
    _newest: dict[str, Sent] = field(default_factory=dict)
    _listeners: set[Listener] = field(default_factory=set)
    _closed: bool = False
    came: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody has begun to listen."""

    @property
    def listened_to(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners)

    def send(self, event: str, data: object) -> None:
        """Every listener gets the event; one that is too far behind is let go."""
        self._number += 1
        lines = written(data).decode().replace("\r", "").split("\n")
        body = "".join(f"data: {line}\n" for line in lines)
        wire = f"id: {self.boot}-{self._number}\nevent: {event}\n{body}\n".encode()
        sent = Sent(self._number, wire)
        self._keep(event, sent)
        for listener in list(self._listeners):
            try:
                listener.queue.put_nowait(sent)
            except asyncio.QueueFull:
                # it comes again by itself, and gets what it has missed
                self._listeners.discard(listener)
                listener.gone.set()

    def _keep(self, event: str, sent: Sent) -> None:
        if event == PROGRESS:
            return
        if event != LINES:
            self._newest[event] = sent
            return
        self._lines.append(sent)
        self._bytes += len(sent.wire)
        while len(self._lines) > KEPT_LINES or self._bytes > KEPT_BYTES:
            self._bytes -= len(self._lines.popleft().wire)

    def listen(self, last: str = "") -> AsyncGenerator[bytes, None]:
        """Return what is written to a tab that has seen everything up to `last`.

        It ends with the server, or when the tab is too slow. Raises `FullError`.
        """
        if len(self._listeners) >= LISTENERS_MOST:
            raise FullError
        return self._told(last)

    async def _told(self, last: str) -> AsyncGenerator[bytes, None]:
        listener = Listener()
        # not before it is iterated: one that never is would be counted for ever
        self._listeners.add(listener)
        self.came.set()
        try:
            yield f"retry: {RETRY_MS}\n\n".encode()
            for wire in self._missed(last):
                yield wire
            while not (listener.gone.is_set() or self._closed):
                try:
                    sent = await asyncio.wait_for(listener.queue.get(), self.heartbeat_seconds)
                except TimeoutError:
                    yield HEARTBEAT
                else:
                    yield sent.wire
        finally:
            self._listeners.discard(listener)

    def _missed(self, last: str) -> list[bytes]:
        """Return what a tab has not seen, in order, up to now."""
        boot, _, number = last.rpartition("-")
        seen = int(number) if boot == self.boot and number.isdecimal() else None
        newest = [each for each in self._newest.values() if seen is None or each.number > seen]
        lines = [] if seen is None else [each for each in self._lines if each.number > seen]
        found = [each.wire for each in sorted((*newest, *lines), key=lambda each: each.number)]
        first = self._lines[0].number if self._lines else self._number + 1
        if last and (seen is None or (seen < first - 1 and self._dropped)):
            found.insert(0, b"event: gap\ndata: {}\n\n")
        return found

    @property
    def _dropped(self) -> bool:
        """Whether lines were thrown away."""
        return bool(self._lines) and (
            len(self._lines) >= KEPT_LINES or self._bytes > KEPT_BYTES // 2
        )

    def close(self) -> None:
        """Every listener's stream ends."""
        self._closed = True
        for listener in list(self._listeners):
            listener.gone.set()
            if not listener.queue.full():
                listener.queue.put_nowait(Sent(0, HEARTBEAT))
