"""sam-deploy as the benchmark runs it: a project, a store and a uv cache of its own.

The command is the one users type. What a run did is read from its JSON, so a run that did not do
what its case says (everything built, nothing built) is an error and no figure.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from bench.measure import Command, Run, RunFailedError, environment, run


@dataclass(frozen=True, slots=True)
class Project:
    """A sam-deploy project and the caches it is built with."""

    folder: Path
    store: Path
    uv_cache: Path
    last: dict[str, Any] = field(default_factory=dict)
    """What the last run said of its archives."""

    def build(self, *, built: int | None = None) -> Run:
        """Run `sam-deploy build` and measure it; `built` archives must have been made."""
        caches = {"SAM_DEPLOY_CACHE_DIR": str(self.store), "UV_CACHE_DIR": str(self.uv_cache)}
        command: Command = [sys.executable, "-m", "sam_deploy", "-C", self.folder, "build"]
        found = run([*command, "--progress", "quiet", "--json"], self.folder, environment(caches))
        self.last.clear()
        self.last.update(json.loads(found.output))
        if built is not None and self.last["built"] != built:
            raise RunFailedError(
                f"sam-deploy made {self.last['built']} archives where {built} were expected"
            )
        return found

    def archive(self, name: str) -> dict[str, Any]:
        """Return what the last run said of one archive: path, size_bytes, seconds, ..."""
        found: list[dict[str, Any]] = self.last["archives"]
        return next(each for each in found if each["name"] == name)

    @property
    def archive_bytes(self) -> int:
        """The size of all archives of the last run."""
        return sum(each["size_bytes"] for each in self.last["archives"])

    def forget_outputs(self) -> None:
        """Remove what was built in the project; the store keeps everything."""
        remove(self.folder / ".sam-deploy")

    def forget_archives(self) -> None:
        """Remove all archives, in the project and in the store; wheels stay."""
        self.forget_outputs()
        remove(self.store / "archives", self.store / "fingerprints")

    def forget_all_but_wheels(self) -> None:
        """Remove everything that was derived from wheels, compiled files included."""
        self.forget_outputs()
        for found in list(self.store.iterdir()):
            if found.name not in {"wheels", "built"}:
                remove(found)

    def forget_everything(self, *, locks: bool) -> None:
        """Remove both caches and the outputs and, when `locks`, the chosen versions too."""
        self.forget_outputs()
        remove(self.store, self.uv_cache)
        if locks:
            remove(self.folder / "locks")


def has_setting(name: str) -> bool:
    """Say whether `App(...)` takes this argument, in the version at hand."""
    from sam_deploy.config.model import App  # noqa: PLC0415 - keeps the other cases light

    return name in {each.name for each in fields(App)}


def without_bytecode() -> Mapping[str, object]:
    """Return the setting that leaves compiled files out, where there is one."""
    return {"bytecode": "off"} if has_setting("bytecode") else {}


def remove(*paths: Path) -> None:
    """Remove files and whole folders, also read-only ones, whether they exist or not."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            for folder, _, _ in os.walk(path):
                Path(folder).chmod(0o755)
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
