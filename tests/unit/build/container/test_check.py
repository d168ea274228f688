from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy.build.container.check import START_SECONDS, prepare
from sam_deploy.build.container.engine import NOT_STARTED, TIMED_OUT, Finished
from sam_deploy.errors import BuildError
from sam_deploy.wsl import Wsl

MakeComputer = Callable[..., Any]
INFO = "docker info --format {{json .}}"
IN_WSL = f"wsl -d Ubuntu --exec {INFO}"
START = "wsl -d Ubuntu -u root --exec service docker start"
DENIED = Finished(1, "", "permission denied while trying to connect to the Docker daemon socket")


def never(question: str) -> bool:
    pytest.fail(f"nobody has to be asked: {question}")


def no(question: str) -> bool:
    assert "The Docker engine in `Ubuntu` is stopped. Start it?" == question
    return False


def yes(question: str) -> bool:
    return not no(question)


def test_an_engine_that_answers_is_taken(computer: MakeComputer, running: Finished) -> None:
    """One question to Docker, none to the user."""
    linux = computer("linux", ["docker"], running)
    engine = prepare(never, linux.machine())
    assert (None, False) == (engine.wsl, engine.rootless)
    assert [INFO] == linux.commands


def test_a_rootless_engine_is_recognised(computer: MakeComputer) -> None:
    """It maps users in another way."""
    answer = Finished(0, '{"OSType": "linux", "SecurityOptions": ["name=rootless"]}', "")
    assert prepare(never, computer("linux", ["docker"], answer).machine()).rootless


@pytest.mark.parametrize(
    ("system", "hint"),
    [
        ("linux", "install Docker Engine (docs.docker.com/engine/install)"),
        ("darwin", "install Docker Desktop (docs.docker.com/desktop)"),
        ("win32", "install Docker Desktop, or WSL (`wsl --install`) and Docker Engine in it"),
        ("freebsd14", "install Docker Engine (docs.docker.com/engine/install)"),
    ],
)
def test_without_docker_the_hint_says_what_to_install(
    computer: MakeComputer, stopped: Finished, system: str, hint: str
) -> None:
    """On each system."""
    with pytest.raises(BuildError) as caught:
        prepare(never, computer(system, [], stopped).machine())
    assert "`--use-container` needs Docker, which is not installed" == caught.value.what
    assert f"{hint}, or build without `--use-container`" == caught.value.hint
    assert 3 == caught.value.exit_code


ANSWERS = {
    "permission": (
        DENIED,
        "The Docker engine may not be used by this user",
        "run `sudo usermod -aG docker $USER` and log in again, or use rootless Docker",
    ),
    "silence": (
        Finished(TIMED_OUT, "", "no end after 30 seconds"),
        "The Docker engine does not answer",
        "restart Docker, or build without `--use-container`",
    ),
    "context": (
        Finished(1, "", 'unable to resolve docker endpoint: context "x" does not exist'),
        "Docker does not work",
        "correct it until `docker info` succeeds, or build without `--use-container`",
    ),
    "windows": (
        Finished(0, '{"OSType": "windows"}', ""),
        "Docker runs Windows containers",
        "choose `Switch to Linux containers` in the menu of Docker Desktop",
    ),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_every_refusal_has_its_own_way_out(computer: MakeComputer, case: str) -> None:
    """What is wrong, in Docker's words, and the command that helps."""
    answer, what, hint = ANSWERS[case]
    with pytest.raises(BuildError) as caught:
        prepare(never, computer("linux", ["docker"], answer).machine())
    assert (what, hint) == (caught.value.what, caught.value.hint)
    assert caught.value.why


@pytest.mark.parametrize(
    ("system", "hint"),
    [
        ("linux", "start it with `sudo systemctl start docker`"),
        ("darwin", "start Docker Desktop with `open -a Docker`"),
        ("win32", "start Docker Desktop, "),
    ],
)
def test_a_stopped_engine_outside_of_wsl_is_not_started_by_us(
    computer: MakeComputer, stopped: Finished, system: str, hint: str
) -> None:
    """It would take root, or a desktop program; the hint has the command."""
    machine = computer(system, ["docker", "wsl"], stopped)
    with pytest.raises(BuildError) as caught:
        prepare(never, machine.machine())
    assert "The Docker engine is not running" == caught.value.what
    assert caught.value.hint.startswith(hint)
    assert [INFO] == machine.commands


def test_windows_without_docker_reaches_it_through_wsl(
    computer: MakeComputer, running: Finished
) -> None:
    """Where the engine runs already, nobody is asked."""
    windows = computer("win32", ["wsl"], running)
    assert Wsl("Ubuntu") == prepare(never, windows.machine()).wsl
    assert [IN_WSL] == windows.commands


def test_a_stopped_engine_behind_wsl_is_started_after_asking(
    computer: MakeComputer, running: Finished, stopped: Finished
) -> None:
    """It is awaited second by second, and the socket's permissions stay as they are."""
    windows = computer("win32", ["wsl"], stopped, Finished(0, "", ""), stopped, stopped, running)
    prepare(yes, windows.machine())
    assert [IN_WSL, START, IN_WSL, IN_WSL, IN_WSL, IN_WSL] == windows.commands
    assert [1.0, 1.0] == windows.slept


def test_a_no_starts_nothing(computer: MakeComputer, stopped: Finished) -> None:
    """The hint is the command that would have been run."""
    windows = computer("win32", ["wsl"], stopped)
    with pytest.raises(BuildError) as caught:
        prepare(no, windows.machine())
    assert f"start it with `{START}`, or build without `--use-container`" == caught.value.hint
    assert [IN_WSL] == windows.commands


def test_an_engine_that_does_not_come_up_is_not_awaited_for_ever(
    computer: MakeComputer, stopped: Finished
) -> None:
    """Thirty seconds, then the log is named."""
    windows = computer("win32", ["wsl"], stopped, Finished(0, "", ""), stopped)
    with pytest.raises(BuildError, match="was started, but does not answer"):
        prepare(yes, windows.machine())
    assert START_SECONDS == sum(windows.slept)


def test_a_start_that_fails_is_told(computer: MakeComputer, stopped: Finished) -> None:
    """In the words of the service."""
    windows = computer("win32", ["wsl"], stopped, Finished(1, "", "docker: unrecognized service"))
    with pytest.raises(BuildError) as caught:
        prepare(yes, windows.machine())
    assert "docker: unrecognized service" == caught.value.why


WSL_ANSWERS = {
    "There is no WSL distribution `Debian`": Finished(
        -1,
        "There is no distribution with the supplied name.\nWsl/Service/WSL_E_DISTRO_NOT_FOUND",
        "",
    ),
    "Docker is not installed in the WSL distribution `Debian`": Finished(
        1, "", "<3>WSL (9) ERROR: execvpe(docker) failed: No such file or directory"
    ),
    "The Docker engine may not be used by this user (in the WSL distribution `Debian`)": DENIED,
}


@pytest.mark.parametrize("what", WSL_ANSWERS)
def test_what_is_missing_behind_wsl_is_told(computer: MakeComputer, what: str) -> None:
    """Distribution, Docker or permission: each is another way."""
    with pytest.raises(BuildError) as caught:
        prepare(
            never,
            computer("win32", ["wsl"], WSL_ANSWERS[what]).machine(),
            distribution="Debian",
        )
    assert what == caught.value.what
    assert caught.value.hint


def test_a_wsl_without_docker_is_not_taken_for_a_stopped_engine(computer: MakeComputer) -> None:
    """Docker Desktop leaves a program in every distribution that says so."""
    desktop = Finished(1, "The command 'docker' could not be found in this WSL 2 distro.", "")
    with pytest.raises(BuildError, match="Docker is not installed in the WSL"):
        prepare(never, computer("win32", ["wsl"], desktop).machine())
    with pytest.raises(BuildError, match="Docker is not installed in the WSL"):
        prepare(never, computer("win32", ["wsl"], Finished(NOT_STARTED, "", "no wsl")).machine())
