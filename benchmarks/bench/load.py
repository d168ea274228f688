"""Asks a server on loopback as quickly as it answers, over connections that stay open.

The client writes bytes and looks for the end of an answer, nothing more: what is measured is the
server.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

CONNECT_SECONDS: Final = 10.0
_END: Final = b"\r\n\r\n"
_OK: Final = b" 200 "


@dataclass(slots=True)
class Asked:
    """What came of all requests. `seconds` has the time of each, `lasted` that of all together."""

    seconds: list[float] = field(default_factory=list)
    lasted: float = 0.0
    failures: list[str] = field(default_factory=list)

    @property
    def seconds_each(self) -> float:
        """The time that all of them took, by their number: the inverse of requests a second."""
        return self.lasted / max(1, len(self.seconds))


def ask(url: str, connections: int, seconds: float) -> Asked:
    """Ask for so long, over so many connections, each with one request at a time."""
    return asyncio.run(_all(url, connections, time.perf_counter() + seconds, None))


def burst(url: str, connections: int) -> Asked:
    """Ask once over each of so many connections, all at the same moment."""
    return asyncio.run(_all(url, connections, None, 1))


async def _all(url: str, connections: int, until: float | None, times: int | None) -> Asked:
    asked = Asked()
    began = time.perf_counter()
    await asyncio.gather(*(_one(url, until, times, asked) for _ in range(connections)))
    asked.lasted = time.perf_counter() - began
    return asked


async def _one(url: str, until: float | None, times: int | None, asked: Asked) -> None:
    address = urlsplit(url)
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
    except (OSError, TimeoutError) as error:
        asked.failures.append(f"no connection: {error}")
        return
    request = f"GET {address.path} HTTP/1.1\r\nhost: {address.netloc}\r\n\r\n".encode()
    count = 0
    try:
        while (until is None or time.perf_counter() < until) and (times is None or count < times):
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(_END)
            await reader.readexactly(_length(head))
            asked.seconds.append(time.perf_counter() - began)
            count += 1
            if _OK not in head.partition(b"\r\n")[0]:
                asked.failures.append(head.partition(b"\r\n")[0].decode("latin-1"))
    except (OSError, asyncio.IncompleteReadError) as error:
        asked.failures.append(f"broken: {error}")
    finally:
        writer.close()


def _length(head: bytes) -> int:
    lines: Sequence[bytes] = head.lower().split(b"\r\n")
    return next(
        (int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")), 0
    )
