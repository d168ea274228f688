"""Folders whose names have the same length in every run, so that lines break at the same words."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.screens.conftest import DEPLOY, HANDLER
from tests.screens.whole.errors import EMPTY, MISTAKES, SHOP
from tests.screens.whole.golden_text import WIDTHS
from tests.screens.whole.pictures import Commands, Picture

CONFIGURATIONS = Path(__file__).parents[2] / "golden"
Four = Mapping[tuple[int, bool], Picture]


@pytest.fixture(scope="session")
def ground() -> Iterator[Path]:
    """A folder at a short address; its last part has eight letters that differ."""
    folder = Path(tempfile.mkdtemp(prefix="s-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def folders(ground: Path) -> Path:
    """Every folder that an error is made in, below one."""
    (ground / EMPTY).mkdir()
    shop = ground / SHOP
    for name in ("api", "ams"):
        folder = shop / "functions" / name
        folder.mkdir(parents=True)
        (folder / "handler.py").write_text(HANDLER, encoding="utf-8")
    (shop / "deploy.py").write_text(DEPLOY, encoding="utf-8")
    for each in MISTAKES:
        (ground / each).mkdir()
        shutil.copy(CONFIGURATIONS / f"error_{each}" / "deploy.py", ground / each / "deploy.py")
    return ground


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """Starts commands."""
    started = Commands(tmp_path_factory.mktemp("notes"))
    yield started
    started.close()


@pytest.fixture(scope="session")
def four(ground: Path, commands: Commands) -> Callable[..., Four]:
    """Runs a command at 80 and 120 columns, or other `widths`, with colour and without.

    `before` is called before each of the four, such as to change what is to be deployed.
    """

    def run(
        folder: Path,
        arguments: Sequence[str],
        *,
        before: Callable[[], object] = lambda: None,
        widths: Sequence[int] = WIDTHS,
        **more: Any,
    ) -> Four:
        found = {}
        for columns in widths:
            for colour in (True, False):
                before()
                found[columns, colour] = commands.picture(
                    arguments,
                    folder,
                    {"SAM_DEPLOY_CACHE_DIR": str(ground / "cache")},
                    columns=columns,
                    colour=colour,
                    **more,
                )
        return found

    return run
