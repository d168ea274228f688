"""What a user reads when `deploy.py` is wrong: the exact text, reviewed as files."""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path

import pytest

from sam_deploy.cli.terminal.errors import show_error
from sam_deploy.config import load
from sam_deploy.errors import ConfigError
from sam_deploy.plan import Request, make

GOLDEN = Path(__file__).parent
PACKAGE = Path(__file__).parents[2] / "src" / "sam_deploy"
CASES = sorted(folder.name for folder in GOLDEN.glob("error_*"))


@pytest.mark.parametrize("case", CASES)
def test_each_mistake_is_told_in_its_golden_words(case: str, tmp_path: Path) -> None:
    """The text is exactly the reviewed one. UPDATE_GOLDEN=1 writes it anew."""
    shutil.copy(GOLDEN / case / "deploy.py", tmp_path / "deploy.py")
    with pytest.raises(ConfigError) as raised:
        make(load(tmp_path), tmp_path, Request())
    shown = io.StringIO()
    show_error(raised.value, shown)
    text = shown.getvalue().replace(str(tmp_path), "[PROJECT]").replace(str(PACKAGE), "[PACKAGE]")
    golden = GOLDEN / case / "message.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == text


def test_there_are_enough_cases() -> None:
    """A case that lost its folder would otherwise pass unnoticed."""
    assert 31 == len(CASES)


@pytest.mark.parametrize("case", CASES)
def test_no_message_has_trailing_spaces_or_internals(case: str) -> None:
    """What editors would strip, and what a user cannot know, is in none of them."""
    text = (GOLDEN / case / "message.txt").read_text(encoding="utf-8")
    assert [] == [line for line in text.splitlines() if line != line.rstrip()]
    assert [] == [word for word in ("Traceback", "pydantic", "None`", "Trigger(") if word in text]
