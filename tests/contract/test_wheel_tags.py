"""Every wheel that is chosen runs on the target: checked by rules written a second time.

`wheels.choose` asks `packaging.tags`. Here the file names of real releases are read by hand, after
PEP 425, PEP 600 and PEP 656, for every runtime and architecture.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sam_deploy.build.lock import Download
from sam_deploy.build.wheels import choose
from sam_deploy.plan.model import Architecture, Target
from sam_deploy.plan.targets import ARCHITECTURES, RUNTIMES, aws_target

LIST = Path(__file__).with_name("wheels_of_releases.txt").read_text(encoding="utf-8")
RELEASES = [part.splitlines() for part in LIST.split("\n\n") if not part.startswith("#")]
LEGACY = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
TARGETS = [aws_target(runtime, arch) for runtime in RUNTIMES for arch in ARCHITECTURES]


def runs(filename: str, target: Target) -> bool:
    """Say whether a wheel runs on the target, by its name alone."""
    pythons, abis, platforms = filename.removesuffix(".whl").split("-")[-3:]
    major, minor = target.python_minor
    own = f"cp{major}{minor}"
    platform = any(platform_fits(each, target) for each in platforms.split("."))
    for python in pythons.split("."):
        for abi in abis.split("."):
            if abi == own and python == own:
                good = platform
            elif abi == "abi3":
                match = re.fullmatch(r"cp3(\d+)", python)
                good = platform and match is not None and int(match[1]) <= minor
            elif abi == "none":
                good = platform and (python in {"py3", own} or python_fits(python, minor))
            else:
                good = False
            if good:
                return True
    return False


def python_fits(python: str, minor: int) -> bool:
    match = re.fullmatch(r"py3(\d+)", python)
    return match is not None and int(match[1]) <= minor


def platform_fits(platform: str, target: Target) -> bool:
    if platform == "any":
        return True
    machine = {"x86_64": "x86_64", "arm64": "aarch64"}[target.architecture]
    if platform == f"linux_{machine}":
        return True
    if match := re.fullmatch(rf"manylinux_(\d+)_(\d+)_{machine}", platform):
        return (int(match[1]), int(match[2])) <= target.glibc
    name = platform.removesuffix(f"_{machine}")
    return name != platform and name in LEGACY and LEGACY[name] <= target.glibc


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.label)
def test_the_chosen_wheel_runs_on_the_target_and_none_is_overlooked(target: Target) -> None:
    """Of every release in the list: what is chosen runs; what is refused has nothing that runs."""
    refused = []
    for filenames in RELEASES:
        chosen = choose([Download(name, "https://h/x", "0" * 64) for name in filenames], target)
        running = {name for name in filenames if runs(name, target)}
        assert (chosen.filename in running) if chosen else set() == running
        refused += [] if chosen else ["-".join(filenames[0].split("-")[:2])]
    assert len(refused) < len(RELEASES)


def test_both_outcomes_are_in_the_list() -> None:
    """Today's releases leave old runtimes behind; yesterday's do not know the new ones."""
    newest, oldest = aws_target("python3.14", "arm64"), aws_target("python3.9", "x86_64")
    outcomes = {
        target: [any(runs(name, target) for name in names) for names in RELEASES]
        for target in (newest, oldest)
    }
    assert all({True, False} == set(found) for found in outcomes.values())


@pytest.mark.parametrize(
    ("filename", "fitting"),
    [
        ("x-1-cp311-cp311-manylinux_2_27_x86_64.whl", set()),
        ("x-1-cp311-cp311-manylinux_2_26_x86_64.whl", {("python3.11", "x86_64")}),
        ("x-1-cp312-cp312-manylinux_2_34_aarch64.whl", {("python3.12", "arm64")}),
        ("x-1-cp312-cp312-manylinux_2_35_aarch64.whl", set()),
        ("x-1-cp313-cp313t-manylinux_2_17_x86_64.whl", set()),
        ("x-1-cp312-cp312-musllinux_1_2_x86_64.whl", set()),
        ("x-1-cp312-cp312-manylinux_2_17_armv7l.whl", set()),
        (
            "x-1-cp38-abi3-manylinux_2_28_x86_64.whl",
            {(f"python3.{minor}", "x86_64") for minor in (12, 13, 14)},
        ),
        (
            "x-1-cp313-abi3-manylinux_2_28_x86_64.manylinux2014_x86_64.whl",
            {(f"python3.{minor}", "x86_64") for minor in (13, 14)},
        ),
    ],
)
def test_the_edge_of_each_rule(filename: str, fitting: set[tuple[str, Architecture]]) -> None:
    """Where the glibc, the ABI or the machine decides."""
    wheel = Download(filename, "https://h/x", "0" * 64)
    found = {(t.runtime, t.architecture) for t in TARGETS if choose([wheel], t)}
    assert fitting == found == {(t.runtime, t.architecture) for t in TARGETS if runs(filename, t)}
