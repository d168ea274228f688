from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from sam_deploy.build.container.engine import (
    NOT_STARTED,
    TIMED_OUT,
    Engine,
    Finished,
    decoded,
    kept,
    run,
)
from sam_deploy.wsl import Wsl

MakeComputer = Callable[..., Any]


def test_behind_wsl_everything_goes_through_it(computer: MakeComputer, running: Finished) -> None:
    """Commands, paths, and the variables that Windows would otherwise keep."""
    windows = computer("win32", ["wsl"], running)
    engine = Engine(windows.machine(), Wsl("Ubuntu"))
    engine.run(["run", "x"], {"PIP_INDEX_URL": "i", "NO_PROXY": "n"}, 1.0)
    assert ["wsl -d Ubuntu --exec docker run x"] == windows.commands
    expected = {"PIP_INDEX_URL": "i", "NO_PROXY": "n", "WSLENV": "PIP_INDEX_URL:NO_PROXY"}
    assert [expected] == windows.variables
    assert "/mnt/c/cache" == engine.path("C:\\cache")


def test_elsewhere_nothing_is_translated(computer: MakeComputer, running: Finished) -> None:
    """The engine sees what we see."""
    linux = computer("linux", ["docker"], running)
    engine = Engine(linux.machine())
    engine.run(["info"], {}, 1.0)
    assert (["docker info"], "/home/x") == (linux.commands, engine.path("/home/x"))


def test_the_words_of_wsl_itself_are_read() -> None:
    """It writes UTF-16; what runs inside writes UTF-8."""
    assert "There is none" == decoded("There is none".encode("utf-16-le"))
    assert "Größe" == decoded("Größe".encode())


def test_missing_and_endless_programs_are_answers_too() -> None:
    """With the exit codes that shells give them."""
    assert NOT_STARTED == run(["no-such-program-anywhere"], {}, 5.0).code
    endless = [sys.executable, "-c", "import time; time.sleep(60)"]
    assert TIMED_OUT == run(endless, {}, 0.2).code


def test_aws_credentials_do_not_reach_docker() -> None:
    """It has nothing to do with AWS."""
    assert {"PATH": "p", "DOCKER_HOST": "d"} == kept(
        {"PATH": "p", "DOCKER_HOST": "d", "AWS_SESSION_TOKEN": "x"}
    )
