"""A headless Chromium for the tests of the dashboard's page."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

ARGUMENTS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS: Final = 15_000
"""Machines that run tests are busy; nothing here waits that long for itself."""

expect.set_options(timeout=PATIENCE_MS)


def path() -> str:
    """Return where Chromium is, or skip the test."""
    found = next((each for name in NAMES if (each := shutil.which(name))), None)
    if found is None:
        pytest.skip("Chromium is not installed: `apt-get install -y chromium`")
    return found


@contextlib.contextmanager
def started() -> Iterator[Browser]:
    """Chromium runs during the block. Its event loop would be in the way of other tests'."""
    where = path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=where, args=list(ARGUMENTS))
        yield browser
        browser.close()
