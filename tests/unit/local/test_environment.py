"""What uv is told when it makes the emulator's environment."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from sam_deploy.local import environment


def test_uv_sees_no_foreign_python_and_no_credentials() -> None:
    """Virtual environments, PYTHON* and AWS_* stay outside; indexes and proxies go in."""
    inherited = {
        "PATH": "/usr/bin",
        "HOME": "/nowhere",
        "VIRTUAL_ENV": "/v",
        "PYTHONPATH": "/p",
        "UV_PYTHON": "3.9",
        "AWS_SECRET_ACCESS_KEY": "s",
        "UV_INDEX": "https://index.example",
        "HTTPS_PROXY": "http://proxy.example",
    }
    expected = {
        "PATH": "/usr/bin",
        "HOME": "/nowhere",
        "UV_INDEX": "https://index.example",
        "HTTPS_PROXY": "http://proxy.example",
        "UV_PYTHON_DOWNLOADS": "never",
    }
    assert expected == environment.uv_environment(inherited)


def test_interpreters_behind_shims_are_named(tmp_path: Path) -> None:
    """A shim fails for a version that is not selected; the folders behind it do not."""
    for version in ("3.11.7", "3.12.1"):
        (tmp_path / ".pyenv" / "versions" / version / "bin").mkdir(parents=True)
    inherited = {"PATH": f"{tmp_path}/.pyenv/shims:/usr/bin", "HOME": str(tmp_path)}
    path = environment.uv_environment(inherited)["PATH"].split(os.pathsep)
    versions = tmp_path / ".pyenv" / "versions"
    assert ["/usr/bin", f"{versions}/3.12.1/bin", f"{versions}/3.11.7/bin"] == path


def test_every_requirement_is_pinned_and_hashed() -> None:
    """`--require-hashes` would refuse the file otherwise; and no index is named in it."""
    text = environment.REQUIREMENTS.read_text(encoding="utf-8")
    entries = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", "").splitlines()
    unpinned = [
        entry for entry in entries if not re.match(r"[\w.-]+==[\w.]+ .*--hash=sha256:\w{64}", entry)
    ]
    assert [] == unpinned
    assert {"ministack==1.5.33", "aws-sam-translator", "cryptography"} <= {
        name for entry in entries for name in (entry.split(" ")[0], entry.split("==")[0])
    }
    assert "://" not in text


@pytest.mark.parametrize("chosen", [True, False])
def test_the_cache_folder_can_be_chosen(
    chosen: bool,  # noqa: FBT001
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SAM_DEPLOY_CACHE_DIR overrides the folder that the system has for caches."""
    monkeypatch.delenv("SAM_DEPLOY_CACHE_DIR", raising=False)
    if chosen:
        monkeypatch.setenv("SAM_DEPLOY_CACHE_DIR", str(tmp_path))
    expected = tmp_path.name if chosen else "sam-deploy"
    assert expected == environment.cache_folder().name


@pytest.mark.parametrize(
    ("runtime", "python"),
    [
        ("python3.12", "3.12"),
        ("3.13", "3.13"),
        ("python3.9", "3.9"),
        ("nodejs22.x", ""),
    ],
)
def test_functions_in_node_ask_for_no_python(runtime: str, python: str) -> None:
    """Any Python runs the emulator; only functions in Python want one of their own."""
    assert python == environment.wanted_python(runtime)
