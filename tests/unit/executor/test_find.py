from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sam_deploy.errors import ConfigError
from sam_deploy.executor import Computer, Program, find
from sam_deploy.lanes import Stop
from sam_deploy.wsl import Wsl


@dataclass
class Answering:
    """A computer's answer to `sam --version`, and how it was asked."""

    said: str = "SAM CLI, version 1.170.0"
    code: int = 0
    asked: list[list[str]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    def __call__(
        self,
        arguments: Sequence[str],
        variables: Mapping[str, str],
        folder: Path,
        line: Callable[[str], None],
        stop: Stop,
        seconds: float,
    ) -> int:
        """Answer, and note how it was asked."""
        del folder, stop, seconds
        self.asked.append(list(arguments))
        self.variables.update(variables)
        for each in self.said.splitlines():
            line(each)
        return self.code


def computer(
    answer: Answering, system: str = "linux", path: str | None = "/opt/bin/sam", named: str = ""
) -> Computer:
    variables = {"SAM_DEPLOY_SAM": named} if named else {}
    return Computer(
        system, lambda name: path if name in {"sam", named} else None, answer, variables
    )


def test_the_one_on_the_path_is_found_and_asked_for_its_version() -> None:
    """So that a missing or broken one is known before anything is built."""
    answer = Answering()
    assert Program("/opt/bin/sam", None, "1.170.0") == find(computer(answer))
    assert [["/opt/bin/sam", "--version"]] == answer.asked
    assert "0" == answer.variables["SAM_CLI_TELEMETRY"]


def test_a_named_one_is_taken() -> None:
    """SAM_DEPLOY_SAM: one that is not on the PATH, as in an environment of its own."""
    answer = Answering()
    assert (
        "/venv/bin/sam" == find(computer(answer, path="/venv/bin/sam", named="/venv/bin/sam")).path
    )


def test_windows_asks_in_wsl() -> None:
    r"""R141: `wsl -d Ubuntu --exec sam`, with a named path translated."""
    answer = Answering()
    assert Program("sam", Wsl("Ubuntu"), "1.170.0") == find(computer(answer, "win32", None))
    assert [["wsl", "-d", "Ubuntu", "--exec", "sam", "--version"]] == answer.asked
    assert "/mnt/c/sam" == find(computer(answer, "win32", None, "C:\\sam")).path
    assert "SAM_CLI_TELEMETRY" in answer.variables["WSLENV"]


def test_a_missing_one_is_said_with_the_way_there() -> None:
    """And that it is not needed at all."""
    with pytest.raises(ConfigError) as caught:
        find(computer(Answering(), path=None))
    assert ("The SAM CLI does not answer", "not on the PATH") == (
        caught.value.what,
        caught.value.why,
    )
    assert "uv tool install aws-sam-cli" in caught.value.hint
    assert "sam-deploy needs no SAM CLI" in caught.value.hint


def test_a_name_that_leads_nowhere_is_said() -> None:
    """With the variable that it came from."""
    with pytest.raises(ConfigError, match="SAM_DEPLOY_SAM names `/nowhere`"):
        find(computer(Answering(), path=None, named="/nowhere"))


def test_wsl_without_it_is_said_in_its_own_words() -> None:
    """R141: WSL's own error is the why."""
    answer = Answering("<3>WSL ERROR: execvpe(sam) failed: No such file", 1)
    with pytest.raises(ConfigError) as caught:
        find(computer(answer, "win32", None))
    assert "The SAM CLI does not answer in WSL (Ubuntu)" == caught.value.what
    assert "execvpe(sam) failed" in caught.value.why


def test_one_that_is_too_old_is_refused() -> None:
    """Below the oldest version that was tried."""
    with pytest.raises(ConfigError, match=r"The SAM CLI 1\.99\.3 is too old"):
        find(computer(Answering("SAM CLI, version 1.99.3")))


@pytest.mark.parametrize(("code", "why"), [(0, "hello"), (124, "no end after 60 seconds")])
def test_another_program_of_that_name_is_refused(code: int, why: str) -> None:
    """`sam` is a short name, and others have it."""
    with pytest.raises(ConfigError, match=why):
        find(computer(Answering("hello", code)))
