from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from sam_deploy.provide.layers import compatible_architectures, content_hash

ELF = b"\x7fELF\x02\x01\x01\x00"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("python/six.py", b"x = 1", ("x86_64", "arm64")),
        ("python/data/table.bin", b"\x00\x01", ("x86_64", "arm64")),
        ("python/empty.txt", b"", ("x86_64", "arm64")),
        ("python/speedups.cpython-312-x86_64-linux-gnu.so", ELF, ("x86_64",)),
        ("python/numpy.libs/libblas.so.3", ELF, ("x86_64",)),
        ("bin/tool", ELF, ("x86_64",)),
    ],
)
def test_machine_code_decides_where_a_layer_runs(
    tmp_path: Path, name: str, content: bytes, expected: tuple[str, ...]
) -> None:
    """R133: by the first bytes of the files, whatever they are called."""
    archive = tmp_path / "layer.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("python/pkg/", b"")
        made.writestr("python/first.py", b"")
        made.writestr(name, content)
    assert expected == compatible_architectures(archive, "x86_64")


def test_only_our_descriptions_tell_a_hash() -> None:
    """Others are somebody else's versions, which are never removed."""
    assert "ab" * 32 == content_hash(f"sam-deploy sha256:{'ab' * 32}")
    assert "" == content_hash("pandas 2.0")
    assert "" == content_hash("")
