"""Where the embedded cloud runs: everywhere but on Windows itself, and that is said."""

from __future__ import annotations

import pytest

from sam_deploy.errors import RefusedError
from sam_deploy.local.supported import require_posix


@pytest.mark.parametrize("platform", ["linux", "darwin", "freebsd14"])
def test_it_runs_where_there_are_process_groups(platform: str) -> None:
    """WSL 2 is linux."""
    require_posix(platform)


@pytest.mark.parametrize("platform", ["win32", "cygwin", "msys"])
def test_windows_is_refused_with_the_way_round(platform: str) -> None:
    """One error before anything is started, exit 5, that names WSL 2."""
    with pytest.raises(RefusedError) as caught:
        require_posix(platform)
    assert "does not run on Windows" in caught.value.what
    assert "wsl --install" in caught.value.hint
