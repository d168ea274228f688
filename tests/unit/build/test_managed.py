from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from sam_deploy.build.managed import OLDEST, SDK, Verdict, verdict
from sam_deploy.build.wheel_zip import Wheel, open_wheel
from sam_deploy.plan.model import Target
from sam_deploy.plan.targets import RUNTIMES

Wheels = Callable[..., dict[str, Wheel]]


@pytest.fixture
def wheels(make_wheel: Callable[..., Path]) -> Wheels:
    """Make the SDK's wheels, and others by what they require."""

    def make(**others: Iterable[str]) -> dict[str, Wheel]:
        requires = {
            "boto3": ["botocore<1.43.0,>=1.42.12", "jmespath<2.0.0,>=0.7.1"],
            "botocore": ["jmespath<2.0.0,>=0.7.1", "urllib3!=2.2.0,<3,>=1.25.4"],
            "s3transfer": ["botocore<2.0a.0,>=1.37.4"],
            "jmespath": [],
            "urllib3": [],
            **others,
        }
        return {
            name: open_wheel(make_wheel(f"{name}-1-py3-none-any.whl", metadata(name, lines)))
            for name, lines in requires.items()
        }

    return make


def metadata(name: str, requires: Iterable[str]) -> dict[str, bytes]:
    lines = ["Metadata-Version: 2.1", f"Name: {name}", *(f"Requires-Dist: {r}" for r in requires)]
    text = "\n".join([*lines, "", "A description.\n\nRequires-Dist: boto3==9"])
    return {f"{name}-1.dist-info/METADATA": text.encode()}


def judge(
    target: Target, found: dict[str, Wheel], *requirements: str, hashes: Iterable[str] = ()
) -> Verdict:
    return verdict(target, requirements, hashes, found, has_files=True)


@pytest.mark.parametrize(
    "requirement", ["boto3", "boto3>=1.20", "boto3>1,<2", "boto3~=1.20", "Boto3 >= 1.28 ; os_name"]
)
def test_the_sdk_is_left_out_when_any_version_will_do(
    target: Target, wheels: Wheels, requirement: str
) -> None:
    """All four packages, and no other; what they ask of each other does not count."""
    found = judge(target, wheels(), requirement.replace("os_name", "os_name == 'posix'"))
    assert frozenset(SDK) == found.names
    assert "python3.12 brings boto3 1.28.0 or newer, and nothing asks for more" == found.reason


@pytest.mark.parametrize(
    "requirement",
    [
        "boto3==1.42.12",
        "boto3===1.42.12",
        "boto3==1.42.*",
        "boto3>=1.40",
        "boto3<1.40",
        "boto3!=1.30.1",
        "boto3~=1.42.0",
        "boto3[crt]",
        "boto3 @ https://example.com/boto3.whl",
        "botocore>=1.42",
        "jmespath<1",
    ],
)
def test_the_sdk_stays_when_somebody_cares(
    target: Target, wheels: Wheels, requirement: str
) -> None:
    """A pin, a bound that the runtime may not meet, an extra: any of them keeps all four."""
    found = judge(target, wheels(), "requests", requirement)
    assert frozenset() == found.names
    assert found.reason.startswith("the requirements have `")


def test_the_sdk_stays_when_a_package_wants_another(target: Target, wheels: Wheels) -> None:
    """The package is named; its extras count, chosen or not."""
    found = judge(target, wheels(aiobotocore=["botocore<1.41,>=1.40.46"]), "aiobotocore")
    assert Verdict(frozenset(), "`aiobotocore` asks for `botocore<1.41,>=1.40.46`") == found


def test_a_package_that_is_content_does_not_keep_it(target: Target, wheels: Wheels) -> None:
    """Most ask for a version that was new years ago."""
    found = judge(target, wheels(powertools=['boto3<2.0.0,>=1.26.164; extra == "aws"']))
    assert frozenset(SDK) == found.names


def test_a_hash_is_a_pin(target: Target, wheels: Wheels) -> None:
    """Who writes `--hash` wants that file."""
    found = judge(target, wheels(), "boto3", hashes=["boto3"])
    assert Verdict(frozenset(), "`boto3` is pinned by its hash") == found


def test_an_archive_of_the_sdk_alone_keeps_it(target: Target, wheels: Wheels) -> None:
    """A layer that is made to bring a newer SDK must not come out empty."""
    found = verdict(target, ["boto3"], [], wheels(), has_files=False)
    assert Verdict(frozenset(), "the archive is there to bring it") == found


def test_this_computer_brings_no_sdk(target: Target, wheels: Wheels) -> None:
    """The environment of the embedded cloud is not the runtime's."""
    assert Verdict() == judge(replace(target, host=True), wheels(), "boto3")


def test_nothing_is_said_where_there_is_no_sdk(target: Target, wheels: Wheels) -> None:
    """The common case."""
    found = {name: wheel for name, wheel in wheels().items() if name not in SDK}
    assert Verdict() == judge(target, found, "urllib3")


def test_every_runtime_has_its_oldest_versions() -> None:
    """A runtime that is added gets a row, or the SDK would stay without a word."""
    assert RUNTIMES.keys() == OLDEST.keys()
