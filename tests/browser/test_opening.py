"""How the command's browser comes in: by a file, as all users can read what it is started with."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.chromium import PATIENCE_MS

from sam_deploy.cli.ui import opening
from sam_deploy.local import ports
from sam_deploy.ui.access import Access
from sam_deploy.ui.app import Dashboard
from sam_deploy.ui.server import Server

pytestmark = pytest.mark.slow


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Access]:
    """A dashboard of nothing; its page says whether it was let in."""
    page = tmp_path / "page"
    page.mkdir()
    (page / "index.html").write_text("<!doctype html><h1>let in</h1>", encoding="utf-8")
    nothing: Any = None
    with ports.listen_exactly(ports.any_free(), "a test") as socket:
        access = Access(socket.getsockname()[1])
        source: Any = type("Nothing", (), {name: lambda _: {} for name in READINGS})()
        dashboard = Dashboard(access, source, nothing, tmp_path, page=page)
        server = Server(dashboard.app(), dashboard.stream.close)
        thread = threading.Thread(target=server.serve_on, args=(socket,), daemon=True)
        thread.start()
        yield access
        server.should_exit = True
        thread.join(PATIENCE_MS / 1000)


READINGS = ("app", "status", "shifts", "artifacts")


def test_the_file_leads_in_and_the_browser_is_not_told_the_token(
    browser: Browser, served: Access, tmp_path: Path
) -> None:
    """The strict cookie is sent although another page has led there; a reload is let in, too."""
    told: list[str] = []
    with opening.opened(served.address, served.port, tmp_path, told.append):
        deadline = time.monotonic() + 10
        while not told:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert served.token not in told[0]
        page = browser.new_context().new_page()
        page.goto(told[0])
        expect(page.get_by_role("heading", name="let in")).to_be_visible()
        assert "token" not in page.url
        page.reload()
        expect(page.get_by_role("heading", name="let in")).to_be_visible()
