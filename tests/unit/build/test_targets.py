from __future__ import annotations

import pytest

from sam_deploy.errors import ConfigError
from sam_deploy.plan.model import Architecture
from sam_deploy.plan.targets import RUNTIMES, aws_target


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_every_runtime_is_its_own_python(runtime: str, architecture: Architecture) -> None:
    """The label says the same as the runtime, and the patch version is complete."""
    target = aws_target(runtime, architecture)
    assert f"{runtime}-{architecture}" == target.label
    assert 3 == len(target.python.split("."))


def test_amazon_linux_2023_begins_with_python_3_12() -> None:
    """It has glibc 2.26 before, 2.34 from then on."""
    glibc = {runtime: aws_target(runtime, "x86_64").glibc for runtime in RUNTIMES}
    old = dict.fromkeys(("python3.9", "python3.10", "python3.11"), (2, 26))
    assert old | dict.fromkeys(("python3.12", "python3.13", "python3.14"), (2, 34)) == glibc


def test_an_unknown_runtime_names_the_nearest() -> None:
    """A slip of the finger is answered with what was meant."""
    with pytest.raises(ConfigError) as caught:
        aws_target("python312", "x86_64")
    assert "did you mean `python3.12`?" == caught.value.hint
