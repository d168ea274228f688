"""A proxy of AWS calls on loopback: it knows each call, and does to some what rules say.

Plain HTTP/1.1, a thread for each connection. What is passed on is passed on as it came, `Host`
included, so that addresses which the cloud makes lead through the proxy, too.
May touch: sockets on loopback.
"""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from sam_deploy.local.faults import answers, upstream
from sam_deploy.local.faults.calls import Known, Request, known
from sam_deploy.local.faults.rules import (
    Action,
    Answer,
    CutBody,
    Delay,
    Drop,
    Fail,
    LoseAnswer,
    Rewrite,
    Rule,
    Strip,
    When,
)
from sam_deploy.local.faults.wire import BrokenRequestError, Stream

if TYPE_CHECKING:
    from sam_deploy.local.faults.answers import Made

SETTLE_SECONDS: Final = 60.0
_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER of zero seconds: closing sends RST, as when the other side is gone."""


class Proxy:
    """Between clients and `cloud`, such as http://127.0.0.1:4566. Safe from all threads.

    It listens on `door`, a socket that listens already, or on a free port of 127.0.0.1.
    """

    def __init__(self, cloud: str, door: socket.socket | None = None) -> None:
        self._cloud = cloud
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._under_way = 0
        self._server = _listening(door, self._serve)
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

    def lead_to(self, cloud: str) -> None:
        """Calls go to another cloud from now on."""
        with self._lock:
            self._cloud = cloud

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
        """No rule is in force any more."""
        with self._lock:
            self._rules.clear()

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

    def decide(self, call: Known) -> Action | None:
        """Return what is done with a call, which counts for the rules: nothing for most."""
        with self._lock:
            taken = next((rule for rule in self._rules if rule.takes(call)), None)
            for rule in self._rules:
                rule.notice(call)
        return taken.action if taken else None

    def note(self, call: Known, request: Request, action: Action | None) -> None:
        """A call came, and this is done with it. Here nobody wants to know."""

    def answer(self, request: Request, action: Action) -> Made | None:
        """Return the answer to what is not simply passed on; nothing: the connection breaks."""
        match action:
            case Drop() | CutBody():
                return None
            case LoseAnswer():
                self.forward(request)
                return None
            case Fail():
                return answers.error(known(request), action)
            case Answer(text, status, content_type):
                return answers.Made(status, (("Content-Type", content_type),), text.encode())
            case Delay(seconds, then):
                time.sleep(seconds)
                return self.forward(request) if then is None else self.answer(request, then)
            case Strip(header):
                kept = {k: v for k, v in request.headers.items() if k != header.lower()}
                return self.forward(Request(request.method, request.target, kept, request.body))
            case Rewrite(old, new):
                return self.forward(request).rewritten(old, new)

    def forward(self, request: Request) -> Made:
        """Return what the cloud answers. Raises OSError when it does not."""
        return upstream.ask(self._address(), request)

    def handled(self, stream: Stream, head: Request, client: socket.socket) -> bool:
        """Answer one request; say whether the connection is still good."""
        request, action = self._taken(stream, head)
        if action is None:
            upstream.pass_on(self._address(), request, client)
            return True
        answer = self.answer(request, action)
        if answer is None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            return False
        client.sendall(answer.as_bytes(with_body=head.method != "HEAD"))
        return True

    def _serve(self, client: socket.socket) -> None:
        """Answer the requests of one connection until it ends or is broken."""
        client.settimeout(upstream.ANSWER_SECONDS)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = Stream(client)
        with suppress(OSError, BrokenRequestError):
            while (head := stream.head()) is not None:
                with self._counted():
                    good = self.handled(stream, head, client)
                if not good or head.headers.get("connection", "").lower() == "close":
                    return

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
        """Read the body, or a part of it; decide, and let the call be noted."""
        early = self.decide(known(head)) if head.names_itself else None
        if isinstance(early, CutBody):
            request = stream.part(head, early.after_bytes)
        else:
            request = stream.body(head)
        found = known(request)
        action = early if head.names_itself else self.decide(found)
        self.note(found, request, action)
        return request, action

    def _address(self) -> str:
        with self._lock:
            return urlsplit(self._cloud).netloc


def _listening(
    door: socket.socket | None, serve: Callable[[socket.socket], None]
) -> socketserver.ThreadingTCPServer:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            serve(self.request)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler, bind_and_activate=door is None)
    if door is not None:
        server.socket.close()
        server.socket = door
        server.server_address = door.getsockname()
    return server
