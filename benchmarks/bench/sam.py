"""The SAM CLI as the benchmark runs it, and what it leaves behind as archives."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Command, Run, RunFailedError, run
from bench.ours import remove
from bench.tools import Tools


@dataclass(frozen=True, slots=True)
class SamProject:
    """A SAM project and the pip cache it is built with."""

    folder: Path
    pip_cache: Path
    tools: Tools

    def build(self, *options: str) -> Run:
        """Run `sam build` and measure it."""
        command: Command = [self.tools.of_python("sam") / "sam", "build", *options]
        variables = self.tools.environment({"PIP_CACHE_DIR": str(self.pip_cache)})
        found = run([*command, "--template-file", "template.json"], self.folder, variables)
        if not (self.output / "template.yaml").is_file():
            raise RunFailedError("sam build left no template behind")
        return found

    @property
    def output(self) -> Path:
        """Where the built folders are, one for each function and layer."""
        return self.folder / ".aws-sam" / "build"

    def forget_outputs(self) -> None:
        """Remove what was built and what `--cached` keeps."""
        remove(self.folder / ".aws-sam")

    def forget_everything(self) -> None:
        """Remove the outputs and pip's cache."""
        self.forget_outputs()
        remove(self.pip_cache)

    def archive_bytes(self, scratch: Path) -> int:
        """Return the size of all archives as `sam package` would make them (zlib level 6)."""
        return sum(
            zipped(folder, scratch / "sam.zip")
            for folder in sorted(self.output.iterdir())
            if folder.is_dir()
        )

    def packages(self) -> dict[str, set[str]]:
        """Return `name-version` of every package in each built folder."""
        return {
            folder.name: {
                _lowered(found.name.removesuffix(".dist-info"))
                for found in folder.rglob("*.dist-info")
            }
            for folder in self.output.iterdir()
            if folder.is_dir()
        }


def packages_in(archive: Path) -> set[str]:
    """Return `name-version` of every package in an archive of ours."""
    with zipfile.ZipFile(archive) as opened:
        parts = {part for name in opened.namelist() for part in name.split("/")[:-1]}
    return {_lowered(p.removesuffix(".dist-info")) for p in parts if p.endswith(".dist-info")}


def zipped(folder: Path, archive: Path) -> int:
    """Zip a folder as Python's `zipfile` does by default and return the archive's size."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                opened.write(path, path.relative_to(folder))
    size = archive.stat().st_size
    archive.unlink()
    return size


def _lowered(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
