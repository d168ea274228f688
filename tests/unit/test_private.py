"""Files that may hold what not everybody on this computer should read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from sam_deploy.deploy import plan_file
from sam_deploy.manifest import Manifest, write_folder
from sam_deploy.private import write_private
from sam_deploy.provide import Needs

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
MANIFEST = Manifest("shop", "eu-west-1", "dev", (), {}, Needs("shop", "eu-west-1", (), (), ()))


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


@pytest.mark.parametrize("before", [None, 0o644, 0o666])
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_the_owner_may_read_it(tmp_path: Path, before: int | None, umask: int) -> None:
    """Also when everybody could read the older one, and whatever the shell allows."""
    file = tmp_path / "plan.json"
    if before is not None:
        file.write_text("older, and longer than what follows")
        file.chmod(before)
    allowed = os.umask(umask)
    try:
        write_private(file, "é\n")
    finally:
        os.umask(allowed)
    assert ("é\n".encode(), 0o600) == (file.read_bytes(), mode(file))
    assert [file] == list(tmp_path.iterdir())


def test_what_a_killed_run_left_beside_it_is_in_nobodys_way(tmp_path: Path) -> None:
    """The half of a file, under an id that was used again, and open to everybody."""
    half = tmp_path / f".plan.json-{os.getpid()}"
    half.write_text("half")
    half.chmod(0o644)
    write_private(tmp_path / "plan.json", "whole")
    assert [tmp_path / "plan.json"] == list(tmp_path.iterdir())
    assert 0o600 == mode(tmp_path / "plan.json")


def test_plans_and_manifests_are_private(tmp_path: Path) -> None:
    """Templates tell more than everybody should know, in a folder that was open before, too."""
    plan, folder = tmp_path / "plan.json", tmp_path / "built"
    folder.mkdir()
    for file in (plan, folder / "manifest.json"):
        file.write_text("{}")
        file.chmod(0o644)
    plan_file.save(plan, MANIFEST, (), account="123456789012", target="aws")
    write_folder(MANIFEST, {}, folder)
    assert [0o600, 0o600] == [mode(plan), mode(folder / "manifest.json")]
    assert MANIFEST == plan_file.load(plan).manifest
