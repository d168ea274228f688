"""What an error looks like at terminals of 80 and 120 columns, with colour and without."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.screens.whole import golden_text
from tests.screens.whole.conftest import Four
from tests.screens.whole.errors import ERRORS

GOLDEN = Path(__file__).parent / "golden" / "errors"


@pytest.fixture(scope="module")
def seen(four: Callable[..., Four], folders: Path) -> Iterator[dict[str, Future[Four]]]:
    """All of them, being made side by side: each is a process that mostly imports."""
    with ThreadPoolExecutor(max(2, os.cpu_count() or 2)) as pool:
        yield {
            name: pool.submit(four, folders / folder, arguments)
            for name, (folder, *arguments) in ERRORS.items()
        }


@pytest.mark.slow
@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_the_golden_one_at_every_terminal(
    seen: dict[str, Future[Four]], folders: Path, name: str
) -> None:
    """Word for word, and no line is broken by the terminal. UPDATE_GOLDEN=1 writes them anew."""
    pictures = seen[name].result()
    folder, *arguments = ERRORS[name]
    golden_text.check(GOLDEN / f"{name}.txt", arguments, pictures, folders / folder)
    assert {False} == {each.exit_code == 0 for each in pictures.values()}
    assert any(line.startswith("error: ") for line in pictures[80, True].lines)


def test_there_are_enough_errors_and_every_golden_one_is_used() -> None:
    """Forty at least; one that lost its command would otherwise stay."""
    assert 40 <= len(ERRORS)
    assert sorted(ERRORS) == sorted(path.stem for path in GOLDEN.glob("*.txt"))
