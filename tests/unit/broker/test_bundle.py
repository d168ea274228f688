"""The one file that the broker is on AWS."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from tests.unit.broker.conftest import SETTINGS

from sam_deploy.broker import bundle as bundles
from sam_deploy.broker.bundle import MODULES, ONLY, bundle, code_sha256, names_of
from sam_deploy.broker.function.settings import settings_read

ALLOWED = {"boto3", "botocore.config", "botocore.exceptions"}


@pytest.fixture(scope="module")
def code() -> str:
    """The code of a broker."""
    return bundle(SETTINGS)


def test_no_name_is_defined_twice() -> None:
    """The modules become one, so a name that two of them define would be the second one's."""
    names = Counter()
    for module in MODULES:
        package, _, leaf = module.rpartition(".")
        tree = ast.parse(resources.files(package).joinpath(f"{leaf}.py").read_text("utf-8"))
        only = ONLY.get(module)
        names.update(
            name for node in tree.body for name in names_of(node) if not only or name in only
        )
    assert {} == {name: count for name, count in names.items() if count > 1}


def test_only_python_and_the_sdk_are_imported(code: str) -> None:
    """Lambda has these; everything else would have to be packed."""
    tree = ast.parse(code)
    found = {
        name
        for node in ast.walk(tree)
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert set() == {
        each for each in found - ALLOWED if each.partition(".")[0] not in sys.stdlib_module_names
    }


def test_it_runs_without_sam_deploy(code: str, tmp_path: Path) -> None:
    """In a process that cannot import sam_deploy, its handler and its settings are there."""
    (tmp_path / "index.py").write_text(code, encoding="utf-8")
    program = (
        "import sys; sys.modules['sam_deploy'] = None; sys.path.insert(0, sys.argv[1])\n"
        "import index; print(callable(index.handler), index.settings_read(index.SETTINGS))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert ("", 0) == (done.stderr, done.returncode)
    assert f"True {SETTINGS!r}" == done.stdout.strip()


def test_the_same_settings_make_the_same_file(code: str) -> None:
    """So that whoever reviews a template can write it again, and compare."""
    assert code == bundle(SETTINGS)
    other = bundle(replace(SETTINGS, recipients=("x@orders.example",)))
    assert code_sha256(code) != code_sha256(other)


def test_settings_come_back_as_they_were() -> None:
    """The literal in the code is Python and says what it was made of, quotes and all."""
    odd = replace(SETTINGS, sender='"o\'neil"@orders.example', recipients=("ü@orders.example",))
    literal = ast.literal_eval(bundles._literal(odd))  # noqa: SLF001 - what stands in the code
    assert odd == settings_read(literal)
