"""A manifest and its archives as a folder: one job builds, others deploy, without the sources."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from sam_deploy.errors import BuildError, ConfigError
from sam_deploy.manifest.model import Manifest
from sam_deploy.manifest.written import read, write
from sam_deploy.plan import StackPlan
from sam_deploy.private import write_private
from sam_deploy.provide import Archive

MANIFEST: Final = "manifest.json"
CHUNK_BYTES: Final = 1024 * 1024


def write_folder(manifest: Manifest, sources: Mapping[str, Path], folder: Path) -> None:
    """The folder holds every archive, every template, and the manifest that binds them.

    `sources` maps the hash of an archive to the file that holds it. The manifest is written last,
    so that a folder with one is whole.
    """
    target = folder / MANIFEST
    target.unlink(missing_ok=True)
    for archive in manifest.needs.archives:
        file = folder / "archives" / archive.file_name
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(sources[archive.sha256], file)
    for template in manifest.templates.values():
        file = folder / "templates" / f"{template.stack_name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(template.body, encoding="utf-8")
    write_private(target, write(manifest))


def read_folder(folder: Path) -> tuple[Manifest, dict[str, Path]]:
    """Return the manifest of a folder, and its archives by hash.

    Raises `ConfigError` when there is none, and `BuildError` naming every archive that is missing
    or is not what the manifest says.
    """
    file = folder / MANIFEST
    if not file.is_file():
        raise ConfigError(
            f"`{folder}` holds no built app",
            why=f"there is no `{MANIFEST}` in it",
            hint=f"make it: `sam-deploy build --output {folder}`",
        )
    manifest = read(file.read_text(encoding="utf-8"), f"`{file}`")
    sources = {
        each.sha256: folder / "archives" / each.file_name for each in manifest.needs.archives
    }
    wrong = [problem for each in manifest.needs.archives if (problem := _wrong(each, sources))]
    if wrong:
        raise BuildError(
            f"The archives in `{folder}` are not those of its manifest",
            why="they were changed, cut off or left out on the way",
            hint=f"bring the whole folder, or make it anew: `sam-deploy build --output {folder}`",
            problems=tuple(wrong),
        )
    return manifest, sources


def _wrong(archive: Archive, sources: Mapping[str, Path]) -> str:
    file = sources[archive.sha256]
    if not file.is_file():
        return f"`{archive.file_name}` is missing"
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(CHUNK_BYTES):
            digest.update(chunk)
    found = digest.hexdigest()
    return "" if found == archive.sha256 else f"`{archive.file_name}` has another content: {found}"


def only(manifest: Manifest, feature_sets: tuple[str, ...], regions: tuple[str, ...]) -> Manifest:
    """Return the part of a manifest that goes to these feature sets and regions; empty: to all.

    Raises `ConfigError` for a name that it does not have.
    """
    known = [stack.feature_set for stack in manifest.stacks]
    problems = [
        f"feature set `{each}`: it has {', '.join(known)}"
        for each in feature_sets
        if each not in known
    ]
    problems += [
        f"region `{each}`: it has {', '.join(manifest.regions)}"
        for each in regions
        if each not in manifest.regions
    ]
    if problems:
        raise ConfigError(
            "That is not part of what was built",
            why="a deployment of archives goes where they were built for",
            hint="name a part of it, or build anew",
            problems=tuple(problems),
        )
    stacks = _chosen(manifest, feature_sets, regions)
    names = {stack.name for stack in stacks}
    return replace(
        manifest,
        stacks=stacks,
        templates={name: each for name, each in manifest.templates.items() if name in names},
        functions=tuple(each for each in manifest.functions if each.stack in names),
        needs=replace(
            manifest.needs, regions=tuple(dict.fromkeys(r for s in stacks for r in s.regions))
        ),
    )


def _chosen(
    manifest: Manifest, feature_sets: tuple[str, ...], regions: tuple[str, ...]
) -> tuple[StackPlan, ...]:
    """Return the stacks that are left. Raises `ConfigError` when none is."""
    found = tuple(
        replace(stack, regions=kept)
        for stack in manifest.stacks
        if not feature_sets or stack.feature_set in feature_sets
        if (kept := tuple(r for r in stack.regions if not regions or r in regions))
    )
    if not found:
        raise ConfigError(
            f"{', '.join(feature_sets)} is not deployed to {', '.join(regions)}",
            why="no stack is left when both are asked for",
            hint="name a region of that feature set, or leave one of them out",
        )
    return found
