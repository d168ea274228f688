"""Packages that the Lambda runtime brings: the AWS SDK, left out where its version will do.

AWS documents only that the version depends on runtime and region, and raises it from time to time.
So each runtime has a version that it is not older than, and the SDK is left out only where that
and everything after it satisfies whoever requires it. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from sam_deploy.build.wheel_zip import Wheel
from sam_deploy.plan.model import Target

SDK: Final = ("boto3", "botocore", "jmespath", "s3transfer")
_BROUGHT_ALONG: Final = frozenset({*SDK, "python-dateutil", "six", "urllib3"})
"""The SDK with what only it may have asked for. The others are never left out."""
OLDEST: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "python3.9": ("1.18.55", "1.21.55", "0.10.0", "0.5.0"),
    "python3.10": ("1.26.0", "1.29.0", "0.10.0", "0.6.0"),
    "python3.11": ("1.26.0", "1.29.0", "0.10.0", "0.6.0"),
    "python3.12": ("1.28.0", "1.31.0", "0.10.0", "0.6.0"),
    "python3.13": ("1.34.0", "1.34.0", "1.0.1", "0.10.0"),
    "python3.14": ("1.34.0", "1.34.0", "1.0.1", "0.10.0"),
}
"""Versions by runtime, in the order of `SDK`, that no region has older ones of: those around the
launch of the runtime or before. Assumed on the safe side, as AWS publishes no list of them.
Source: Lambda developer guide, "Runtime-included SDK versions"; its former table for python3.9."""

_NEWEST: Final = "1.99999"
"""Newer than what any runtime has, as long as there is no second major version."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which packages are left out, and why they are or are not."""

    names: frozenset[str] = frozenset()
    reason: str = ""


def verdict(
    target: Target,
    requirements: Sequence[str],
    hashes: Iterable[str],
    wheels: Mapping[str, Wheel],
    *,
    has_files: bool,
) -> Verdict:
    """Return what may be left out of an archive.

    `requirements` are the user's, constraints included; `hashes` the names of packages that he
    pinned by hash; `wheels` are by distribution name. It is all of the SDK or nothing.
    """
    brought = [name for name in SDK if name in wheels]
    if target.host or not brought or target.runtime not in OLDEST:
        return Verdict()
    if not has_files and wheels.keys() <= _BROUGHT_ALONG:
        return Verdict(reason="the archive is there to bring it")
    if pinned := sorted(set(hashes) & set(brought)):
        return Verdict(reason=f"`{pinned[0]}` is pinned by its hash")
    oldest = dict(zip(SDK, OLDEST[target.runtime], strict=True))
    for wanted, who in _wanted(requirements, wheels):
        if not _satisfied(wanted, oldest[canonicalize_name(wanted.name)]):
            return Verdict(reason=f"{who} `{wanted}`")
    has = f"{target.runtime} brings boto3 {oldest['boto3']} or newer"
    return Verdict(frozenset(brought), f"{has}, and nothing asks for more")


def _wanted(
    requirements: Sequence[str], wheels: Mapping[str, Wheel]
) -> Iterable[tuple[Requirement, str]]:
    """Yield every requirement of the SDK, and who has it. Extras count, chosen or not."""
    for line in requirements:
        if wanted := _of_sdk(line):
            yield wanted, "the requirements have"
    for name, wheel in wheels.items():
        for line in _requires(wheel) if name not in SDK else ():
            if wanted := _of_sdk(line):
                yield wanted, f"`{name}` asks for"


def _of_sdk(line: str) -> Requirement | None:
    try:
        wanted = Requirement(line)
    except InvalidRequirement:
        return None
    return wanted if canonicalize_name(wanted.name) in SDK else None


def _satisfied(wanted: Requirement, oldest: str) -> bool:
    """Say whether the oldest version and all later ones below 2 are good enough."""
    exact = any(each.operator in {"==", "===", "!="} for each in wanted.specifier)
    if wanted.url or wanted.extras or exact:
        return False
    return wanted.specifier.contains(oldest) and wanted.specifier.contains(_NEWEST)


def _requires(wheel: Wheel) -> list[str]:
    """Return what a wheel requires. Source: core metadata, `Requires-Dist`."""
    for entry in wheel.entries:
        folder, _, name = entry.name.partition("/")
        if folder.endswith(".dist-info") and name == "METADATA":
            text = wheel.unpacked(entry).decode("utf-8", "replace")
            return HeaderParser().parsestr(text, headersonly=True).get_all("Requires-Dist") or []
    return []
