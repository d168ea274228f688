"""Kills, flipped bits, full disks and crowds, a few of each; thousands in `.ci/campaigns`."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.campaigns import flips, full_disk, kill, project, stores, together
from tests.campaigns.flips import Damage, Ground, Kind
from tests.campaigns.full_disk import Place
from tests.campaigns.project import Site

pytestmark = pytest.mark.long

FREE_BYTES = {"store": (0, 150_000, 600_000), "project": (0, 2_000, 100_000)}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return project.make(tmp_path / "project", tmp_path / "store")


@pytest.fixture(scope="module")
def shared_ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return flips.prepare(tmp_path_factory.mktemp("flips") / "ground")


@pytest.fixture
def ground(shared_ground: Ground) -> Iterator[Ground]:
    """A project that has been built; what a test could not heal is built anew."""
    yield shared_ground
    if stores.problems(shared_ground.site.store):
        shutil.rmtree(shared_ground.site.store)
        shared_ground.build()


@pytest.mark.fault(40)
def test_a_kill_at_any_step_is_as_if_nothing_was() -> None:
    """Ten builds die, half of them before a file operation: the next one makes the same bytes."""
    outcome = kill.run(10, lambda _: None)
    assert ((), 10) == (outcome.failures, outcome.tried)


@pytest.mark.fault(15)
def test_a_build_that_dies_leaves_the_store_whole(site: Site) -> None:
    """Just before the archive gets its name it is in the store's own folder for such files."""
    expected = site.build().archives
    shutil.rmtree(site.store)
    unfinished = set()
    for step in range(1, 12):
        process = site.start(kill.VICTIM, VICTIM_DIES_AT=str(step))
        process.communicate(timeout=project.BUILD_SECONDS)
        assert [] == stores.problems(site.store)
        unfinished |= {path.parent.name for path in stores.left_over(site)}
    assert expected == site.build().archives
    assert unfinished <= {"tmp"}


@pytest.mark.fault(40)
@pytest.mark.parametrize("folder", ["locks", ".sam-deploy", ".sam-deploy/build"])
def test_what_a_kill_left_in_the_project_is_removed_after_a_day(site: Site, folder: str) -> None:
    """The user commits `locks`, and looks into `.sam-deploy`: half a file stays in neither."""
    site.build()
    name = {"locks": "deps-deps.python3.11-x86_64.toml", ".sam-deploy": "index.json"}
    left = site.folder / folder / f".{name.get(folder, 'Hello.zip')}.4711.0123456789ab.tmp"
    left.write_bytes(b"half")
    assert 0 == site.build().code
    assert left.exists()
    stores.age([left])
    site.write(1)
    assert 0 == site.build().code
    assert not left.exists()


@pytest.mark.parametrize("damage", flips.DAMAGES)
@pytest.mark.parametrize("kind", flips.PATTERNS)
@pytest.mark.fault(15, 16)
def test_damage_is_found_and_healed(ground: Ground, kind: Kind, damage: Damage) -> None:
    """The archives come out right, and nothing damaged stays in the store."""
    assert [] == flips.damaged(ground, kind, damage, project.dice(f"{kind} {damage}"))


def test_the_number_of_files_and_bytes_is_that_of_the_archive(ground: Ground) -> None:
    """What the store notes beside an archive is believed only while it is what was written."""
    (entry, *_) = sorted(ground.site.store.glob("fingerprints/*.json"))
    before = {each.key: (each.files, each.size_bytes) for each in ground.build().values()}
    text = entry.read_text(encoding="utf-8")
    files = next(str(n) for n, _ in before.values() if f'"files": {n},' in text)
    entry.write_text(text.replace(f'"files": {files},', f'"files": {files}0,'), encoding="utf-8")
    after = {each.key: (each.files, each.size_bytes) for each in ground.build().values()}
    entry.write_text(text, encoding="utf-8")
    assert before == after


@pytest.mark.fault(39)
@pytest.mark.parametrize(
    ("place", "free_bytes"), [(place, free) for place in FREE_BYTES for free in FREE_BYTES[place]]
)
def test_a_full_disk_is_one_clear_error(tmp_path: Path, place: Place, free_bytes: int) -> None:
    """Exit 3, nothing unfinished left, an intact store; and it works once there is space."""
    ended = full_disk.build_with(free_bytes, place, tmp_path / "disk", {})
    assert [] == full_disk.wrong(ended)
    if free_bytes == 0:
        assert 3 == ended.built.code
        assert "space" in ended.built.err


def tool(name: str) -> str:
    return shutil.which(name) or name


@pytest.fixture
def read_only(site: Site, tmp_path: Path) -> Iterator[Site]:
    """A store that has been filled, and that nobody can write to, root included."""
    assert 0 == site.build().code
    mount = tmp_path / "read-only"
    mount.mkdir()
    bind = subprocess.run(
        [tool("mount"), "--bind", str(site.store), str(mount)], check=False, capture_output=True
    )
    if bind.returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        remount = [tool("mount"), "-o", "remount,ro,bind", str(mount)]
        subprocess.run(remount, check=True, capture_output=True)
        yield replace(site, store=mount)
    finally:
        subprocess.run([tool("umount"), str(mount)], check=True, capture_output=True)


def test_a_read_only_store_serves_what_it_has(read_only: Site) -> None:
    """Nothing has changed, so nothing needs to be written there."""
    shutil.rmtree(read_only.shown)
    built = read_only.build()
    assert (0, "") == (built.code, built.err)
    shown = {path.name: project.sha256_of(path) for path in read_only.shown.glob("*.zip")}
    assert built.archives == shown


def test_a_read_only_store_is_an_error_when_something_changed(read_only: Site) -> None:
    """One error that says what could not be written, and no traceback."""
    read_only.write(3)
    built = read_only.build()
    assert (3, 1) == (built.code, built.err.count("error:"))
    assert "Read-only" in built.err
    assert "Traceback" not in built.err


def test_a_store_that_is_a_file_is_an_error(site: Site) -> None:
    """A wrong path in `SAM_DEPLOY_CACHE_DIR` is the user's to correct."""
    site.store.write_text("not a folder", encoding="utf-8")
    built = site.build()
    assert (3, 1) == (built.code, built.err.count("error:"))


def test_builds_at_the_same_time_share_a_store(tmp_path: Path) -> None:
    """Two projects, one of them twice: each finds or makes what it needs."""
    assert [] == together.one_round(tmp_path / "round", {})
