"""One project, built in four circumstances: the same hashes. A hundred in `.ci/campaigns`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.campaigns import project, same_bytes
from tests.campaigns.project import Site
from tests.campaigns.same_bytes import Variant

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    base = tmp_path_factory.mktemp("same-bytes")
    return project.make(base / "project", base / "store")


@pytest.fixture(scope="module")
def expected(site: Site) -> dict[str, str]:
    return site.build().archives


@pytest.mark.fault(42)
@pytest.mark.parametrize("variant", same_bytes.variants(4), ids=lambda variant: variant.number)
def test_circumstances_do_not_show(
    variant: Variant, site: Site, expected: dict[str, str], tmp_path: Path
) -> None:
    """Another folder, umask, age, order of creation and hash seed, and an empty store."""
    built = same_bytes.build(variant, tmp_path, site)
    assert expected == built.archives


@pytest.mark.fault(42)
def test_another_lock_of_the_same_versions_gives_the_same_bytes(
    site: Site, expected: dict[str, str], tmp_path: Path
) -> None:
    """The lock names the folder of the wheels; the archive does not."""
    variant = same_bytes.variants(1, seed=9)[0]
    built = same_bytes.build(variant, tmp_path, site, keep_locks=False)
    assert expected == built.archives


def test_content_does_show(expected: dict[str, str], tmp_path: Path) -> None:
    """One changed line is another hash, of the one archive that holds it."""
    other = project.make(tmp_path / "project", tmp_path / "store")
    other.write(1)
    found = other.build().archives
    assert {"Hello.zip"} == {name for name in found if found[name] != expected[name]}


def test_an_executable_file_is_another_archive(expected: dict[str, str], tmp_path: Path) -> None:
    """The umask does not show, the exec bit does."""
    other = project.make(tmp_path / "project", tmp_path / "store")
    (other.folder / "functions" / "Hello" / "handler.py").chmod(0o755)
    assert expected["Hello.zip"] != other.build().archives["Hello.zip"]
