"""What every command shows when it goes well, at 80 and 120 columns, with colour and without."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.screens.whole import golden_text
from tests.screens.whole.conftest import Four
from tests.screens.whole.scene import Scene
from tests.screens.whole.successes import CASES, ELSEWHERE

from sam_deploy.cli.main import COMMANDS

GOLDEN = Path(__file__).parent / "golden" / "successes"


@pytest.fixture(scope="module")
def scene(ground: Path) -> Iterator[Scene]:
    """The project, deployed once."""
    made = Scene(ground / "tiny", {**os.environ, "SAM_DEPLOY_CACHE_DIR": str(ground / "cache")})
    try:
        made.begin()
        yield made
    finally:
        made.run("cloud", "stop")


@pytest.mark.long
@pytest.mark.ordered
@pytest.mark.parametrize("name", CASES)
def test_a_success_is_the_golden_one_at_every_terminal(
    four: Callable[..., Four], scene: Scene, name: str
) -> None:
    """Word for word. UPDATE_GOLDEN=1 writes them anew."""
    case = CASES[name]
    pictures = four(
        scene.folder,
        case.arguments,
        before=lambda: case.before(scene),
        answers=case.answers,
        code=scene.code,
        widths=golden_text.WIDTHS_OF_TABLES if case.table else golden_text.WIDTHS,
    )
    assert {case.code} == {each.exit_code for each in pictures.values()}, pictures[80, True].lines
    golden_text.check(
        GOLDEN / f"{name}.txt",
        case.arguments,
        pictures,
        scene.folder,
        document=case.document,
        table=case.table,
    )


def test_every_command_has_a_success() -> None:
    """A new command needs a case, or a reason; every golden text has its command."""
    shown = {case.arguments[0] for case in CASES.values()}
    assert set(COMMANDS) == shown | set(ELSEWHERE)
    assert set() == shown & set(ELSEWHERE)
    assert sorted(CASES) == sorted(path.stem for path in GOLDEN.glob("*.txt"))
