"""Stands between a tool and the emulator: makes every call slower, and counts what is sent.

An HTTP/1.1 proxy on loopback. It waits before it passes a request on, as if the cloud were far
away; connections of clients are kept alive, and any number of them are served at once. What it
does not imitate: the time that a handshake of TLS and a narrow line take.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, urlsplit

PIECE: Final = 1 << 18
SMALL_BODY: Final = 1 << 16
"""Bodies up to this size are looked at for the name of the operation."""
START_SECONDS: Final = 10.0
_SCOPE: Final = re.compile(r"Credential=[^/]*/\d+/([^/]+)/([^/]+)/")
_HOP: Final = frozenset({"connection", "keep-alive", "expect"})
_NO_BODY: Final = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it passed.

    `at` is a monotonic clock's; `seconds` lasted until the answer began, without the delay.
    """

    operation: str
    region: str
    at: float
    seconds: float
    sent_bytes: int


@dataclass(slots=True)
class Proxy:
    """A proxy that runs. `url` has no slash at its end; `calls` grows while it is used."""

    upstream: str
    delay_seconds: float
    url: str = ""
    calls: list[Call] = field(default_factory=list)

    @property
    def sent_bytes(self) -> int:
        """Bytes of all bodies that clients sent."""
        return sum(each.sent_bytes for each in self.calls)

    def forget(self) -> None:
        """Start to count anew."""
        self.calls.clear()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on the requests of one client, one after the other, until it or we hang up."""
        # a client may hang up at any time, and tools do at their end; so does the proxy
        broken = (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError)
        with contextlib.suppress(*broken):
            while await self._one(reader, writer):
                pass
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await _head(reader)
        if head is None:
            return False
        if "expect" in head.fields:
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await reader.readexactly(head.length) if head.length <= SMALL_BODY else b""
        await asyncio.sleep(self.delay_seconds)
        started = time.monotonic()
        there = urlsplit(self.upstream)
        up_reader, up_writer = await asyncio.open_connection(there.hostname, there.port)
        try:
            up_writer.write(head.text("Connection: close") + body)
            sent = len(body) or await _relay(reader, up_writer, head)
            answer = await _answer(up_reader)
            # counted before the client knows: it may be the last thing that it waits for
            operation, region = named(head.first, head.fields, body)
            took = time.monotonic() - started
            self.calls.append(Call(operation, region, started, took, sent))
            return await _pass_back(up_reader, writer, head, answer)
        finally:
            up_writer.close()


@dataclass(frozen=True, slots=True)
class _Head:
    first: str
    lines: tuple[str, ...]
    fields: Mapping[str, str]

    @property
    def length(self) -> int:
        return 0 if self.chunked else int(self.fields.get("content-length", "0"))

    @property
    def chunked(self) -> bool:
        return "chunked" in self.fields.get("transfer-encoding", "").lower()

    @property
    def status(self) -> int:
        return int(self.first.split()[1])

    def text(self, more: str) -> bytes:
        kept = [line for line in self.lines if line.partition(":")[0].lower() not in _HOP]
        return ("\r\n".join([self.first, *kept, *([more] if more else [])]) + "\r\n\r\n").encode(
            "latin-1"
        )


async def _head(reader: asyncio.StreamReader) -> _Head | None:
    try:
        text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    first, *lines = text[:-4].split("\r\n")
    parts = (line.partition(":") for line in lines)
    return _Head(first, tuple(lines), {name.lower(): value.strip() for name, _, value in parts})


async def _answer(reader: asyncio.StreamReader) -> _Head:
    """Return the head of the answer; one that only says `go on` is none."""
    while True:
        found = await _head(reader)
        if found is None:
            raise ConnectionResetError
        if found.status != 100:  # noqa: PLR2004 - 100 Continue
            return found


async def _pass_back(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: _Head, answer: _Head
) -> bool:
    """Pass an answer on; say whether the client may ask again over the same connection."""
    bare = asked.first.startswith("HEAD ") or answer.status in _NO_BODY
    framed = bare or answer.chunked or "content-length" in answer.fields
    writer.write(answer.text("" if framed else "Connection: close"))
    if not bare and framed:
        await _relay(reader, writer, answer)
    elif not bare:
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    await writer.drain()
    return framed


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: _Head) -> int:
    """Pass a body on and return its size."""
    if not head.chunked:
        return await _pieces(reader, writer, head.length)
    total = 0
    while True:
        line = await reader.readuntil(b"\r\n")
        writer.write(line)
        size = int(line.split(b";")[0], 16)
        if not size:
            break
        total += await _pieces(reader, writer, size)
        writer.write(await reader.readexactly(2))
    while line != b"\r\n":  # trailers, and the empty line after them
        line = await reader.readuntil(b"\r\n")
        writer.write(line)
    return total


async def _pieces(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, size: int) -> int:
    left = size
    while left:
        piece = await reader.read(min(left, PIECE))
        if not piece:
            raise asyncio.IncompleteReadError(b"", left)
        writer.write(piece)
        await writer.drain()
        left -= len(piece)
    return size


def named(first: str, fields: Mapping[str, str], body: bytes) -> tuple[str, str]:
    """Return what a request asks for, such as `cloudformation DescribeStacks`, and its region."""
    scope = _SCOPE.search(fields.get("authorization", ""))
    region, service = scope.groups() if scope else ("", "")
    method, path, _ = first.split(" ", 2)
    target = fields.get("x-amz-target", "").rpartition(".")[2]
    form = "x-www-form-urlencoded" in fields.get("content-type", "")
    action = target or (parse_qs(body.decode("latin-1")).get("Action", [""])[0] if form else "")
    return f"{service} {action or f'{method} {path}'}".strip(), region


@contextlib.contextmanager
def running(upstream: str, delay_seconds: float) -> Iterator[Proxy]:
    """Run a proxy in front of an address, in a thread of its own."""
    proxy = Proxy(upstream, delay_seconds)
    ready, loop = threading.Event(), asyncio.new_event_loop()
    ended = asyncio.Event()

    async def work() -> None:
        server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, limit=PIECE)
        proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        await ended.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for each in others:
            each.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    thread = threading.Thread(target=lambda: loop.run_until_complete(work()), daemon=True)
    thread.start()
    try:
        if not ready.wait(START_SECONDS):
            raise TimeoutError("the proxy did not start")
        yield proxy
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(START_SECONDS)
        loop.close()
