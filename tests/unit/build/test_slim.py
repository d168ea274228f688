from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sam_deploy.build import slim
from sam_deploy.build.store import Store
from sam_deploy.build.wheel_zip import Wheel, open_wheel

MakeWheel = Callable[..., Path]
STORED = "a" * 64

PACKAGE = {
    "pkg/__init__.py": b"from pkg import core\n",
    "pkg/core.py": b"'Run the tests with pytest.'\n",
    "pkg/core.pyi": b"",
    "pkg/py.typed": b"",
    "pkg/testing.py": b"",
    "pkg/tests/__init__.py": b"",
    "pkg/tests/test_core.py": b"import pkg.tests.data\n",
    "pkg/tests/data/big.csv": b"1,2\n",
    "pkg/sub/test/__init__.py": b"",
    "pkg-1.dist-info/RECORD": b"",
}


@pytest.fixture
def stored(make_wheel: MakeWheel, tmp_path: Path) -> Callable[..., Wheel]:
    """Make a wheel in a folder that is named by a hash, as in the store."""

    def make(content: Mapping[str, bytes], sha256: str = STORED) -> Wheel:
        folder = tmp_path / sha256
        folder.mkdir()
        return open_wheel(make_wheel(f"{sha256}/pkg-1-py3-none-any.whl", content))

    return make


def dropped(wheel: Wheel, store: Store, *what: str, application: bytes = b"") -> list[str]:
    modules = [("app.py", application)]
    return sorted(slim.left_out([wheel], what, modules, store)[wheel.path])  # type: ignore[arg-type]


def test_nothing_is_left_out_unless_asked_for(stored: Callable[..., Wheel], store: Store) -> None:
    """An archive is what pip would install."""
    assert [] == dropped(stored(PACKAGE), store)


def test_tests_are_left_out_with_all_that_is_in_them(
    stored: Callable[..., Wheel], store: Store
) -> None:
    """Data included; `testing.py` is no test, and RECORD stays as it is."""
    expected = [
        "pkg/sub/test/__init__.py",
        "pkg/tests/__init__.py",
        "pkg/tests/data/big.csv",
        "pkg/tests/test_core.py",
    ]
    assert expected == dropped(stored(PACKAGE), store, "tests")


def test_stubs_are_left_out_and_the_mark_stays(stored: Callable[..., Wheel], store: Store) -> None:
    """`py.typed` says something of the sources, too."""
    assert ["pkg/core.pyi"] == dropped(stored(PACKAGE), store, "stubs")


@pytest.mark.parametrize(
    "line",
    [
        b"from pkg.tests import data",
        b"import pkg.tests.data",
        b"from pkg import core, tests",
        b"from . import tests",
        b"from .tests.runner import run",
        b"from . import (\n    core,\n    tests,\n)",
        b"def f():\n    from .tests import data",
        b"import importlib\nimportlib.import_module('pkg.tests.data')",
        b"ENTRY = 'pkg.tests.runner:main'",
    ],
)
def test_tests_that_a_module_of_the_package_imports_stay(
    stored: Callable[..., Wheel], store: Store, line: bytes
) -> None:
    """As in astropy; the other tests of the package go."""
    wheel = stored({**PACKAGE, "pkg/__init__.py": line + b"\n"})
    assert ["pkg/sub/test/__init__.py"] == dropped(wheel, store, "tests")


def test_tests_that_needed_tests_import_stay(stored: Callable[..., Wheel], store: Store) -> None:
    """One folder of tests may use another one."""
    wheel = stored(
        {
            **PACKAGE,
            "pkg/__init__.py": b"from .tests import test_core\n",
            "pkg/tests/test_core.py": b"from ..sub.test import shared\n",
        }
    )
    assert [] == dropped(wheel, store, "tests")


@pytest.mark.parametrize(
    "line",
    [
        b"from pkg.core import test",
        b"from pkg.testing import check",
        b"# from pkg.tests import data",
        b"import unittest.test",
        b"'Tests are in pkg.tests, see there.'",
    ],
)
def test_what_only_sounds_like_tests_keeps_none(
    stored: Callable[..., Wheel], store: Store, line: bytes
) -> None:
    """A function called `test`, another package's, a comment, a sentence."""
    wheel = stored({**PACKAGE, "pkg/core.py": line + b"\n"})
    assert 4 == len(dropped(wheel, store, "tests"))


def test_the_fixtures_of_pytest_keep_no_tests(stored: Callable[..., Wheel], store: Store) -> None:
    """`conftest.py` is imported by pytest only."""
    wheel = stored({**PACKAGE, "pkg/conftest.py": b"from pkg.tests import data\n"})
    assert 4 == len(dropped(wheel, store, "tests"))


def test_a_source_that_cannot_be_read_keeps_all_tests(
    stored: Callable[..., Wheel], store: Store
) -> None:
    """It may be the syntax of a newer Python: what it imports is not known."""
    wheel = stored({**PACKAGE, "pkg/core.py": b"from pkg.tests import data\ntype type type\n"})
    assert [] == dropped(wheel, store, "tests")


def test_tests_that_the_application_imports_stay(
    stored: Callable[..., Wheel], store: Store
) -> None:
    """All of that package's: they may need each other."""
    application = b"from pkg.tests import data\n"
    assert [] == dropped(stored(PACKAGE), store, "tests", application=application)


def test_tests_that_another_package_imports_stay(
    stored: Callable[..., Wheel], store: Store
) -> None:
    """Plugins of test runners do so."""
    wheel = stored(PACKAGE)
    other = stored({"other/__init__.py": b"from pkg.tests import data\n"}, "b" * 64)
    assert frozenset() == slim.left_out([wheel, other], ["tests"], [], store)[wheel.path]


def test_a_package_keeps_the_stubs_it_reads(stored: Callable[..., Wheel], store: Store) -> None:
    """`lazy_loader.attach_stub` finds out from the stub what there is to import."""
    lazy = b"import lazy_loader\n__getattr__, _, _ = lazy_loader.attach_stub(__name__, __file__)\n"
    wheel = stored({**PACKAGE, "pkg/__init__.py": lazy, "other/x.pyi": b"", "other/x.py": b""})
    assert ["other/x.pyi"] == dropped(wheel, store, "stubs")


def test_a_wheel_is_read_once(stored: Callable[..., Wheel], store: Store) -> None:
    """What was found out is in the store, and the same is found there."""
    wheel = stored(PACKAGE)
    first = slim.survey(wheel, store)
    assert first == slim.survey(wheel, store)
    entries = list((store.root / "surveys").iterdir())
    assert [f"{STORED}-{slim.SCHEMA}.json"] == [entry.name for entry in entries]


def test_compiled_files_of_others_are_never_packed(
    stored: Callable[..., Wheel], store: Store
) -> None:
    """They are for the Python of who built the wheel. Without a source, one is the module."""
    wheel = stored(
        {
            "pkg/__init__.py": b"",
            "pkg/__pycache__/__init__.cpython-38.pyc": b"",
            "pkg/old.py": b"",
            "pkg/old.pyc": b"",
            "pkg/closed.pyc": b"",
        }
    )
    assert ["pkg/__pycache__/__init__.cpython-38.pyc", "pkg/old.pyc"] == dropped(wheel, store)


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("pkg/tests/a/tests/b.py", "pkg/tests"),
        ("tests/a.py", "tests"),
        ("pkg/test.py", ""),
        ("pkg/tests.py", ""),
        ("pkg/testing/a.py", ""),
        ("pkg/mytests/a.py", ""),
    ],
)
def test_a_folder_of_tests_is_known_by_its_name(path: str, folder: str) -> None:
    """The outermost one counts."""
    assert folder == slim.test_folder(path)
