"""The gateway as an ASGI application: reads a request, serves it, logs it.

`GET /` shows what is deployed, `GET /_gateway/health` says that the gateway runs; both only on
addresses that are no API's, so that no application's path is shadowed.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as StarletteRequest
from starlette.routing import Route

from sam_deploy.local.gateway import address, incoming, pages, response
from sam_deploy.local.gateway.access_log import AccessLogs
from sam_deploy.local.gateway.choosing import Choosing
from sam_deploy.local.gateway.deployed import Deployed
from sam_deploy.local.gateway.domains import Domains
from sam_deploy.local.gateway.model import Outcome
from sam_deploy.local.gateway.proxy import Proxy
from sam_deploy.local.gateway.rehearsed import Rehearsed
from sam_deploy.local.gateway.upstream import Upstream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import Receive, Scope, Send

    Log = Callable[[str], None]


def make(endpoint: str, log: Log, near: str = "") -> Starlette:
    """The application in front of the emulator at `endpoint`; `log` takes one line a request.

    `near` is the region that clients are thought to be in, '' for anywhere.
    """
    upstream = Upstream(endpoint)
    return serving(upstream, Rehearsed(upstream, None), log, near)


def serving(upstream: Upstream, invoker: Rehearsed, log: Log, near: str = "") -> Starlette:
    """The application that reads `upstream` and has functions run by `invoker`."""
    front = FrontDoor(upstream, invoker, log, near)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        sending = asyncio.create_task(front.access_logs.run())
        yield
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending
        await front.close()
        await upstream.close()

    # An endpoint that is an ASGI application takes every method, also those of WebDAV.
    return Starlette(routes=[Route("/{path:path}", front)], lifespan=lifespan)


class FrontDoor:
    """Every request comes in here."""

    def __init__(self, upstream: Upstream, invoker: Rehearsed, log: Log, near: str) -> None:
        self._deployed = Deployed(upstream, time.monotonic)
        self._proxy = Proxy(self._deployed, upstream, invoker)
        self._choosing = Choosing(Domains(upstream, time.monotonic), self._proxy, near)
        self._invoker = invoker
        self._log = log
        self.access_logs = AccessLogs(upstream, self._note)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        given = StarletteRequest(scope, receive)
        begun = time.monotonic()
        request_id = incoming.request_id()
        raw_path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
        try:
            outcome = await self._serve(given, raw_path, request_id)
        except ClientDisconnect:
            return
        except asyncio.CancelledError:
            # the server ends, and waits no longer for what is under way
            outcome = Outcome(response.SERVICE_UNAVAILABLE)
        ours = () if _has_own_id(outcome) else (("apigw-requestid", request_id),)
        await incoming.answer(outcome.reply, *ours)(scope, receive, send)
        milliseconds = round((time.monotonic() - begun) * 1000)
        # The query is left out: it may hold secrets.
        self._note(
            f"{given.method} {raw_path} {outcome.reply.status} {milliseconds} ms "
            f"{outcome.note or '-'} {request_id}"
        )
        if outcome.access_log is not None:
            self._write(outcome, milliseconds)

    async def close(self) -> None:
        """What was logged has been sent, and nothing is open."""
        await self.access_logs.flush()
        await self._proxy.close()

    def _write(self, outcome: Outcome, milliseconds: int) -> None:
        if outcome.access_log is None:
            return
        known = {
            **outcome.context,
            "status": str(outcome.reply.status),
            "responseLength": str(len(outcome.reply.body)),
            "responseLatency": str(milliseconds),
        }
        self._note(f"access {self.access_logs.write(outcome.access_log, known)}")

    def _note(self, text: str) -> None:
        self._log(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {text}")

    async def _serve(self, given: StarletteRequest, raw_path: str, request_id: str) -> Outcome:
        host = given.headers.get("host", "")
        found = address.find(host, raw_path)
        if found is None and address.is_own(host):
            switches = pages.Switches(self._choosing.regions, self._invoker)
            shown = pages.Shown(self._deployed, self._proxy.urls, self._choosing.domains)
            return Outcome(await pages.serve(given, raw_path, shown, switches))
        if incoming.too_large(given, raw_path):
            return Outcome(response.HEADERS_TOO_LARGE)
        body = await incoming.body(given)
        if found is None:
            return await self._choosing.serve(given, raw_path, body, request_id)
        if found.region in self._choosing.regions.stopped:
            return Outcome(response.SERVICE_UNAVAILABLE, f"{found.region} is stopped")
        return await self._proxy.serve(found, incoming.request(given, found, body, request_id))


def _has_own_id(outcome: Outcome) -> bool:
    return any(name == "x-amzn-requestid" for name, _ in outcome.reply.headers)
