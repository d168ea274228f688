"""The gateway's upstream of a served app: routes from values, calls to our own workers.

May touch: the workers of the pool.
"""

from __future__ import annotations

import asyncio
import re
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from sam_deploy.local.gateway.upstream import (
    Invocation,
    Upstream,
    UpstreamTimeoutError,
    function_of,
)
from sam_deploy.local.workers.model import Call

if TYPE_CHECKING:
    from collections.abc import Callable

    from sam_deploy.local.serving.model import ServedApp
    from sam_deploy.local.workers.model import Function, Outcome
    from sam_deploy.local.workers.pool import Pool

API: Final = "served"
STAGE: Final = "$default"
_CALLS: Final = 64
_TIMEOUT_MS: Final = 30_000
_CALLED: Final = re.compile(r"(?<= ms )[\w-]+")
"""The function's name, in `2026-11-29T02:51:07.123+00:00 GET /x 200 5 ms ApiFunction:dev ...`."""


class ServedUpstream(Upstream):
    """Answers as the emulator would if the app were deployed there, with one API."""

    def __init__(
        self, app: ServedApp, pool: Pool, listen: Callable[[Function, str, Outcome], None]
    ) -> None:
        super().__init__("http://127.0.0.1")
        self.app = app
        """What is served now; a saved file puts another in its place."""
        self._pool, self._listen = pool, listen
        self._debugged = threading.Lock()
        self._threads = ThreadPoolExecutor(_CALLS, thread_name_prefix="call")

    async def close(self) -> None:
        """Nothing is called any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        await super().close()

    async def read(
        self, region: str, path: str, service: str = "apigateway"
    ) -> dict[str, object] | None:
        """The API, for the region that is served; of other services nothing."""
        del service
        if region != self.app.region or path != f"/v2/apis/{API}":
            return None
        api: dict[str, object] = {"apiId": API, "name": API, "protocolType": "HTTP"}
        return api if self.app.cors is None else {**api, "corsConfiguration": dict(self.app.cors)}

    async def read_items(
        self, region: str, path: str, *, items: str = "items", mark: str = "nextToken"
    ) -> list[dict[str, object]]:
        """Routes, integrations, and the one stage."""
        del items, mark
        if region != self.app.region:
            return []
        if path == "/v2/apis":
            api = await self.read(region, f"/v2/apis/{API}")
            return [api] if api else []
        match path.rpartition("/")[2]:
            case "routes":
                return [
                    {"routeKey": key, "target": f"integrations/{name}"}
                    for key, name in self.app.routes
                ]
            case "integrations":
                return [self._integration(name) for name in self.app.functions]
            case "stages":
                return [{"stageName": STAGE, "stageVariables": {"LambdaAlias": self.app.alias}}]
        return []

    async def invoke(self, arn: str, event: bytes, timeout_seconds: float) -> Invocation:
        """Run a function on a worker. Raises UpstreamTimeoutError after `timeout_seconds`."""
        function = self.app.functions.get(self.app.name_of(function_of(arn)[0]))
        if function is None:
            return Invocation(404, b"", "", "")
        if function.debug_port is not None:
            # Whoever looks at a call with a debugger takes his time.
            timeout_seconds = float(24 * 3600)
        call = Call(event, str(uuid.uuid4()), arn)
        running = asyncio.get_running_loop().run_in_executor(
            self._threads, self._run, function, call
        )
        try:
            async with asyncio.timeout(timeout_seconds):
                outcome = await running
        except TimeoutError as error:
            raise UpstreamTimeoutError(str(error)) from error
        failed = "Unhandled" if outcome.failed else ""
        return Invocation(200, outcome.payload, function.version, failed)

    def told(self, line: str) -> str:
        """A line of the gateway about a request, with the function named as its app does."""

        def named(found: re.Match[str]) -> str:
            return self.app.name_of(found[0]) or found[0]

        return _CALLED.sub(named, line, count=1)

    def _run(self, function: Function, call: Call) -> Outcome:
        if function.debug_port is None:
            outcome = self._pool.invoke(function, call)
        else:
            # The port that a debugger attaches to is that of one process.
            with self._debugged:
                outcome = self._pool.invoke(function, call)
        self._listen(function, call.request_id, outcome)
        return outcome

    def _integration(self, name: str) -> dict[str, object]:
        function = self.app.arn(name)
        uri = f"arn:aws:apigateway:{self.app.region}:lambda:path/2015-03-31/functions/{function}"
        return {
            "integrationId": name,
            "integrationType": "AWS_PROXY",
            "integrationUri": f"{uri}/invocations",
            "payloadFormatVersion": "2.0",
            "timeoutInMillis": _TIMEOUT_MS,
        }
