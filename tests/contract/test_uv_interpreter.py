"""uv is asked as the build engine asks it. No network: the packages are made here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import uv

from sam_deploy.build import lock, stand_in
from sam_deploy.build.credentials import Credentials
from sam_deploy.build.fetch import Fetcher
from sam_deploy.build.requirements import Requested
from sam_deploy.build.resolve import Resolver
from sam_deploy.build.store import Store
from sam_deploy.build.wheels import machine
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import Architecture, Target
from sam_deploy.plan.targets import aws_target

Resolve = Callable[..., dict[str, str]]


def write_wheel(folder: Path, name: str, version: str, tag: str, *requires: str) -> None:
    information = f"{name}-{version}.dist-info"
    metadata = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {r}" for r in requires)]
    with zipfile.ZipFile(folder / f"{name}-{version}-{tag}.whl", "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", "")
        wheel.writestr(f"{information}/METADATA", "\n".join(["Metadata-Version: 2.1", *metadata]))
        wheel.writestr(f"{information}/WHEEL", f"Wheel-Version: 1.0\nTag: {tag}\n")
        wheel.writestr(f"{information}/RECORD", "")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    folder = tmp_path / "index"
    folder.mkdir()
    return folder


@pytest.fixture
def resolve(tmp_path: Path, index: Path) -> Resolve:
    """Resolve against the folder of wheels; return versions by name."""

    def resolve(target: Target, *requirements: str) -> dict[str, str]:
        store = Store(tmp_path / "store")
        options = ["--no-index", f"--find-links {index}"]
        requested = Requested(requirements=list(requirements), options=options)
        with Fetcher(store, lambda: Credentials({}, None)) as fetcher:
            resolver = Resolver(store, fetcher, tmp_path, lambda _step, _detail: None)
            body = resolver.resolve(requested, target, "unit")
        return {str(package.name): package.version for package in lock.packages(body, "unit")}

    return resolve


def keys(value: object) -> object:
    """Return the shape of an answer: names and kinds of values."""
    if isinstance(value, dict):
        return {name: keys(inner) for name, inner in value.items()}
    return type(value)


def test_the_stand_in_answers_in_the_shape_of_a_real_interpreter(tmp_path: Path) -> None:
    """What a real Python prints when uv asks it has the fields that the stand-in prints."""
    said = tmp_path / "said.json"
    wrapper = tmp_path / "python"
    wrapper.write_text(f'#!/bin/sh\n"{sys.executable}" "$@" | tee "{said}"\n')
    wrapper.chmod(0o755)
    environment = os.environ | {"UV_CACHE_DIR": str(tmp_path / "cache")}
    finished = subprocess.run(
        [uv.find_uv_bin(), "python", "find", str(wrapper)],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert 0 == finished.returncode, finished.stderr
    real = json.loads(said.read_text())
    mine = stand_in.answer(aws_target("python3.11", "x86_64"), wrapper)
    assert keys(real) == keys(mine)


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
@pytest.mark.parametrize(
    ("runtime", "glibc"),
    [
        ("python3.9", 26),
        ("python3.10", 26),
        ("python3.11", 26),
        ("python3.12", 34),
        ("python3.13", 34),
        ("python3.14", 34),
    ],
)
def test_the_glibc_of_each_runtime_is_exact(
    resolve: Resolve, index: Path, runtime: str, glibc: int, architecture: Architecture
) -> None:
    """The newest version whose wheel runs there is chosen, not the newest one."""
    target = aws_target(runtime, architecture)
    major, minor = target.python_minor
    tag = f"cp{major}{minor}-cp{major}{minor}"
    for version, needs in enumerate((17, glibc, glibc + 1), start=1):
        platform = f"manylinux_2_{needs}_{machine(target)}"
        write_wheel(index, "native", str(version), f"{tag}-{platform}", "pure>=1")
    write_wheel(index, "pure", "1", "py3-none-any")
    assert {"native": "2", "pure": "1"} == resolve(target, "native")


def test_markers_see_the_patch_version_of_the_target(resolve: Resolve, index: Path) -> None:
    """3.11.0 would resolve differently from 3.11.13."""
    write_wheel(index, "early", "1", "py3-none-any")
    write_wheel(index, "late", "1", "py3-none-any")
    write_wheel(
        index,
        "app",
        "1",
        "py3-none-any",
        "early; python_full_version < '3.11.3'",
        "late; python_full_version >= '3.11.3'",
    )
    assert {"app": "1", "late": "1"} == resolve(aws_target("python3.11", "x86_64"), "app")


@pytest.mark.parametrize("runtime", ["python3.11", "python3.12"])
def test_a_release_for_other_machines_is_told_with_its_tags(
    resolve: Resolve, index: Path, runtime: str
) -> None:
    """What is on offer, what is needed, and the ways out."""
    minor = runtime.partition(".")[2]
    tag = f"cp3{minor}-cp3{minor}-manylinux_2_35_x86_64"
    write_wheel(index, "native", "7", tag)
    with pytest.raises(BuildError) as caught:
        resolve(aws_target(runtime, "x86_64"), "native==7")
    assert f"`native` 7 has no wheel for {runtime}-x86_64, wanted by `unit`" == caught.value.what
    assert f"on offer: {tag}" in caught.value.why


def test_a_package_that_does_not_exist_is_told_in_the_words_of_uv(resolve: Resolve) -> None:
    """One readable sentence, no tree."""
    with pytest.raises(BuildError, match="cannot be resolved") as caught:
        resolve(aws_target("python3.12", "x86_64"), "no-such-package")
    assert "no-such-package was not found" in caught.value.why


def test_versions_that_do_not_fit_together_are_told(resolve: Resolve, index: Path) -> None:
    """Both sides are named."""
    write_wheel(index, "a", "1", "py3-none-any", "b>=2")
    write_wheel(index, "b", "1", "py3-none-any")
    write_wheel(index, "b", "2", "py3-none-any")
    with pytest.raises(BuildError, match="cannot be resolved") as caught:
        resolve(aws_target("python3.12", "x86_64"), "a", "b<2")
    assert ("depend on b>=2" in caught.value.why, "\n" in caught.value.why) == (True, False)


def test_constraints_hold(tmp_path: Path, index: Path) -> None:
    """They limit a package without asking for it."""
    write_wheel(index, "a", "1", "py3-none-any", "b")
    write_wheel(index, "b", "1", "py3-none-any")
    write_wheel(index, "b", "2", "py3-none-any")
    store = Store(tmp_path / "store")
    requested = Requested(
        requirements=["a"],
        constraints=["b<2", "unused==9"],
        options=["--no-index", f"--find-links {index}"],
    )
    with Fetcher(store, lambda: Credentials({}, None)) as fetcher:
        resolver = Resolver(store, fetcher, tmp_path, lambda _step, _detail: None)
        body = resolver.resolve(requested, aws_target("python3.12", "arm64"), "unit")
    assert [("a", "1"), ("b", "1")] == [(p.name, p.version) for p in lock.packages(body, "unit")]
