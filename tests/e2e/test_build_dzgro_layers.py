"""All layers of the dzgro example, for both glibc generations and both architectures.

`sam build` fails on two of them for python3.11: the newest pillow and numpy have no wheels for its
glibc. No extra pins may be needed.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from sam_deploy.build import Store, run
from sam_deploy.config import load
from sam_deploy.events import ignore
from sam_deploy.plan import make
from sam_deploy.plan.model import Architecture, BuildUnit, Request
from sam_deploy.plan.targets import aws_target

EXAMPLE = Path(__file__).parents[2] / "examples" / "dzgro"
LAYERS = ["api", "dzgroshared", "invoicegenerator", "mangum", "pandas", "pymongo", "secrets"]
PLATFORM = re.compile(r"manylinux_2_(\d+)_(x86_64|aarch64)")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the example without its locks, so that every version is chosen anew."""
    folder = tmp_path_factory.mktemp("layers") / "dzgro"
    ignored = shutil.ignore_patterns(".sam-deploy", "locks", "__pycache__")
    return Path(shutil.copytree(EXAMPLE, folder, ignore=ignored))


@pytest.fixture(scope="module")
def layers(project: Path) -> list[BuildUnit]:
    plan = make(load(project), project, Request())
    return [u for u in plan.builds if isinstance(u, BuildUnit) and u.kind == "layer"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@pytest.mark.long
@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
@pytest.mark.parametrize("runtime", ["python3.11", "python3.12"])
def test_every_layer_builds_without_extra_pins(
    project: Path,
    layers: list[BuildUnit],
    store: Store,
    runtime: str,
    architecture: Architecture,
) -> None:
    """And what is native in it is for that Python, that machine and that glibc."""
    target = aws_target(runtime, architecture)
    made = run([replace(unit, target=target) for unit in layers], project, store, ignore)
    assert sorted(f"layer/{name}" for name in LAYERS) == sorted(made)
    machine = {"x86_64": "x86_64", "arm64": "aarch64"}[architecture]
    suffix = f".cpython-3{target.python_minor[1]}-{machine}-linux-gnu.so"
    for artifact in made.values():
        with zipfile.ZipFile(artifact.path) as opened:
            assert opened.testzip() is None
            natives = [name for name in opened.namelist() if ".cpython-" in name]
            natives = [name for name in natives if name.endswith(".so")]
            wheels = [
                PLATFORM.findall(opened.read(name).decode())
                for name in opened.namelist()
                if name.endswith(".dist-info/WHEEL")
            ]
        # pymongo's wheels hold the modules of older Pythons, too
        mine = {name.removesuffix(suffix) for name in natives if name.endswith(suffix)}
        assert {name.partition(".cpython-")[0] for name in natives} == mine
        assert [] == [name for name in natives if f"-{machine}-" not in name]
        needed = [min(int(glibc) for glibc, _ in tags) for tags in wheels if tags]
        assert [] == [glibc for glibc in needed if glibc > target.glibc[1]]
        assert {machine} >= {found for tags in wheels for _, found in tags}
    invoices = made["layer/invoicegenerator"]
    with zipfile.ZipFile(invoices.path) as opened:
        assert {"python/docopt.py", "python/num2words/__init__.py"} <= set(opened.namelist())
