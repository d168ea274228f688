"""What every test can rely on: no AWS settings of this machine, and small projects to load."""

from __future__ import annotations

import functools
import gc
import hashlib
import importlib.util
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import schedule
from tests.faults import marks

from sam_deploy.events import Event

# what decides where a command goes; a developer's shell must not decide it for the tests
DECIDING = ("ENV", "CI", "SAM_DEPLOY_TARGET", "UV_RUN_RECURSION_DEPTH")
# without what is compiled, each command that a test runs takes three times as long
SLOWING = ("PYTHONDONTWRITEBYTECODE",)

HEAD = "from sam_deploy import *\n"
BROWSER = ["browser", "e2e/test_ui_page.py"]
"""What needs the dependencies of the group `browser`."""
collect_ignore = [] if importlib.util.find_spec("playwright") else BROWSER


def pytest_addoption(parser: pytest.Parser) -> None:
    """Accept `--run-slow`, `--sample`, and `--faults-out`."""
    parser.addoption("--run-slow", action="store_true", help="run the slow tests, too")
    parser.addoption(
        "--sample", type=int, default=1, metavar="N", help="of the long tests, run one in N"
    )
    marks.add_option(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Note which faults are proven by which tests, where that is wanted.

    Who was started in the background of a shell ignores SIGINT, after `nohup` SIGHUP, and so does
    all that it starts: tests that press Ctrl-C, or close a terminal, would wait for ever.
    """
    marks.register(config)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow tests out of the everyday run, and most of the long ones out of CI.

    One that is named by itself runs. The sample is another one with every commit.
    """
    if hasattr(config, "workerinput"):
        schedule.longest_first(items)
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


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> schedule.Schedule | None:
    """Keep together what shares a deployed project; another `--dist` is left as it is."""
    return schedule.Schedule(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_finish() -> None:
    """Take what was imported and collected out of every later garbage collection.

    It stays until the end anyway, and looking at all of it again costs more than most tests.
    """
    gc.collect()
    gc.freeze()


def _sampled(item: pytest.Item, one_in: int) -> bool:
    """Whether a long test is one of the sample: of half as many files every other test.

    What a file deploys for all of its tests takes as long as several of them. Where each test
    goes on from what the one before it left (`ordered`), all or none of them run.
    """
    if one_in <= 1 or not item.get_closest_marker("long"):
        return True
    file, test = item.nodeid.partition("::")[0], item.nodeid
    if item.get_closest_marker("ordered"):
        return _drawn(file, one_in)
    return _drawn(file, max(1, one_in // 2)) and _drawn(test, 2)


def _drawn(name: str, one_in: int) -> bool:
    digest = hashlib.sha256(f"{_commit()} {name}".encode()).digest()
    return int.from_bytes(digest) % one_in == 0


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
            if name.startswith("AWS_") or name in DECIDING + SLOWING:
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
