"""The command line of one container, as a value. Pure.

Source: AWS SAM developer guide, "Image repositories"; Docker documentation, "docker run"; pip
documentation, "pip wheel".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from sam_deploy.plan.model import Target

REPOSITORY: Final = "public.ecr.aws/sam"
_PLATFORMS: Final = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}
_FORWARDED: Final = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_TRUSTED_HOST",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)
_FROM_UV: Final = ("UV_DEFAULT_INDEX", "UV_INDEX_URL")
_NAMED: Final = re.compile(r"^[\w.-]+=")
"""uv's `name=URL`."""


def image(target: Target) -> str:
    """Return the official build image: the operating system and compilers of the runtime."""
    return f"{REPOSITORY}/build-{target.runtime}:latest-{target.architecture}"


def forwarded(variables: Mapping[str, str]) -> dict[str, str]:
    """Return what pip needs in the container to reach the index: never AWS credentials."""
    passed = {name: variables[name] for name in _FORWARDED if variables.get(name)}
    for name in _FROM_UV:
        if value := variables.get(name):
            passed.setdefault("PIP_INDEX_URL", _NAMED.sub("", value))
    return passed


def arguments(
    target: Target,
    name: str,
    folders: tuple[str, str],
    files: Sequence[str],
    passed: Sequence[str],
    user: str,
) -> list[str]:
    """Return the arguments of `docker` that build a wheel of each file in a container `name`.

    `folders` are where the files are and where the wheels go, as the engine sees them. `passed`
    are names of variables: their values, which may hold passwords, are in no command line.
    """
    major, minor = target.python_minor
    given, made = folders
    return [
        "run",
        "--rm",
        "--name",
        name,
        "--platform",
        _PLATFORMS[target.architecture],
        *(["--user", user] if user else []),
        "--security-opt",
        "label=disable",  # SELinux would hide the folders
        "--mount",
        f"type=bind,source={given},target=/given,readonly",
        "--mount",
        f"type=bind,source={made},target=/made",
        "--env",
        "HOME=/tmp",
        *(part for variable in passed for part in ("--env", variable)),
        "--workdir",
        "/tmp",  # noqa: S108 - the container's own
        "--entrypoint",
        f"python{major}.{minor}",
        image(target),
        *("-m", "pip", "wheel", "--no-deps", "--no-cache-dir", "--disable-pip-version-check"),
        *("--wheel-dir", "/made"),
        *(f"/given/{file}" for file in files),
    ]
