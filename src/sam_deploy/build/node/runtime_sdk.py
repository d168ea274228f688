"""The AWS SDK for JavaScript: part of Lambda's runtime, but not of the Node of this machine.

The emulator has a stand-in for some of its clients and calls, without document clients and classes
of errors. So what the project has installed goes in there, and the archive that is shipped to AWS
stays as `external` says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sam_deploy.plan.model import NodeUnit

SCOPE: Final = "@aws-sdk/"


def placed(unit: NodeUnit) -> NodeUnit:
    """Return the unit with the SDK of the project bundled, where no runtime brings one.

    As it was for AWS, and where the project has none installed: esbuild could not find it. Reads
    which folders exist; `node` and esbuild look through the same ones.
    """
    if not unit.host or not _is_installed(unit):
        return unit
    return replace(unit, external=tuple(each for each in unit.external if not _is_sdk(each)))


def _is_sdk(external: str) -> bool:
    return external.startswith(SCOPE)


def _is_installed(unit: NodeUnit) -> bool:
    folders = (unit.source, *unit.source.parents)
    return any((folder / "node_modules" / SCOPE).is_dir() for folder in folders)
