"""A proxy of AWS calls on loopback: it writes down every call, and does to some what rules say.

Plain HTTP/1.1, a thread for each connection. What is passed on is passed on as it came, `Host`
included, so that addresses which the cloud makes lead through the proxy, too.
"""

from __future__ import annotations

import os
import signal
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from tests.faults import answers, upstream
from tests.faults.answers import Made
from tests.faults.calls import Known, Request, known
from tests.faults.rules import (
    Action,
    Answer,
    CutBody,
    Delay,
    Drop,
    Fail,
    Kill,
    LoseAnswer,
    Rewrite,
    Rule,
    Signal,
    Strip,
    When,
    is_read,
)
from tests.faults.wire import BrokenRequestError, Stream

SETTLE_SECONDS: Final = 60.0
_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER of zero seconds: closing sends RST, as when the other side is gone."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that reached the proxy. `at` is monotonic, in seconds; `number` counts from 1."""

    number: int
    known: Known
    at: float
    body_bytes: int
    action: Action | None
    """What was done to it, or nothing."""

    @property
    def name(self) -> str:
        """Return `service:Operation`."""
        return f"{self.known.service}:{self.known.operation}"


@dataclass(frozen=True, slots=True)
class Victim:
    """A process group that `Kill` ends, and how to wait until it is gone."""

    group: int
    gone: Callable[[], None]


class Proxy:
    """Between a client and `upstream`, such as http://127.0.0.1:4566. Safe from all threads."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._calls: list[Call] = []
        self._under_way = 0
        self.victim: Victim | None = None
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                proxy._serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 128

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """Return where clients reach it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """It does not listen any more."""
        self._server.shutdown()
        self._server.server_close()

    def lead_to(self, upstream: str) -> None:
        """Calls go to another cloud from now on."""
        with self._lock:
            self._upstream = upstream

    def add(
        self,
        when: When,
        action: Action,
        *,
        times: int | None = None,
        skip: int = 0,
        after: When | None = None,
    ) -> Rule:
        """Return a rule that is in force now; of several that apply the first one does."""
        rule = Rule(when, action, times, skip, after)
        with self._lock:
            self._rules.append(rule)
        return rule

    @contextmanager
    def rule(
        self, when: When, action: Action, *, times: int | None = None, skip: int = 0
    ) -> Iterator[Rule]:
        """Hold a rule in force during a block."""
        rule = self.add(when, action, times=times, skip=skip)
        try:
            yield rule
        finally:
            with self._lock:
                self._rules.remove(rule)

    def calm(self) -> None:
        """No rule is in force any more; the calls are still known."""
        with self._lock:
            self._rules.clear()

    def clear(self) -> None:
        """No rule is in force, no call is known, nobody is a victim."""
        with self._lock:
            self._rules.clear()
            self._calls.clear()
            self.victim = None

    @property
    def calls(self) -> tuple[Call, ...]:
        """Return all calls since `clear`, as they came."""
        with self._lock:
            return tuple(self._calls)

    def made(self, when: When) -> list[Call]:
        """Return the calls of one kind."""
        return [call for call in self.calls if when.fits(call.known)]

    def writes(self) -> list[Call]:
        """Return the calls that may have changed something."""
        return [call for call in self.calls if not is_read(call.known.operation)]

    def settle(self) -> None:
        """Nothing is under way: what a killed client had sent is carried out.

        Raises TimeoutError after a minute.
        """
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline:
            with self._lock:
                if not self._under_way:
                    return
            time.sleep(0.01)
        raise TimeoutError(f"{self._under_way} calls are still under way")

    def _serve(self, connection: socket.socket) -> None:
        """Answer the requests of one connection until it ends or is broken."""
        connection.settimeout(upstream.ANSWER_SECONDS)
        stream = Stream(connection)
        with suppress(OSError, BrokenRequestError):
            while (head := stream.head()) is not None:
                with self._counted():
                    request, action = self._taken(stream, head)
                    answer = self._answer(request, action)
                if answer is None:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    return
                connection.sendall(answer.as_bytes(with_body=head.method != "HEAD"))

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1

    def _taken(self, stream: Stream, head: Request) -> tuple[Request, Action | None]:
        """Read the body, or a part of it; decide, and write the call down."""
        early = self._decide(known(head)) if head.names_itself else None
        if isinstance(early, CutBody):
            request = stream.part(head, early.after_bytes)
        else:
            request = stream.body(head)
        found = known(request)
        action = early if head.names_itself else self._decide(found)
        with self._lock:
            number = len(self._calls) + 1
            sent = len(request.body)
            self._calls.append(Call(number, found, time.monotonic(), sent, action))
        return request, action

    def _decide(self, call: Known) -> Action | None:
        with self._lock:
            taken = next((rule for rule in self._rules if rule.takes(call)), None)
            for rule in self._rules:
                rule.notice(call)
        return taken.action if taken else None

    def _answer(self, request: Request, action: Action | None) -> Made | None:
        """Return the answer, or nothing when the connection is to break."""
        match action:
            case Drop() | CutBody():
                return None
            case LoseAnswer():
                self._forward(request)
                return None
            case Kill(moment="before"):
                self._kill()
                return None
            case Kill():
                self._forward(request)
                self._kill()
                return None
            case Fail():
                return answers.error(known(request), action)
            case Answer(text, status, content_type):
                return Made(status, (("Content-Type", content_type),), text.encode())
            case Signal():
                self._signal(action)
            case Delay(seconds):
                time.sleep(seconds)
            case Strip(header):
                kept = {k: v for k, v in request.headers.items() if k != header.lower()}
                return self._forward(Request(request.method, request.target, kept, request.body))
            case Rewrite(old, new):
                return self._forward(request).rewritten(old, new)
            case None:
                pass
        return self._forward(request)

    def _forward(self, request: Request) -> Made:
        with self._lock:
            address = urlsplit(self._upstream).netloc
        return upstream.ask(address, request)

    def _kill(self) -> None:
        victim = self._victim()
        with suppress(ProcessLookupError):
            os.killpg(victim.group, signal.SIGKILL)
        victim.gone()

    def _signal(self, action: Signal) -> None:
        for number in range(action.times):
            time.sleep(action.every_seconds if number else 0)
            with suppress(ProcessLookupError):
                os.killpg(self._victim().group, action.number)
        time.sleep(action.then_seconds)

    def _victim(self) -> Victim:
        if self.victim is None:
            raise AssertionError("a rule sends a signal, and there is no victim")
        return self.victim
