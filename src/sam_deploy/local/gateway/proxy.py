"""One request for an API of whatever kind: found, and served by what serves its kind."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from sam_deploy.local.gateway import function_urls, response, verdicts
from sam_deploy.local.gateway.calling import Caller
from sam_deploy.local.gateway.forwarding import Forwarder
from sam_deploy.local.gateway.function_urls import FunctionUrls
from sam_deploy.local.gateway.http_api import HttpApis
from sam_deploy.local.gateway.http_authorization import HttpAuthorization
from sam_deploy.local.gateway.issuers import Issuers
from sam_deploy.local.gateway.model import HttpApi, Outcome
from sam_deploy.local.gateway.rest_api import RestApis
from sam_deploy.local.gateway.rest_authorization import RestAuthorization
from sam_deploy.local.gateway.throttling import Throttles
from sam_deploy.local.gateway.upstream import UpstreamError

if TYPE_CHECKING:
    from sam_deploy.local.gateway.address import Address
    from sam_deploy.local.gateway.deployed import Deployed
    from sam_deploy.local.gateway.model import Request
    from sam_deploy.local.gateway.upstream import Invoker, Upstream

TOO_LARGE: Final = "a body above 10 MB"


class Proxy:
    """Serves requests for everything that is deployed; `invoker` runs the functions."""

    def __init__(self, deployed: Deployed, upstream: Upstream, invoker: Invoker) -> None:
        self._deployed = deployed
        self.urls = FunctionUrls(upstream, time.monotonic)
        caller = Caller(invoker)
        issuers = Issuers(upstream.fetch_json, time.monotonic)
        remembered = verdicts.Remembered(time.monotonic)
        throttles = Throttles(time.monotonic)
        self._forwarder = Forwarder()
        http = HttpAuthorization(caller, issuers, remembered)
        rest = RestAuthorization(caller, issuers, remembered)
        self._http = HttpApis(caller, http, throttles, self._forwarder)
        self._rest = RestApis(caller, rest, throttles, self._forwarder)

    async def close(self) -> None:
        """Close all connections to endpoints of integrations."""
        await self._forwarder.close()

    async def serve(self, address: Address, request: Request) -> Outcome:
        """Answer one request."""
        try:
            if address.is_url:
                return await self._url(address, request)
            api = await self._deployed.api(address.region, address.api_id)
        except UpstreamError as error:
            note = f"the emulator does not answer: {error}"
            return Outcome(response.SERVICE_UNAVAILABLE, note)
        if api is None:
            note = f"no API {address.api_id} in {address.region}"
            return Outcome(response.NOT_FOUND, note)
        if isinstance(api, HttpApi):
            if request.too_large:
                return Outcome(response.TOO_LARGE, TOO_LARGE)
            return await self._http.serve(api, address, request)
        return await self._rest.serve(api, address, request)

    async def _url(self, address: Address, request: Request) -> Outcome:
        api = await self.urls.find(address.region, address.api_id)
        if api is None:
            return Outcome(function_urls.FORBIDDEN, f"no function URL {address.api_id}")
        if request.too_large:
            return Outcome(response.TOO_LARGE, TOO_LARGE)
        return function_urls.worded(await self._http.serve(api, address, request))
