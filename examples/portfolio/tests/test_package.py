"""The archive that AWS gets."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

MB = 1_000_000
MODULES = """
    src/main.py src/config.py src/dependencies.py
    src/api/auth.py src/api/blog.py src/api/projects.py src/api/certifications.py
    src/api/visitors.py src/api/analytics.py
    src/models/blog.py src/models/project.py src/models/certification.py src/models/visitor.py
    src/models/analytics.py
    src/repositories/base.py src/repositories/transactions.py src/repositories/blog.py
    src/repositories/project.py src/repositories/certification.py
    src/repositories/visitor.py src/repositories/analytics.py
    src/utils/auth.py src/utils/errors.py
    fastapi/__init__.py mangum/__init__.py pydantic/__init__.py pydantic_settings/__init__.py
    jose/__init__.py requests/__init__.py
""".split()  # noqa: SIM905 - thirty of them, as a table
LEFTOVERS = {
    "tests/test_x.py": "",
    ".venv/pyvenv.cfg": "",
    "dynamodb-local/shared-local-instance.db": "",
    ".env": "SECRET=1",
    "src/__pycache__/main.cpython-312.pyc": "",
    ".pytest_cache/README.md": "",
}


@pytest.fixture(scope="module")
def archive(project: Any) -> Path:
    """The function's archive, built for AWS beside what a working folder has in it."""
    for name, text in LEFTOVERS.items():
        file = project.folder / "backend" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    try:
        project.run("build", "--environment", "production", "--json")
    finally:
        for name in LEFTOVERS:
            (project.folder / "backend" / name).unlink()
    return Path(project.folder / ".sam-deploy" / "build" / "Api.zip")


def test_the_named_modules_are_packed_and_nothing_of_the_working_folder(archive: Path) -> None:
    """R054, R240, R242: routers, models, repositories, libraries; no tests, no secrets."""
    with zipfile.ZipFile(archive) as packed:
        names = set(packed.namelist())
    assert [] == [name for name in MODULES if name not in names]
    assert [] == [name for name in LEFTOVERS if name in names and "__pycache__" not in name]
    ours = {name for name in names if name.startswith("src/") and name.endswith(".py")}
    assert ours == {name for name in MODULES if name.startswith("src/")} | {
        "src/__init__.py",
        *(f"src/{each}/__init__.py" for each in ("api", "models", "repositories", "utils")),
    }


def test_the_archive_is_as_small_as_the_document_says(archive: Path) -> None:
    """R242: at most 15 MB, and 80 MB unpacked; boto3 is the runtime's and not in it."""
    with zipfile.ZipFile(archive) as packed:
        names = packed.namelist()
        unpacked = sum(each.file_size for each in packed.infolist())
    assert archive.stat().st_size < 15 * MB
    assert unpacked < 80 * MB
    assert [] == [name for name in names if name.startswith(("boto3/", "botocore/"))]
    assert [] == [name for name in names if name.startswith(("pytest/", "ruff/", "uvicorn/"))]


def test_dependencies_come_from_pyproject(archive: Path, project: Any) -> None:
    """R241: there is no requirements.txt, which the SAM CLI would need."""
    assert not (project.folder / "backend" / "requirements.txt").exists()
    with zipfile.ZipFile(archive) as packed:
        found = {
            name.partition("-")[0].lower()
            for name in packed.namelist()
            if ".dist-info/RECORD" in name
        }
    assert {"fastapi", "mangum", "pydantic", "python_jose", "requests"} <= found


def test_the_budget_stops_a_build_that_is_too_large(project: Any) -> None:
    """R242: a function that grows beyond its budget fails the build and says by what."""
    file = project.folder / "deploy.py"
    before = file.read_text(encoding="utf-8")
    file.write_text(before.replace("budget_mb=80", "budget_mb=20"), encoding="utf-8")
    try:
        with pytest.raises(AssertionError, match="20 MB"):
            project.run("build", "--environment", "production")
    finally:
        file.write_text(before, encoding="utf-8")


def test_a_build_says_its_size(project: Any, archive: Path) -> None:
    """`build --json` has what the archive weighs."""
    said = json.loads(project.run("build", "--environment", "production", "--json"))
    assert archive.stat().st_size in _numbers(said)


def _numbers(value: Any) -> set[int]:
    if isinstance(value, dict):
        return {number for each in value.values() for number in _numbers(each)}
    if isinstance(value, list):
        return {number for each in value for number in _numbers(each)}
    return {value} if isinstance(value, int) else set()
