"""Code that Python cannot read is found before it is shipped, by the Python that it is for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sam_deploy.build import Store, run
from sam_deploy.build.interpreters import Interpreters
from sam_deploy.errors import BuildError
from sam_deploy.events import ignore
from sam_deploy.plan.model import BuildUnit, Target

MakeUnit = Callable[..., BuildUnit]
BROKEN = "def x(:\n"
NEWEST = "3.13"
OF_3_12 = "type Name = str\n"
"""What only Python 3.12 or newer can read."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "project"
    path.mkdir()
    return path


@pytest.fixture
def made(project: Path, target: Target) -> MakeUnit:
    """Return a function or layer with these files."""

    def make(files: dict[str, str], kind: str = "function", **more: object) -> BuildUnit:
        source = project / "src"
        for path, text in files.items():
            file = source / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        handler = "app.main" if kind == "function" else ""
        unit = BuildUnit(
            f"{kind}/Api",
            "Api",
            kind,
            "Api.zip",
            target,
            source,
            handler,  # type: ignore[arg-type]
        )
        return replace(unit, **more)  # type: ignore[arg-type]

    return make


def refused(unit: BuildUnit, project: Path, store: Store) -> BuildError:
    """The error of a build."""
    with pytest.raises(BuildError) as caught:
        run([unit], project, store, ignore)
    return caught.value


@pytest.mark.parametrize("kind", ["function", "layer"])
def test_a_module_beside_the_handler_counts(
    project: Path, store: Store, made: MakeUnit, kind: str
) -> None:
    """Whoever imports it fails in Lambda; the place is named as people type it."""
    files = {"app.py": "import shop\ndef main(e, c): ...\n", "shop/__init__.py": BROKEN}
    error = refused(made(files, kind), project, store)
    assert f"`src/shop/__init__.py` of {kind} `Api` cannot be compiled" == error.what
    assert "line 1: invalid syntax" == error.why
    assert 3 == error.exit_code


def test_all_of_them_are_told_at_once(project: Path, store: Store, made: MakeUnit) -> None:
    """Each with its line."""
    files = {"app.py": f"def main(e, c): ...\n{BROKEN}", "other.py": BROKEN}
    error = refused(made(files), project, store)
    assert "2 files of function `Api` cannot be compiled" == error.what
    assert ["src/app.py:2: invalid syntax", "src/other.py:1: invalid syntax"] == (
        error.why.split("\n")
    )


@pytest.mark.parametrize("path", ["data/a-template.py", "tests/test_broken.py", "notes.txt"])
def test_what_is_no_module_is_not_judged(
    project: Path, store: Store, made: MakeUnit, path: str
) -> None:
    """A template of code, a package's tests, a text: nobody imports them in Lambda."""
    unit = made({"app.py": "def main(e, c): ...\n", path: BROKEN})
    assert 1 == run([unit], project, store, ignore).built


@pytest.mark.parametrize(("version", "fine"), [("3.11", False), ("3.12", True), (NEWEST, True)])
def test_the_python_that_it_is_for_is_asked(
    project: Path, store: Store, made: MakeUnit, version: str, *, fine: bool
) -> None:
    """And not the one that runs sam-deploy, which may be older or newer."""
    major, minor = map(int, version.split("."))
    target = Target(f"python{version}", f"{version}.0", "x86_64", (2, 34))
    unit = made({"app.py": f"def main(e, c): ...\n{OF_3_12}"}, target=target)
    here = (major, minor) == sys.version_info[:2]
    if not here and _missing(version, project, store):
        pytest.skip(f"no Python {version} on this computer")
    if fine:
        assert 1 == run([unit], project, store, ignore).built
    else:
        assert "app.py" in refused(unit, project, store).what


def test_a_python_that_is_not_here_judges_nothing(
    project: Path, store: Store, made: MakeUnit
) -> None:
    """Its syntax may be newer than all that is known here."""
    target = Target("python3.99", "3.99.0", "x86_64", (2, 34))
    files = {"app.py": "def main(e, c): ...\n", "other.py": BROKEN}
    assert 1 == run([made(files, target=target)], project, store, ignore).built


def _missing(version: str, project: Path, store: Store) -> bool:
    major, minor = map(int, version.split("."))
    return Interpreters(store, project).find((major, minor)) is None
