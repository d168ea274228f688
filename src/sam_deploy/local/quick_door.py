"""The gateway's upstream that calls functions by the emulator's quick door.

What is deployed is read over HTTP as before; a call that the door does not serve, or a door that is
not there, goes over HTTP, too.
May touch: loopback ports.
"""

from __future__ import annotations

import asyncio
import json
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sam_deploy.local.gateway.upstream import (
    Invocation,
    Upstream,
    UpstreamError,
    UpstreamTimeoutError,
)

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "quick.json"
_LENGTHS: Final = struct.Struct(">II")
_NOT_SERVED: Final = 501
_FAILED: Final = 500
_CONNECT_SECONDS: Final = 2.0
_LIMIT: Final = 1 << 24

_Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class QuickUpstream(Upstream):
    """The emulator at `endpoint`, whose folder is `scratch`."""

    def __init__(self, endpoint: str, scratch: Path) -> None:
        super().__init__(endpoint)
        self._file = scratch / FILE
        self._port, self._token = 0, ""
        self._free: list[_Line] = []

    async def close(self) -> None:
        """Close all connections."""
        for _, writer in self._free:
            writer.close()
        self._free.clear()
        await super().close()

    async def invoke(self, arn: str, event: bytes, timeout_seconds: float) -> Invocation:
        """Run a function or alias by its ARN. Source: Lambda API Invoke, RequestResponse.

        Raises UpstreamTimeoutError after `timeout_seconds`, UpstreamError when nobody answers.
        """
        line = await self._line()
        if line is None:
            return await super().invoke(arn, event, timeout_seconds)
        try:
            async with asyncio.timeout(timeout_seconds):
                head, body = await self._exchange(line, {"arn": arn}, event)
        except TimeoutError as error:
            line[1].close()
            raise UpstreamTimeoutError(str(error)) from error
        except (OSError, EOFError, ValueError) as error:
            line[1].close()
            raise UpstreamError(str(error) or type(error).__name__) from error
        except BaseException:
            # The client has gone: the answer that will come is nobody's.
            line[1].close()
            raise
        self._free.append(line)
        status = int(str(head["status"]))
        if status == _NOT_SERVED:
            return await super().invoke(arn, event, timeout_seconds)
        if status == _FAILED:
            raise UpstreamError(body.decode("utf-8", "replace"))
        return Invocation(status, body, str(head["version"]), str(head["error"]))

    async def _exchange(
        self, line: _Line, head: dict[str, str], event: bytes
    ) -> tuple[dict[str, object], bytes]:
        reader, writer = line
        data = json.dumps({**head, "token": self._token}).encode()
        writer.write(_LENGTHS.pack(len(data), len(event)) + data + event)
        await writer.drain()
        lengths = _LENGTHS.unpack(await reader.readexactly(_LENGTHS.size))
        answer = json.loads(await reader.readexactly(lengths[0]))
        body = await reader.readexactly(lengths[1])
        if not isinstance(answer, dict):
            raise EOFError("the emulator's door answers nonsense")  # noqa: TRY004 - of a peer
        return answer, body

    async def _line(self) -> _Line | None:
        while self._free:
            reader, writer = self._free.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        if not self._port and not self._learn():
            return None
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                return await asyncio.open_connection("127.0.0.1", self._port, limit=_LIMIT)
        except OSError:
            return None

    def _learn(self) -> bool:
        with suppress(OSError, ValueError, KeyError, TypeError):
            noted = json.loads(self._file.read_text(encoding="utf-8"))
            self._port, self._token = int(noted["port"]), str(noted["token"])
        return bool(self._port)
