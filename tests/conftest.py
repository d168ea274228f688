"""What every test can rely on: no AWS settings of this machine, and small projects to load."""

from __future__ import annotations

import functools
import os
import subprocess
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.faults import marks

from sam_deploy.events import Event

# what decides where a command goes; a developer's shell must not decide it for the tests
DECIDING = ("ENV", "CI", "SAM_DEPLOY_TARGET", "UV_RUN_RECURSION_DEPTH")

HEAD = "from sam_deploy import *\n"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Accept `--run-slow`, `--sample`, and `--faults-out`."""
    parser.addoption("--run-slow", action="store_true", help="run the slow tests, too")
    parser.addoption(
        "--sample", type=int, default=1, metavar="N", help="of the long tests, run one in N"
    )
    marks.add_option(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Note which faults are proven by which tests, where that is wanted."""
    marks.register(config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow tests out of the everyday run, and most of the long ones out of CI.

    One that is named by itself runs. The sample is another one with every commit.
    """
    if any("::" in argument for argument in config.args):
        return
    if config.getoption("--run-slow"):
        left_out = {item for item in items if not _sampled(item, config.getoption("--sample"))}
    else:
        left_out = {
            item
            for item in items
            if item.get_closest_marker("slow") or item.get_closest_marker("long")
        }
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


def _sampled(item: pytest.Item, one_in: int) -> bool:
    if one_in <= 1 or not item.get_closest_marker("long"):
        return True
    return zlib.crc32(f"{_commit()}{item.nodeid}".encode()) % one_in == 0


@functools.cache
def _commit() -> str:
    """Return the commit that is tested, the same for every process of a run; '' outside of git."""
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607 - git from the PATH
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


@pytest.fixture(scope="session", autouse=True)
def _no_aws_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No AWS variables, and no files under `~/.aws`, reach a test or what it starts."""
    nowhere = tmp_path_factory.mktemp("no-aws")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("AWS_") or name in DECIDING:
                patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", str(nowhere / "config"))
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(nowhere / "credentials"))
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture
def write_project(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a `deploy.py` whose first line imports everything; the text begins on the second."""

    def write(text: str) -> Path:
        (tmp_path / "deploy.py").write_text(HEAD + text, encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture
def heard() -> list[Event]:
    """Events, in the order in which they were reported: pass `heard.append` as the report."""
    return []
