"""The container path (`--use-container`): wheels for packages that the index has none of.

`prepare(ask)` finds a Docker engine that answers, or says exactly what is missing; `Containers`
builds wheels in the official build image of the target's runtime, one container per unit. May run
`docker` (through WSL on Windows) and write to the store.
"""

from sam_deploy.build.container.check import Ask, prepare
from sam_deploy.build.container.engine import Engine, Machine
from sam_deploy.build.container.releases import wheels_of
from sam_deploy.build.container.wheelhouse import Containers, Source, build_wheels

__all__ = [
    "Ask",
    "Containers",
    "Engine",
    "Machine",
    "Source",
    "build_wheels",
    "prepare",
    "wheels_of",
]
