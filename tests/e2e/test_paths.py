"""A project as Windows and macOS leave it: spaces and accents in paths, CRLF at ends of lines."""

from __future__ import annotations

import io
import shlex
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

import httpx
import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Make: TypeAlias = Callable[..., Project]

HOME: Final = "eu-west-1"
FOLDER: Final = "Josés Läden & Söhne (neu)"
TEXTS: Final = (".py", ".txt", ".toml", ".env")


@pytest.fixture
def strange(make_tiny: Make) -> Project:
    """The small project there, every text with CRLF, a requirement, and an account in `.env`."""
    project = make_tiny(FOLDER)
    (project.folder / "functions" / "Hello" / "requirements.txt").write_text(
        "# what it needs\nidna==3.10\n\n", encoding="utf-8"
    )
    (project.folder / ".env").write_text("AWS_ACCOUNT_ID=000000000000\n", encoding="utf-8")
    for file in project.folder.rglob("*"):
        if file.is_file() and (file.suffix in TEXTS or file.name in TEXTS):
            file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    return project


@pytest.mark.slow
def test_spaces_accents_and_crlf_are_no_matter(strange: Project) -> None:
    """It is built, deployed, called, looked into and exported; a second time nothing is new."""
    ran = strange.deploy()
    assert 0 == ran.code, ran.err
    answer = httpx.get(f"{strange.url(HOME, 'dev')}/hello", trust_env=False, timeout=30)
    assert (200, "hello 1") == (answer.status_code, answer.text.lower())
    again = strange.deploy()
    assert (0, False) == (again.code, again.json["changed"]), again.err

    archives = strange.run("build", "--json", "--output", str(strange.folder / "dist"))
    assert 0 == archives.code, archives.err
    packed = (strange.folder / "dist").rglob("Hello*.zip")
    names = zipfile.ZipFile(io.BytesIO(next(packed).read_bytes())).namelist()
    assert {"handler.py", "idna/__init__.py"} <= set(names)
    assert not [name for name in names if "\\" in name or FOLDER in name]
    for command in (("inspect", "Hello"), ("export", "diagram"), ("runs",), ("status",)):
        looked = strange.run(*command)
        assert 0 == looked.code, looked.err


@pytest.mark.slow
def test_a_command_in_a_hint_can_be_typed_from_elsewhere(strange: Project, tmp_path: Path) -> None:
    """It names the folder with `-C`, quoted as a shell needs it."""
    done = subprocess.run(
        strange.command("status", "--target", "embedded"),
        env=dict(strange.environment),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert 5 == done.returncode, done.stderr
    hint = next(line for line in done.stderr.splitlines() if line.startswith("hint: "))
    words = shlex.split(hint.split("`")[1])
    assert Path(FOLDER) == Path(words[words.index("-C") + 1])
