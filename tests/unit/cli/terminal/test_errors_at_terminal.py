"""An error at a terminal of 80 columns."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.cli.terminal.eighty import lines_at_80

from sam_deploy import config
from sam_deploy.cli.terminal.errors import show_error
from sam_deploy.errors import ConfigError


@pytest.mark.parametrize("before", [10, 50, 90, 300, 700])
def test_the_caret_stands_below_what_it_is_about(tmp_path: Path, before: int) -> None:
    """A source line is one row, cut around the caret; a caret below anything else is no help."""
    names = " ".join(["value,"] * (before // 7))
    (tmp_path / "deploy.py").write_text(f"found = ({names} 1 !)  # {'and more ' * 20}\n")
    with pytest.raises(ConfigError) as raised:
        config.load(tmp_path)
    error = raised.value
    lines = lines_at_80(lambda stream: show_error(error, stream))
    row = next(number for number, line in enumerate(lines) if line.strip() == "^")
    assert "!" == lines[row - 1][lines[row].index("^")]
    assert lines[row - 1].endswith("...")
    assert "" == lines[row - 2]
    assert [] == [line for line in lines if len(line) > 80]


def test_a_line_that_python_tells_in_part_is_not_pointed_at(tmp_path: Path) -> None:
    """Its number is told, and no caret that stands below something else."""
    (tmp_path / "deploy.py").write_text(f"found = ({'value, ' * 130} 1 !)  # {'and more ' * 20}\n")
    with pytest.raises(ConfigError) as raised:
        config.load(tmp_path)
    assert "invalid syntax" == raised.value.why
