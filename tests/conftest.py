"""What every test can rely on: no AWS settings of this machine, and small projects to load."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.faults import marks

from sam_deploy.events import Event

# what decides where a command goes; a developer's shell must not decide it for the tests
DECIDING = ("ENV", "CI", "SAM_DEPLOY_TARGET", "UV_RUN_RECURSION_DEPTH")

HEAD = "from sam_deploy import *\n"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Accept `--run-slow`, for the tests that take long by themselves, and `--faults-out`."""
    parser.addoption("--run-slow", action="store_true", help="run the slow tests, too")
    marks.add_option(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Note which faults are proven by which tests, where that is wanted."""
    marks.register(config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow tests out of the everyday run, unless one is named by itself."""
    named = any("::" in argument for argument in config.args)
    if config.getoption("--run-slow") or named:
        return
    slow = {item for item in items if item.get_closest_marker("slow")}
    config.hook.pytest_deselected(items=list(slow))
    items[:] = [item for item in items if item not in slow]


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
