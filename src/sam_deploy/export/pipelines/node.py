"""How a pipeline comes to Node.js and to a project's packages, as shell commands. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

CLASSIC_YARN: Final = "yarn lockfile v1"
"""Stands in a `yarn.lock` of Yarn 1, which knows no `--immutable`."""
_COREPACK: Final = "corepack enable"
_BY_LOCK: Final[Mapping[str, Sequence[str]]] = {
    "package-lock.json": ("npm ci",),
    "npm-shrinkwrap.json": ("npm ci",),
    "pnpm-lock.yaml": (_COREPACK, "pnpm install --frozen-lockfile"),
    "yarn.lock": (_COREPACK, "yarn install --immutable"),
    "bun.lock": ("npm install --global bun", "bun install --frozen-lockfile"),
    "bun.lockb": ("npm install --global bun", "bun install --frozen-lockfile"),
}
_CLASSIC: Final = (_COREPACK, "yarn install --frozen-lockfile")
_WITHOUT_A_LOCK: Final = ("npm install",)
LOCK_FILES: Final = tuple(_BY_LOCK)


@dataclass(frozen=True, slots=True)
class Packages:
    """A folder with a `package.json` whose packages are installed."""

    folder: str = ""
    """Relative to the project; empty for the project itself."""
    lock: str = ""
    """Name of its lock file; empty when there is none."""
    classic: bool = False
    """Whether the lock file is one of Yarn 1."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release of Node.js, with the SHA-256 of its archives for Linux."""

    version: str
    x64: str
    arm64: str


RELEASES: Final[Mapping[str, Release]] = {
    "20": Release(
        "20.19.5",
        "4eba5fbe1fb10753bc06e42f001a91c5cec16798b7764a3e9257adc59af47fe1",
        "a08b513de673853ca16395ec461a104a99bf0e941ebb7baedb98b30cd221d8cc",
    ),
    "22": Release(
        "22.20.0",
        "eeaccb0378b79406f2208e8b37a62479c70595e20be6b659125eb77dd1ab2a29",
        "4181609e03dcb9880e7e5bf956061ecc0503c77a480c6631d868cb1f65a2c7dd",
    ),
    "24": Release(
        "24.11.0",
        "b3c071cdf47aab867c3b2aa287257df12ec5d7c962bf922b32fd33226c4295fd",
        "4786d00c4d259d3ff0b2328307f764ef3ced65f2d6e9502d433e68d66238509d",
    ),
}
"""Major version, as in `nodejs22.x`, -> a release. Source: SHASUMS256.txt of each at nodejs.org."""
USUAL: Final = "22"
"""For projects that have a `package.json`, but no function of Node's."""


def install(folders: Iterable[Packages]) -> Sequence[str]:
    """Return the commands that install the packages of each folder, as its lock file has them."""
    return tuple(dict.fromkeys(command for each in folders for command in _install(each)))


def _install(packages: Packages) -> Iterator[str]:
    commands = _CLASSIC if packages.classic else _BY_LOCK.get(packages.lock, _WITHOUT_A_LOCK)
    yield from commands[:-1]
    there = f"cd {shlex.quote(packages.folder)} && " if packages.folder else ""
    yield f"({there}{commands[-1]})" if there else commands[-1]


def unpack(major: str) -> Sequence[str]:
    """Return the commands that bring a release to `/usr/local`, held to its SHA-256."""
    release = RELEASES[major]
    archive = f"node-v{release.version}-linux-$machine.tar.gz"
    return (
        'case "$(uname -m)" in',
        f"  x86_64) machine=x64 sha256={release.x64} ;;",
        f"  aarch64) machine=arm64 sha256={release.arm64} ;;",
        '  *) echo "Node.js has no archive for $(uname -m)"; exit 1 ;;',
        "esac",
        "curl --fail --silent --show-error --location --retry 2 --output /tmp/node.tar.gz \\",
        f'  "https://nodejs.org/dist/v{release.version}/{archive}"',
        'echo "$sha256  /tmp/node.tar.gz" | sha256sum --check --quiet',
        "tar -xzf /tmp/node.tar.gz -C /usr/local --strip-components=1",
    )
