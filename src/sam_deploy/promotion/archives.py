"""Finds the very archives that an environment serves, so that nothing is built for the next one.

Lambda tells the hash of a version's code, and a layer version's description tells that of its
content; archives lie in the artifact bucket under their hashes. So what is served names them, and
no record of a deployment is asked, which another one may have followed.
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sam_deploy import naming
from sam_deploy.aws import FunctionState, Objects
from sam_deploy.build import Artifact, Artifacts
from sam_deploy.config.model import App, Function
from sam_deploy.plan import Plan, Unit
from sam_deploy.promotion.reading import AT_ONCE
from sam_deploy.provide import archive_key
from sam_deploy.provide.layers import content_hash


@dataclass(frozen=True, slots=True)
class Made:
    """What a function is made of: hashes of archives, hexadecimal."""

    code: str
    layers: Mapping[str, str]
    """Name of a layer on AWS -> its content; '' where no description tells it."""


def made_of(state: FunctionState, contents: Mapping[str, str]) -> Made:
    """Return what a version is made of. `contents` maps ARNs of layers to their descriptions."""
    return Made(
        base64.b64decode(state.code_sha256).hex(),
        {arn.split(":")[-2]: content_hash(contents.get(arn, "")) for arn in state.layers},
    )


def hashes(app: App, made: Mapping[str, Made], source: str) -> tuple[dict[str, str], list[str]]:
    """Return the archive of each unit by its hash, and what keeps them from being one release.

    `made` maps names of `deploy.py` to what is to be served; `source` names whose that is. Pure.
    """
    found: dict[str, str] = {}
    problems: list[str] = []
    for function in app.functions:
        if function.name not in made:
            continue
        there = made[function.name]
        found[f"function/{function.name}"] = there.code
        problems += _layer_problems(app, function, there, source)
        for name in function.layers:
            content = there.layers.get(naming.layer_name(app.name, name), "")
            if content and found.setdefault(f"layer/{name}", content) != content:
                problems.append(
                    f"`{function.name}` has another content of the layer `{name}` than other "
                    "functions have, and a stack gives one to all: run `deploy`"
                )
    return found, problems


def _layer_problems(app: App, function: Function, made: Made, source: str) -> Iterator[str]:
    ours = {naming.layer_name(app.name, each.name): each.name for each in app.layers}
    for name in function.layers:
        there = made.layers.get(naming.layer_name(app.name, name))
        if there is None:
            yield (
                f"`{function.name}` has the layer `{name}` in `deploy.py`, but {source} serves it "
                "without: run `deploy`, then promote"
            )
        elif not there:
            yield (
                f"what the layer `{name}` of `{function.name}` holds cannot be told any more (its "
                "version was deleted, or is not ours): run `deploy`, then promote"
            )
    for layer in made.layers:
        if layer in ours and ours[layer] not in function.layers:
            yield (
                f"{source} serves `{function.name}` with the layer `{ours[layer]}`, which "
                "`deploy.py` does not give it: run `deploy`, then promote"
            )


def fetched(
    planned: Plan, found: Mapping[str, str], bucket: Objects
) -> tuple[Artifacts, Sequence[str]]:
    """Return the archives of a plan as they lie in the bucket, and those that are gone from it.

    No file of this computer belongs to them: their paths are empty. Reads only (HeadObject).
    """
    units = [unit for unit in planned.builds if unit.key in found]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        look = functools.partial(_fetched, found, bucket)
        results = list(pool.map(look, units))
    gone = tuple(each for each in results if isinstance(each, str))
    return Artifacts({each.key: each for each in results if isinstance(each, Artifact)}), gone


def _fetched(found: Mapping[str, str], bucket: Objects, unit: Unit) -> Artifact | str:
    sha256 = found[unit.key]
    key = archive_key(sha256, unit.archive)
    code_sha256 = base64.b64encode(bytes.fromhex(sha256)).decode()
    there = bucket.stored(key)
    if there is None:
        return f"`{unit.archive}` (`{key}`) is gone from `{bucket.bucket}`"
    if not there.holds(code_sha256):
        return f"`{key}` in `{bucket.bucket}` holds other bytes than its name says"
    return Artifact(
        key=unit.key,
        name=unit.name,
        kind=unit.kind,
        archive=unit.archive,
        path=Path(),
        sha256=sha256,
        code_sha256=code_sha256,
        size_bytes=there.size_bytes,
        unpacked_bytes=0,
        files=0,
        reused=True,
        seconds=0.0,
    )
