from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sam_deploy.build import package
from sam_deploy.build.index import FileIndex
from sam_deploy.build.store import Store
from sam_deploy.errors import BuildError


class Restless(FileIndex):
    """An index whose user does something to each file as soon as it was hashed."""

    def __init__(self, path: Path, do: Callable[[Path], object]) -> None:
        super().__init__(path)
        self.do = do

    def sha256(self, path: Path) -> str:
        """Return the hash of what was there before."""
        found = super().sha256(path)
        self.do(path)
        return found


def test_a_package_that_is_changed_again_and_again_is_not_built(
    tmp_path: Path, store: Store
) -> None:
    """The error names the file, and nothing is remembered of what was half old and half new."""
    core = tmp_path / "core"
    core.mkdir()
    (core / "settings.py").write_text("")
    index = Restless(
        tmp_path / "index.json", lambda path: path.write_text(path.read_text() + "X = 1\n")
    )
    with pytest.raises(BuildError) as caught:
        package.build_local(core, store, index)
    assert f"`{core}` could not be built" == caught.value.what
    assert "`settings.py` was changed twice while it was being copied" == caught.value.why
    assert not (store.root / "built").exists()
