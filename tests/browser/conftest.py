"""A real Chromium, and the stand that it looks at. Without Chromium these tests are skipped."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page
from tests.browser import chromium
from tests.browser.chromium import PATIENCE_MS
from tests.browser.stand import Stand
from tests.browser.world import World

AXE: Final = "4.11.0"
AXE_SHA256: Final = "e9e5863c33a874f09bc01acd9234b7e3c871479f5eef8802fa582544465e6d01"
TYPESCRIPT: Final = "5.9.3"
Show = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium, of one module."""
    with chromium.started() as found:
        yield found


@pytest.fixture(scope="module")
def one_stand() -> Iterator[Stand]:
    """A server for all tests of a module."""
    made = Stand()
    yield made
    made.stop()


@pytest.fixture
def stand(one_stand: Stand) -> Stand:
    """The server, with a small world of its own."""
    one_stand.reset(World())
    return one_stand


@pytest.fixture
def show(browser: Browser, stand: Stand) -> Iterator[Show]:
    """Open a view of the stand: `show("#/live", width=360, scheme="dark")`.

    A test fails when the page raised an error or broke its own content security policy.
    """
    wrong: list[str] = []
    contexts = []

    def opened(view: str = "", *, width: int = 1280, height: int = 860, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=options.pop("scheme", "light"),
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if blocked(said.text) else None)
        page.goto(stand.url + view)
        page.wait_for_selector("main h1")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [] == wrong


def until(fits: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not fits():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def blocked(text: str) -> bool:
    """Whether a message of the console says that something was refused."""
    return "Content Security Policy" in text


def installed(package: str, version: str, cache: Path) -> Path:
    """Return the folder of an npm package of exactly this version, installed once."""
    folder = cache / f"{package}-{version}"
    found = folder / "node_modules" / package
    if not (found / "package.json").is_file():
        command = ["npm", "install", "--prefix", str(folder), "--no-save", "--no-audit"]
        command += ["--no-fund", "--ignore-scripts", "--loglevel", "error", f"{package}@{version}"]
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(command, check=True, timeout=240)
    return found


@pytest.fixture(scope="session")
def npm_cache() -> Path:
    """Where what comes from npm is kept between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "sam-deploy-tests" / f"npm-{sys.platform}"


@pytest.fixture(scope="session")
def axe(npm_cache: Path) -> str:
    """The source of axe-core, which finds what is in the way of people with disabilities."""
    source = (installed("axe-core", AXE, npm_cache) / "axe.min.js").read_bytes()
    assert hashlib.sha256(source).hexdigest() == AXE_SHA256
    return source.decode()
