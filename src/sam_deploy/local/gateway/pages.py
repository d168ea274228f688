"""The gateway's own two pages: what is deployed, and that it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sam_deploy.local.gateway import response
from sam_deploy.local.gateway.model import DEFAULT_STAGE, Reply
from sam_deploy.local.gateway.upstream import UpstreamError

if TYPE_CHECKING:
    from starlette.requests import Request as StarletteRequest

    from sam_deploy.local.gateway.deployed import Deployed
    from sam_deploy.local.gateway.model import HttpApi

_PLAIN = (("content-type", "text/plain; charset=utf-8"),)


async def serve(incoming: StarletteRequest, raw_path: str, deployed: Deployed) -> Reply:
    """The page at a path that belongs to no API."""
    if incoming.method not in ("GET", "HEAD"):
        return response.NOT_FOUND
    if raw_path == "/_gateway/health":
        return Reply(200, (("content-type", "application/json"),), b'{"status":"ok"}')
    if raw_path != "/":
        return response.NOT_FOUND
    try:
        apis = await deployed.all()
    except UpstreamError as error:
        return Reply(503, _PLAIN, f"The emulator does not answer: {error}\n".encode())
    base = f"http://{incoming.headers.get('host', '')}"
    return Reply(200, _PLAIN, start_page(base, apis).encode())


def start_page(base: str, apis: tuple[HttpApi, ...]) -> str:
    """The deployed APIs with the URLs of their stages, as text."""
    if not apis:
        return "sam-deploy: no HTTP API is deployed in the embedded cloud.\n"
    return "sam-deploy: HTTP APIs in the embedded cloud\n" + "".join(
        _api(base, api) for api in apis
    )


def _api(base: str, api: HttpApi) -> str:
    lines = ["", f"{api.name or api.api_id} ({api.api_id}) in {api.region}"]
    names = sorted(api.stages, key=lambda name: (name == DEFAULT_STAGE, name))
    lines += [f"  {base}/{api.region}/{api.api_id}/{name}" for name in names]
    lines += [f"    {route.key}" for route in sorted(api.routes, key=lambda route: route.key)]
    return "\n".join(lines) + "\n"
