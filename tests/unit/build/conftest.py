"""Small wheels and stores, made by hand and by the standard library."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from sam_deploy.build.store import Store
from sam_deploy.plan.model import Target

MakeWheel: TypeAlias = Callable[..., Path]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def target() -> Target:
    return Target("python3.12", "3.12.11", "x86_64", (2, 34))


@pytest.fixture
def make_wheel(tmp_path: Path) -> MakeWheel:
    """Write a zip with the given content; `modes` and `methods` are by entry name."""

    def make(
        name: str,
        content: Mapping[str, bytes],
        *,
        modes: Mapping[str, int] | None = None,
        methods: Mapping[str, int] | None = None,
    ) -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w") as archive:
            for entry, data in content.items():
                info = zipfile.ZipInfo(entry, (2020, 2, 3, 4, 5, 6))
                info.external_attr = (modes or {}).get(entry, 0o100644) << 16
                info.compress_type = (methods or {}).get(entry, zipfile.ZIP_DEFLATED)
                archive.writestr(info, data)
        return path

    return make
