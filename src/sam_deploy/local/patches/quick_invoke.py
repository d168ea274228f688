"""The gateway's calls of functions do not go through the emulator's HTTP server.

Fault: MiniStack 1.5.33 needs several milliseconds of one core to take in an HTTP request and to
hand it to a thread, which is more than everything else that a request through the gateway costs.
Seam: none of the emulator's; a second, loopback door to `lambda_svc._execute_function`, where every
other call arrives, so that log, metrics, weights and concurrency are the same.

The door takes frames: two lengths of four bytes, a JSON head, a payload. The head of a call has
`token` and `arn`, one of an answer `status`, `version`, `error`. Status 501 means that this door
does not serve such a function. Port and token are in `quick.json` of the emulator's folder.
"""

from __future__ import annotations

import hmac
import importlib
import json
import os
import secrets
import socket
import struct
import threading
from pathlib import Path
from typing import Any, Final, TypeAlias

Record: TypeAlias = dict[str, Any]
Module: TypeAlias = Any
"""A module of the emulator."""
Answer: TypeAlias = tuple[Record, bytes]

FILE: Final = "quick.json"
LENGTHS: Final = struct.Struct(">II")
LIMIT: Final = 16 * 1024 * 1024
_RUNTIMES: Final = ("python", "nodejs")


def apply() -> None:
    """Listen on a port of the door's own, before the emulator says that it is ready."""
    lambda_svc: Module = importlib.import_module("ministack.services.lambda_svc")
    responses: Module = importlib.import_module("ministack.core.responses")
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    token = secrets.token_hex(16)
    file = Path(os.environ["TMPDIR"]) / FILE
    file.touch(mode=0o600)
    file.write_text(json.dumps({"port": listener.getsockname()[1], "token": token}))
    door = Door(lambda_svc, responses, token)
    threading.Thread(target=door.open, args=(listener,), name="quick-door", daemon=True).start()


class Door:
    """Serves one connection in one thread, one call after the other."""

    def __init__(self, lambda_svc: Module, responses: Module, token: str) -> None:
        self._lambda_svc, self._responses, self._token = lambda_svc, responses, token

    def open(self, listener: socket.socket) -> None:
        """Take connections until the process ends."""
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            serve = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            serve.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb", 1 << 16) as incoming:
            while True:
                lengths = incoming.read(LENGTHS.size)
                if len(lengths) < LENGTHS.size:
                    return
                head_bytes, payload_bytes = LENGTHS.unpack(lengths)
                if head_bytes + payload_bytes > LIMIT:
                    return
                head = json.loads(incoming.read(head_bytes))
                payload = incoming.read(payload_bytes)
                if not hmac.compare_digest(str(head.get("token")), self._token):
                    return
                answer, body = self._answer(head, payload)
                try:
                    connection.sendall(frame(answer, body))
                except OSError:
                    return

    def _answer(self, head: Record, payload: bytes) -> Answer:
        parts = str(head["arn"]).split(":")
        # The thread serves one call at a time, so the scope of the call is the thread's.
        self._responses._request_account_id.set(parts[4])  # noqa: SLF001
        self._responses._request_region.set(parts[3])  # noqa: SLF001
        self._lambda_svc._invoke_depth.set(1)  # noqa: SLF001
        try:
            return self._call(parts[6], parts[7] if len(parts) > 7 else "", payload)  # noqa: PLR2004
        except Exception as error:  # noqa: BLE001 - whatever fails, the caller hears of it
            return {"status": 500, "version": "", "error": ""}, str(error).encode()

    def _call(self, name: str, qualifier: str, payload: bytes) -> Answer:
        function = self._lambda_svc._functions.get(name)  # noqa: SLF001
        resolve = self._lambda_svc._effective_func_record_for_qualifier  # noqa: SLF001
        record, config = resolve(function, qualifier or None)
        if function is None or record is None or config is None:
            return {"status": 404, "version": "", "error": ""}, b""
        if not served(function, config):
            return {"status": 501, "version": "", "error": ""}, b""
        # Our workers take an event as it came, those of the emulator want it parsed.
        event = payload if hasattr(self._lambda_svc, "takes_json") else json.loads(payload)
        result = self._lambda_svc._execute_function({**record, "config": config}, event)  # noqa: SLF001
        head = {
            "status": 429 if result.get("throttle") else 200,
            "version": result.get("executed_version", ""),
            "error": "Unhandled" if result.get("error") else "",
        }
        body = result.get("body")
        return head, body if isinstance(body, bytes) else json.dumps(body).encode()


def served(function: Record, config: Record) -> bool:
    """Whether the door serves a function: those of our workers, unless a call needs more."""
    durable = (function.get("config") or {}).get("DurableConfig") or {}
    ours = (
        str(config.get("Runtime", "")).startswith(_RUNTIMES)
        and config.get("PackageType") != "Image"
    )
    return ours and not durable.get("Enabled") and config.get("State") != "Pending"


def frame(head: Record, payload: bytes) -> bytes:
    """Head and payload as they go over the wire."""
    data = json.dumps(head).encode()
    return LENGTHS.pack(len(data), len(payload)) + data + payload
