"""How commands are shown that are to be typed."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from sam_deploy.cli.options import Globals, program


@pytest.fixture(autouse=True)
def _no_uv_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not called by `uv run`; the current folder is an empty one."""
    monkeypatch.delenv("UV_RUN_RECURSION_DEPTH", raising=False)
    monkeypatch.chdir(tmp_path)


def shown(project: Path) -> str:
    with click.Context(click.Command("deploy"), obj=Globals(project, None)):
        return program()


def test_a_project_that_is_elsewhere_is_named(tmp_path: Path) -> None:
    """What is shown works where it was shown: `-C` is part of it."""
    assert "sam-deploy" == shown(tmp_path)
    assert "sam-deploy -C apps/shop" == shown(tmp_path / "apps" / "shop")
    assert "sam-deploy" == program()


def test_uv_run_is_part_of_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`sam-deploy` alone is not on the PATH there."""
    monkeypatch.setenv("UV_RUN_RECURSION_DEPTH", "1")
    assert "uv run sam-deploy -C shop" == shown(tmp_path / "shop")
