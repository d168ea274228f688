"""What a Lambda runtime is, as far as wheels and environment markers can tell.

Pure: a table and a look-up. The numbers decide which dependencies are resolved, so they are kept
in one place and change only with intent.
"""

from __future__ import annotations

import difflib
from typing import Final

from sam_deploy.errors import ConfigError
from sam_deploy.plan.model import Architecture, Target

AMAZON_LINUX_2: Final = (2, 26)
AMAZON_LINUX_2023: Final = (2, 34)

# A late patch level, because a marker such as `python_full_version < "3.11.3"` must not be decided
# as on 3.11.0. AWS publishes no patch levels: these are assumed, not read from Lambda.
# Operating system per runtime: AWS Lambda developer guide, "Building Lambda functions with Python".
RUNTIMES: Final[dict[str, tuple[str, tuple[int, int]]]] = {
    "python3.9": ("3.9.23", AMAZON_LINUX_2),
    "python3.10": ("3.10.18", AMAZON_LINUX_2),
    "python3.11": ("3.11.13", AMAZON_LINUX_2),
    "python3.12": ("3.12.11", AMAZON_LINUX_2023),
    "python3.13": ("3.13.7", AMAZON_LINUX_2023),
    "python3.14": ("3.14.0", AMAZON_LINUX_2023),
}
ARCHITECTURES: Final[tuple[Architecture, ...]] = ("x86_64", "arm64")


def aws_target(runtime: str, architecture: Architecture) -> Target:
    """Return the machine that Lambda runs `runtime` on.

    Raises `ConfigError` for a runtime that is not a Python runtime of Lambda, and for an
    architecture that Lambda does not have.
    """
    if runtime not in RUNTIMES:
        near = difflib.get_close_matches(runtime, RUNTIMES, n=1)
        raise ConfigError(
            f"Runtime `{runtime}` is not known",
            why=f"sam-deploy builds for {', '.join(RUNTIMES)}",
            hint=f"did you mean `{near[0]}`?" if near else "choose one of these",
        )
    if architecture not in ARCHITECTURES:
        raise ConfigError(
            f"Architecture `{architecture}` is not known",
            why="Lambda has x86_64 and arm64",
            hint="choose one of these",
        )
    python, glibc = RUNTIMES[runtime]
    return Target(runtime=runtime, python=python, architecture=architecture, glibc=glibc)
