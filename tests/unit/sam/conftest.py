from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

HANDLER = "def handler(event, context): ...\n"
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a template beside a folder `src` with a handler, and further files if need be."""

    def written(text: str, files: Mapping[str, str] | None = None, name: str = "") -> Path:
        for path, content in {"src/app.py": HANDLER, **(files or {})}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(content, encoding="utf-8")
        file = tmp_path / (name or "template.yaml")
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        return file

    return written


@pytest.fixture
def function(write: Write) -> Callable[..., Path]:
    """Writes a template with one Python function; `more` is added to its properties."""

    def written(more: str = "", metadata: str = "", files: Mapping[str, str] | None = None) -> Path:
        head = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Hello:\n"
        body = "    Type: AWS::Serverless::Function\n"
        said = f"    Metadata: {metadata}\n" if metadata else ""
        properties = {"Runtime": "python3.12", "Handler": "app.handler", "CodeUri": "src"}
        given = [line for line in more.splitlines() if line.strip()]
        names = {line.split(":")[0].strip() for line in given if ":" in line}
        lines = [f"      {k}: {v}" for k, v in properties.items() if k not in names]
        lines += [f"      {line}" for line in given if not line.endswith(": ~")]
        text = head + body + said + "    Properties:\n" + "\n".join(lines) + "\n"
        return write(text, files)

    return written
