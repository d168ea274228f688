"""Archives made by hand: what is in them, where it comes from, and as zip files."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from sam_deploy.build.inspect.model import Contents, Package, Part, StoredFile

MakeZip: TypeAlias = Callable[..., Path]
MakeContents: TypeAlias = Callable[..., Contents]
MakePackage: TypeAlias = Callable[..., Package]


@pytest.fixture
def make_zip(tmp_path: Path) -> MakeZip:
    """Write a zip with this content, which may be text."""

    def make(content: Mapping[str, str | bytes], name: str = "archive.zip") -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for entry, data in content.items():
                archive.writestr(entry, data)
        return path

    return make


@pytest.fixture
def dist_info() -> Callable[..., dict[str, str]]:
    """Return the files of a package's dist-info folder; `record` names what it brought."""

    def make(
        name: str,
        version: str,
        *,
        record: tuple[str, ...] = (),
        requires: tuple[str, ...] = (),
        root: str = "",
        **further: str,
    ) -> dict[str, str]:
        folder = f"{root}{name.replace('-', '_')}-{version}.dist-info"
        lines = [f"Requires-Dist: {line}\n" for line in requires]
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{''.join(lines)}"
        files = {f"{folder}/METADATA": metadata}
        if record:
            files[f"{folder}/RECORD"] = "".join(f"{path},sha256=x,1\n" for path in record)
        return files | {f"{folder}/{each}": text for each, text in further.items()}

    return make


@pytest.fixture
def make_package() -> MakePackage:
    """Return a package with some of its facts; its dist-info folder follows from the name."""

    def make(name: str, *requires: str, version: str = "1", **fields: object) -> Package:
        folder = f"{name}-{version}.dist-info"
        return Package(name, version, folder, requires, **fields)  # type: ignore[arg-type]

    return make


@pytest.fixture
def make_contents() -> MakeContents:
    """Return an archive of packages ("name version" -> bytes) and of own files (path -> bytes)."""

    def make(
        name: str,
        packages: Mapping[str, int],
        own: Mapping[str, int] | None = None,
        *,
        kind: str = "layer",
    ) -> Contents:
        parts = [
            Part("package", *label.split(" "), (_file(f"{label.split(' ')[0]}/a.py", size),))
            for label, size in packages.items()
        ]
        if own:
            files = tuple(_file(path, size) for path, size in own.items())
            parts.append(Part("application", "your code", "", files))
        parts.sort(key=lambda part: (-part.unpacked_bytes, part.label))
        size_bytes = sum(part.zipped_bytes for part in parts) + 100
        return Contents(name, kind, Path(f"{name}.zip"), size_bytes, tuple(parts))

    return make


def _file(path: str, size: int) -> StoredFile:
    return StoredFile(path, size // 2, size, crc32=size)
