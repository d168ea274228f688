"""The gateway's own pages: what is deployed, that it runs, and which regions are stopped."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from sam_deploy.local.gateway import response
from sam_deploy.local.gateway.model import DEFAULT_STAGE, HttpApi, Reply
from sam_deploy.local.gateway.upstream import UpstreamError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request as StarletteRequest

    from sam_deploy.local.gateway.deployed import Api, Deployed
    from sam_deploy.local.gateway.domains import Domain, Domains, Regions
    from sam_deploy.local.gateway.function_urls import FunctionUrls
    from sam_deploy.local.gateway.rehearsed import Rehearsed

_PLAIN = (("content-type", "text/plain; charset=utf-8"),)
_JSON = (("content-type", "application/json"),)
_STOPPED: Final = re.compile(r"/_gateway/regions/([a-z]{2}(?:-[a-z]+)+-\d)/stopped")
_API: Final = re.compile(r"/_gateway/apis/([a-z]{2}(?:-[a-z]+)+-\d)/([a-z0-9]+)")
_MEETS_FAULTS: Final = "/_gateway/meets-faults"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the start page lists."""

    deployed: Deployed
    urls: FunctionUrls
    domains: Domains


@dataclass(frozen=True, slots=True)
class Switches:
    """What can be changed while the gateway runs: by programs, never by a web page.

    PUT and DELETE need a permission that the gateway never gives to a page.
    """

    regions: Regions
    invoker: Rehearsed


async def serve(
    incoming: StarletteRequest, raw_path: str, shown: Shown, switches: Switches
) -> Reply:
    """The page at a path that belongs to no API."""
    named = _STOPPED.fullmatch(raw_path)
    if named and incoming.method in ("PUT", "DELETE"):
        return _set(switches.regions, named[1], stopped=incoming.method == "PUT")
    if raw_path == _MEETS_FAULTS and incoming.method in ("PUT", "DELETE"):
        switches.invoker.meets_faults = incoming.method == "PUT"
        return Reply(200, _JSON, b"{}")
    if incoming.method not in ("GET", "HEAD"):
        return response.NOT_FOUND
    if raw_path == "/_gateway/health":
        return Reply(200, _JSON, b'{"status":"ok"}')
    if raw_path == "/_gateway/regions":
        return Reply(200, _JSON, _stopped(switches.regions))
    asked = _API.fullmatch(raw_path)
    if raw_path != "/" and not asked:
        return response.NOT_FOUND
    try:
        if asked:
            return stages_reply(await shown.deployed.api(asked[1], asked[2]))
        apis, urls, domains = await asyncio.gather(
            shown.deployed.all(), shown.urls.all(), shown.domains.all()
        )
    except UpstreamError as error:
        return Reply(503, _PLAIN, f"The emulator does not answer: {error}\n".encode())
    base = f"http://{incoming.headers.get('host', '')}"
    return Reply(200, _PLAIN, start_page(base, apis, urls, domains).encode())


def stages_reply(api: Api | None) -> Reply:
    """The names of an API's stages."""
    return Reply(200, _JSON, json.dumps({"stages": _names(api) if api else []}).encode())


def _names(api: Api) -> list[str]:
    """The stages by name, `$default` behind them."""
    return sorted(api.stages, key=lambda name: (name == DEFAULT_STAGE, name))


def _set(regions: Regions, region: str, *, stopped: bool) -> Reply:
    """A region's APIs and domains do not answer, or do again."""
    (regions.stopped.add if stopped else regions.stopped.discard)(region)
    return Reply(200, _JSON, _stopped(regions))


def _stopped(regions: Regions) -> bytes:
    return json.dumps({"stopped": sorted(regions.stopped)}).encode()


def start_page(
    base: str,
    apis: Sequence[Api],
    urls: Sequence[HttpApi] = (),
    domains: Mapping[str, Domain] | None = None,
) -> str:
    """The deployed APIs with the URLs of their stages, function URLs, custom domains, as text."""
    blocks = [
        *(_api(base, api) for api in apis),
        *(_url(base, url) for url in urls),
        *(_domain(base, name, each) for name, each in (domains or {}).items()),
    ]
    if not blocks:
        return "sam-deploy: no API is deployed in the embedded cloud.\n"
    return "sam-deploy: what answers in the embedded cloud\n" + "".join(blocks)


def _api(base: str, api: Api) -> str:
    lines = ["", f"{api.name or api.api_id} ({api.api_id}) in {api.region}"]
    lines += [f"  {base}/{api.region}/{api.api_id}/{name}" for name in _names(api)]
    lines += [f"    {key}" for key in sorted(_keys(api))]
    return "\n".join(lines) + "\n"


def _url(base: str, url: HttpApi) -> str:
    address = f"{base}/{url.region}/lambda-url/{url.api_id}/"
    return f"\n{url.name} (function URL) in {url.region}\n  {address}\n"


def _domain(base: str, name: str, domain: Domain) -> str:
    """A domain with the path of each mapping: its host, as browsers bring it to this computer."""
    port = urlsplit(base).port
    host = f"http://{name}.localhost{f':{port}' if port else ''}"
    keys = {each.key for mappings in domain.mappings.values() for each in mappings}
    lines = ["", f"{name} (custom domain) in {', '.join(domain.mappings)}"]
    lines += [f"  {host}/{key}" for key in sorted(keys)]
    return "\n".join(lines) + "\n"


def _keys(api: Api) -> list[str]:
    if isinstance(api, HttpApi):
        return [route.key for route in api.routes]
    return [
        f"{method} {resource.path}" for resource in api.resources for method in resource.methods
    ]
