"""A dashboard in this process: readings and work in memory, and a browser without a network."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import anyio.from_thread
import httpx
import pytest

from sam_deploy.errors import ConfigError, RefusedError
from sam_deploy.ui.access import Access
from sam_deploy.ui.app import Dashboard
from sam_deploy.ui.ports import Ask, Came, Talk
from sam_deploy.ui.pulse import Pace

PORT = 8123
ORIGIN = f"http://127.0.0.1:{PORT}"


@dataclass
class Shelf:
    """Readings, counted."""

    reads: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    waits: threading.Event | None = None

    def app(self) -> dict[str, Any]:
        """An app."""
        return {"name": "shop"}

    def status(self) -> dict[str, Any]:
        """A status, after a while if need be."""
        self.reads.append("status")
        if self.waits is not None:
            assert self.waits.wait(10)
        return {"read": len(self.reads), "seconds": 0.1, "rows": list(self.rows)}

    def history(self, environment: str, limit: int) -> dict[str, Any]:
        """What was asked for."""
        return {"environment": environment, "limit": limit}

    def release(self, release_id: str) -> dict[str, Any]:
        """There is none."""
        raise RefusedError(f"There is no release `{release_id}`")

    def diff(self, old: str, new: str) -> dict[str, Any]:
        """What was asked for."""
        return {"from": old, "to": new}

    def artifacts(self) -> dict[str, Any]:
        """A bug."""
        raise ValueError("a bug")

    def artifact(self, name: str) -> dict[str, Any]:
        """A mistake of the user."""
        raise ConfigError(f"`deploy.py` has a mistake: {name}")

    def shifts(self) -> dict[str, Any]:
        """None."""
        return {"shifts": []}


@dataclass
class Script:
    """Work that does what a test says."""

    act: Callable[[Ask, Talk], Came] = lambda _ask, _talk: Came("done", 1, 1, 5)
    seconds: float = 600.0

    def command(self, ask: Ask) -> str:
        """Every environment is known but one."""
        if ask.environment == "nowhere":
            raise ConfigError("There is no environment `nowhere`")
        return f"sam-deploy {ask.kind} {ask.environment}"

    def lifetime_seconds(self) -> float:
        """As the test says."""
        return self.seconds

    def run(self, ask: Ask, talk: Talk) -> Came:
        """What the test says."""
        return self.act(ask, talk)


@dataclass
class Browser:
    """Requests to a dashboard, as its own page makes them."""

    dashboard: Dashboard
    portal: anyio.from_thread.BlockingPortal
    client: httpx.AsyncClient

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Ask, and return the answer."""

        async def ask() -> httpx.Response:
            return await self.client.request(method, path, **given)

        return self.portal.call(ask)

    def get(self, path: str, **given: Any) -> httpx.Response:
        """Read something."""
        return self.request("GET", path, **given)

    def post(self, path: str, body: object, **headers: str) -> httpx.Response:
        """Write something, as our own page does."""
        return self.request("POST", path, json=body, headers={"origin": ORIGIN, **headers})


@pytest.fixture
def shelf() -> Shelf:
    """Readings."""
    return Shelf()


@pytest.fixture
def script() -> Script:
    """Work."""
    return Script()


@pytest.fixture
def dashboard(shelf: Shelf, script: Script, tmp_path: Path) -> Dashboard:
    """A dashboard that nobody has opened."""
    page = tmp_path / "page"
    page.mkdir()
    (page / "index.html").write_text("<!doctype html><title>page</title>", encoding="utf-8")
    (page / "main.js").write_text("export {};", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    pace = Pace(0.05, 0.05, 0.02)
    return Dashboard(Access(PORT), shelf, script, tmp_path, pace=pace, page=page)


@pytest.fixture
def stranger(dashboard: Dashboard) -> Iterator[Browser]:
    """A browser that does not know the address."""
    with anyio.from_thread.start_blocking_portal() as portal:
        transport = httpx.ASGITransport(dashboard.app(), raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url=ORIGIN)
        living = dashboard._living(None)  # type: ignore[arg-type]  # noqa: SLF001 - as the server does
        with portal.wrap_async_context_manager(living):
            yield Browser(dashboard, portal, client)
            portal.call(client.aclose)


@pytest.fixture
def browser(stranger: Browser) -> Browser:
    """A browser that came by the address."""
    assert 303 == stranger.get(f"/?token={stranger.dashboard.access.token}").status_code
    return stranger
