from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy.build import lock
from sam_deploy.build.lock import Download
from sam_deploy.errors import BuildError

BODY = """lock-version = "1.0"
created-by = "uv"

[[packages]]
name = "docopt"
version = "0.6.2"
sdist = { url = "https://h/p/docopt-0.6.2.tar.gz", hashes = { sha256 = "aa" } }

[[packages]]
name = "num2words"
version = "0.5.14"
marker = "python_full_version >= '3.12'"
wheels = [
  { url = "https://h/p/n%2B1-py3-none-any.whl?x=1#y", size = 7, hashes = { sha256 = "bb" } },
]
"""


def test_packages_are_read_as_uv_writes_them() -> None:
    """Names are canonical; a file's name is the end of its address unless it is given."""
    docopt, num2words = lock.packages(BODY, "u")
    sdist = Download("docopt-0.6.2.tar.gz", "https://h/p/docopt-0.6.2.tar.gz", "aa")
    assert (("docopt", "0.6.2", ()), sdist) == (
        (docopt.name, docopt.version, docopt.wheels),
        docopt.sdist,
    )
    assert ("n+1-py3-none-any.whl", 7) == (
        num2words.wheels[0].filename,
        num2words.wheels[0].size_bytes,
    )
    assert "python_full_version >= '3.12'" == num2words.marker


def test_a_lock_is_only_read_for_the_inputs_it_was_made_from(tmp_path: Path) -> None:
    """Other requirements or another target: the lock is made again."""
    path = tmp_path / "locks" / "a.toml"
    text = lock.write(path, "layer/a", "1" * 64, BODY)
    assert text == lock.read(path, "1" * 64)
    assert None is lock.read(path, "2" * 64)
    assert None is lock.read(tmp_path / "missing.toml", "1" * 64)
    assert 2 == len(lock.packages(text, "layer/a"))


def test_one_package_can_be_taken_out_as_text() -> None:
    """A block added to another lock is read as the same package."""
    block = lock.block_of(BODY, "docopt")
    assert lock.packages(BODY, "u")[:1] == lock.packages('lock-version = "1.0"\n' + block, "u")
    assert "" == lock.block_of(BODY, "missing")


def test_a_damaged_lock_is_named() -> None:
    """A merge conflict in a committed lock is the likely cause."""
    for text in ("<<<<<<< HEAD\n", "[[packages]]\nversion = '1'\n", "packages = 5\n"):
        with pytest.raises(BuildError, match="lock of `layer/a` is damaged"):
            lock.packages(text, "layer/a")


def test_locks_of_this_computer_are_kept_apart(tmp_path: Path) -> None:
    """They are not for committing."""
    mine = lock.path_of(tmp_path, "pymongo-deps.zip", "python3.12-x86_64", host=False)
    host = lock.path_of(tmp_path, "Api.zip", "host-python3.12-x86_64", host=True)
    assert tmp_path / "locks/pymongo-deps.python3.12-x86_64.toml" == mine
    assert tmp_path / ".sam-deploy/locks/Api.host-python3.12-x86_64.toml" == host


DERIVED = """lock-version = "1.0"

[[packages]]
name = "core"
directory = { path = "../libs/core", editable = true }
marker = "python_version > '3'"

[[packages]]
name = "six"
version = "9"
archive = { path = "wheels/six-9-py3-none-any.whl", hashes = { sha256 = "aa" } }

[[packages]]
name = "docopt"
version = "0.6.2"
archive = { url = "https://h/docopt-0.6.2.tar.gz", hashes = { sha256 = "bb" } }
"""


def test_folders_are_told_apart_from_packages(tmp_path: Path) -> None:
    """Paths are relative to where the lock is."""
    found = lock.derived(DERIVED, "u", tmp_path / "functions")
    core = lock.Folder("core", (tmp_path / "libs" / "core"), "python_version > '3'")
    assert (core,) == found.folders == lock.folders(DERIVED, "u", tmp_path / "functions")
    wheel = str(tmp_path / "functions" / "wheels" / "six-9-py3-none-any.whl")
    six, docopt = found.packages
    assert (Download("six-9-py3-none-any.whl", wheel, "aa"),) == six.wheels
    assert ((), "docopt-0.6.2.tar.gz") == (docopt.wheels, docopt.sdist and docopt.sdist.filename)
    assert ["six", "docopt"] == [each.name for each in lock.packages(DERIVED, "u")]


def test_a_rendered_lock_reads_as_what_it_was_made_from(tmp_path: Path) -> None:
    """Markers have been decided by then, and paths are relative to the new place."""
    six, docopt = lock.derived(DERIVED, "u", tmp_path / "functions").packages
    content = lock.Derived((six, docopt), (lock.Folder("core", tmp_path / "libs" / 'c"ore'),))
    body = lock.render(content, tmp_path / "locks")
    assert content == lock.derived(body, "u", tmp_path / "locks")
    assert lock.Derived((), ()) == lock.derived(
        lock.render(lock.Derived((), ()), tmp_path), "u", tmp_path
    )


def test_a_repository_without_a_hash_is_refused() -> None:
    """Uv locks a commit, but nobody can check what comes."""
    body = '[[packages]]\nname = "x"\nvcs = { type = "git", url = "https://h/x.git" }\n'
    with pytest.raises(BuildError, match="`x` has no version that can be shipped"):
        lock.packages(body, "u")
