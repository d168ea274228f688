from __future__ import annotations

import os
from pathlib import Path

import pytest

from sam_deploy.build.application import hashed, selection
from sam_deploy.build.walk import collect
from sam_deploy.errors import BuildError

KEY = "-----BEGIN " + "PRIVATE KEY-----\nMIIE\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIE\n"


def tree(root: Path, *paths: str) -> Path:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"content of {path}")
    return root


def shipped(
    root: Path, *, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()
) -> list[str]:
    return [file.path for file in collect(root, selection(include, exclude))]


def test_what_tools_leave_behind_is_not_shipped(tmp_path: Path) -> None:
    """Caches, editors, virtual environments, own tests, requirements and local databases."""
    tree(
        tmp_path,
        "handler.py",
        "pkg/mod.py",
        "pkg/tests/helper.py",
        "tests/test_handler.py",
        "__pycache__/handler.cpython-312.pyc",
        "pkg/__pycache__/mod.cpython-312.pyc",
        ".venv/lib/x.py",
        "venv/x.py",
        "node_modules/x/index.js",
        ".mypy_cache/x",
        ".pytest_cache/x",
        ".ruff_cache/x",
        ".idea/x",
        ".vscode/x",
        ".editorconfig",
        ".DS_Store",
        "p.egg-info/PKG-INFO",
        "requirements.txt",
        "requirements-dev.txt",
        "local.sqlite3",
        "data/local.db",
        ".sam-deploy/build/x.zip",
        ".git/config",
        "templates/mail.html",
    )
    assert ["handler.py", "pkg/mod.py", "pkg/tests/helper.py", "templates/mail.html"] == shipped(
        tmp_path
    )


def test_a_native_module_and_a_package_called_env_are_shipped(tmp_path: Path) -> None:
    """Other tools drop both without a word."""
    tree(tmp_path, "vendored.so", "env/__init__.py")
    assert ["env/__init__.py", "vendored.so"] == shipped(tmp_path)


def test_an_include_pattern_beats_the_default_excludes(tmp_path: Path) -> None:
    """Also inside a folder that is left out, and only for what it names."""
    tree(tmp_path, "handler.py", "seed.db", "other.db", "tests/data/case.json", "tests/test_a.py")
    assert ["handler.py", "seed.db", "tests/data/case.json"] == shipped(
        tmp_path, include=("seed.db", "tests/data/")
    )


def test_an_exclude_pattern_is_the_last_word(tmp_path: Path) -> None:
    """Patterns are those of .gitignore: anchored, with folders, with exceptions."""
    tree(tmp_path, "a.md", "docs/b.md", "docs/c.txt", "docs/keep.md", "src/docs/d.txt")
    assert ["docs/keep.md", "src/docs/d.txt"] == shipped(
        tmp_path, exclude=("*.md", "/docs/*.txt", "!docs/keep.md")
    )
    assert ["a.md", "src/docs/d.txt"] == shipped(
        tmp_path, include=("docs/b.md",), exclude=("/docs/",)
    )


@pytest.mark.parametrize("path", [".env", ".env.prod", ".aws/credentials", ".netrc", "x/id_rsa"])
@pytest.mark.fault(17)
def test_secrets_are_left_out(tmp_path: Path, path: str) -> None:
    """Without a word, because nobody asked for them."""
    tree(tmp_path, "handler.py", path)
    assert ["handler.py"] == shipped(tmp_path)


@pytest.mark.parametrize("path", [".env", ".aws/credentials", "key.pem"])
@pytest.mark.fault(17)
def test_a_secret_that_is_asked_for_is_refused(tmp_path: Path, path: str) -> None:
    """The message names the path and never the content."""
    tree(tmp_path, "handler.py", path)
    (tmp_path / path).write_text(KEY)
    with pytest.raises(BuildError) as caught:
        shipped(tmp_path, include=("**",))
    assert "is not shipped" in caught.value.what
    assert "MIIE" not in f"{caught.value.what}{caught.value.why}{caught.value.hint}"


def test_a_certificate_is_shipped_and_a_private_key_is_not(tmp_path: Path) -> None:
    """Both are called `.pem`; the content decides."""
    (tmp_path / "ca.pem").write_text(CERTIFICATE)
    (tmp_path / "own.pem").write_text(CERTIFICATE + KEY)
    assert ["ca.pem"] == shipped(tmp_path)


@pytest.mark.fault(18)
def test_a_link_out_of_the_source_is_refused(tmp_path: Path) -> None:
    """Plain zip tools would pack the file it points to."""
    (tmp_path / "secret.txt").write_text("x")
    source = tree(tmp_path / "src", "handler.py")
    (source / "link.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(BuildError, match=r"link\.txt") as caught:
        shipped(source)
    assert "leads out of" in caught.value.what
    assert ["handler.py"] == shipped(source, exclude=("link.txt",))


@pytest.mark.fault(18)
def test_a_linked_folder_out_of_the_source_is_refused(tmp_path: Path) -> None:
    """A folder is no better than a file."""
    tree(tmp_path / "other", "x.py")
    source = tree(tmp_path / "src", "handler.py")
    (source / "other").symlink_to(tmp_path / "other")
    with pytest.raises(BuildError, match="leads out of"):
        shipped(source)


def test_a_link_inside_the_source_is_followed_once(tmp_path: Path) -> None:
    """The content is shipped in both places, and a loop ends."""
    source = tree(tmp_path, "pkg/mod.py")
    (source / "alias.py").symlink_to("pkg/mod.py")
    (source / "pkg" / "loop").symlink_to(source, target_is_directory=True)
    assert ["alias.py", "pkg/mod.py"] == shipped(source)


def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    """It would be missing in Lambda."""
    (tmp_path / "gone.py").symlink_to("nothing.py")
    with pytest.raises(BuildError, match="leads nowhere"):
        shipped(tmp_path)


def test_a_socket_is_refused(tmp_path: Path) -> None:
    """What is not a file cannot be shipped, and reading it would hang."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BuildError, match="pipe"):
        shipped(tmp_path)


def test_a_missing_source_folder_is_named(tmp_path: Path) -> None:
    """The first thing to get wrong."""
    with pytest.raises(BuildError, match="nowhere"):
        shipped(tmp_path / "nowhere")


def test_any_exec_bit_makes_a_file_executable(tmp_path: Path) -> None:
    """The umask of the building machine does not show."""
    tree(tmp_path, "a.sh", "b.py")
    (tmp_path / "a.sh").chmod(0o744)
    (tmp_path / "b.py").chmod(0o600)
    found = hashed(collect(tmp_path, selection((), ())), lambda path: path.name)
    assert [("a.sh", True, "a.sh"), ("b.py", False, "b.py")] == [
        (file.path, file.executable, file.sha256) for file in found
    ]
