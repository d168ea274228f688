"""The page's modules fit together: the types in their comments hold."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.browser.conftest import TYPESCRIPT, installed
from tests.browser.stand import PAGE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="Node is not installed"),
]
OPTIONS = {
    "strict": True,
    "noEmit": True,
    "allowJs": True,
    "checkJs": True,
    "noUncheckedIndexedAccess": True,
    "target": "es2022",
    "module": "esnext",
    "moduleResolution": "bundler",
    "lib": ["es2023", "dom", "dom.iterable"],
    "types": [],
}


def test_the_types_of_the_page_hold(tmp_path: Path, npm_cache: Path) -> None:
    """The strict checker of TypeScript has nothing to say about any module."""
    compiler = installed("typescript", TYPESCRIPT, npm_cache) / "bin" / "tsc"
    project = tmp_path / "tsconfig.json"
    settings = {"compilerOptions": OPTIONS, "include": [f"{PAGE}/**/*.js"]}
    project.write_text(json.dumps(settings), encoding="utf-8")
    command = ["node", str(compiler), "-p", str(project)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)
    assert ("", 0) == (ended.stdout, ended.returncode)
