"""`sam-deploy` alone at a real terminal: what is offered, what keys do, and how it comes back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.faults.screen import Screen, at_screen

pytestmark = pytest.mark.slow

DZGRO = Path(__file__).parents[2] / "examples" / "dzgro"
COMMAND = (sys.executable, "-m", "sam_deploy")
OFFERED = (
    "1 Core Product Features (",
    "2 AMS Features (Multi-region: eu-west-1, us-east-1, us-west-2)",
    "3 Deploy to Staging 🔒 (Requires OTP)",
    "4 Deploy to Production 🔒 (Requires OTP)",
)
UP, DOWN, ENTER, ESCAPE, INTERRUPT = "\x1b[A", "\x1b[B", "\r", "\x1b", "\x03"
QUESTION = "? Select deployment type:"


@pytest.fixture
def dzgro(tmp_path: Path) -> Path:
    """A copy with a configuration and no cloud: nothing is started by looking."""
    (tmp_path / "deploy.py").write_bytes((DZGRO / "deploy.py").read_bytes())
    return tmp_path


def menu(
    folder: Path, columns: int = 100, rows: int = 40, **more: str
) -> AbstractContextManager[Screen]:
    return at_screen(COMMAND, folder, columns=columns, rows=rows, more=more)


def test_four_ways_to_deploy_are_offered_and_keys_choose_one(dzgro: Path) -> None:
    """Worded as in the main document; the choice is shown as the command that does the same.

    The third way ends before anything is asked, as nothing is deployed; the menu is there again.
    """
    with menu(dzgro) as screen:
        screen.until("Quit")
        places = [screen.text.find(each) for each in OFFERED]
        assert -1 not in places, screen.text
        assert sorted(places) == places
        screen.keys(DOWN + DOWN)
        screen.until("$ sam-deploy promote staging")
        assert "staging serves what dev serves: 7 functions" in screen.text
        assert "where: embedded · 000000000000 · ap-south-1, eu-west-1" in screen.text
        screen.until("now: nothing is deployed: the cloud on this laptop does not run")
        screen.keys(ENTER)
        screen.until("exit code 5: promote staging: ")
        screen.until_chosen("1 Core")
        screen.keys("q")
        assert 5 == screen.end()
    assert b"Traceback" not in screen.sent


def test_a_digit_chooses_and_the_outcome_is_the_exit_code(dzgro: Path) -> None:
    """0 after what went well, also when it came after what did not."""
    with menu(dzgro) as screen:
        screen.until("Quit")
        screen.keys("6")
        screen.until("exit code 5: status")
        screen.until("Quit")
        screen.keys(f"{UP}{UP}{ENTER}")
        screen.until("done: cloud status")
        screen.until("Quit")
        screen.keys(ESCAPE)
        assert 0 == screen.end()


@pytest.mark.parametrize("key", [ESCAPE, "q", INTERRUPT, "\x04", UP + ENTER])
def test_leaving_the_menu_does_nothing(dzgro: Path, key: str) -> None:
    """Escape, q, Ctrl-C, the end of input and its last line: 0, and nothing stays on the screen."""
    with menu(dzgro) as screen:
        screen.until("Quit")
        screen.keys(key)
        assert 0 == screen.end(), screen.text
        assert {"", "? Select deployment type: Quit"} >= set(screen.lines)
        assert screen.sent.rstrip().endswith((b"\x1b[?25h", b"Quit"))
    assert ["deploy.py"] == [each.name for each in dzgro.iterdir() if each.suffix]


def test_a_menu_that_a_signal_ends_or_stops_gives_the_terminal_back(dzgro: Path) -> None:
    """The cursor is there after Ctrl-Z and after SIGTERM, and `fg` draws the menu anew."""
    with menu(dzgro) as screen:
        screen.until("Quit")
        started = len(screen.sent)
        screen.keys("\x1a")
        screen.until_sent(b"\x1b[?25h", started)
        os.kill(screen.process.pid, signal.SIGCONT)
        screen.until_sent(b"Select deployment type", started)
        screen.keys(DOWN)
        screen.until_chosen("2 AMS")
        os.kill(screen.process.pid, signal.SIGTERM)
        assert 128 + signal.SIGTERM == screen.end()
        assert screen.sent.rstrip().endswith(b"\x1b[?25h")


def test_regions_are_all_marked_and_one_can_be_left_out(dzgro: Path) -> None:
    """Enter alone takes all; going back runs nothing."""
    with menu(dzgro) as screen:
        screen.until("Quit")
        screen.keys("2")
        screen.until("[x] us-west-2 - Oregon, USA")
        assert 3 == screen.text.count("[x]")
        screen.keys(" ")
        screen.until("[ ] eu-west-1 - Ireland")
        screen.keys(ESCAPE)
        screen.until_chosen("1 Core")
        assert "$ sam-deploy deploy --region" not in screen.text


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (40, 10), (20, 8)])
def test_it_fits_a_terminal_of_any_size(dzgro: Path, columns: int, rows: int) -> None:
    """No line is broken, and after a walk through all lines each is there once."""
    with menu(dzgro, columns, rows) as screen:
        screen.until_chosen("1 Core")
        screen.keys(DOWN * 10)
        screen.until_chosen("Quit")
        assert 1 == screen.text.count("? Select deplo")
        assert 1 == screen.text.count("Quit")
        screen.keys("q")
        assert 0 == screen.end()


def test_a_window_that_grows_narrow_is_drawn_anew(dzgro: Path) -> None:
    """The terminal has broken its lines: nothing of them is left."""
    with menu(dzgro, 100, 30) as screen:
        screen.until("Quit")
        screen.resize(50, 30)
        screen.until("1 Core Product Features (Multi-region: ap-s...")
        assert 1 == screen.text.count("? Select deployment type:")


def test_without_colour_the_pointer_tells(dzgro: Path) -> None:
    """NO_COLOR: not one colour is sent, and the chosen line is marked all the same."""
    with menu(dzgro, NO_COLOR="1") as screen:
        screen.until("Quit")
        screen.keys(DOWN)
        screen.until_chosen("2 AMS")
        assert b"\x1b[3" not in screen.sent
        assert b"\x1b[1m" not in screen.sent


def test_a_dumb_terminal_is_asked_for_a_number(dzgro: Path) -> None:
    """No control sequence at all; what is no line is asked again."""
    with menu(dzgro, TERM="dumb") as screen:
        screen.until("Number (q leaves)")
        assert "  3) Deploy to Staging (Requires OTP)" in screen.text
        screen.keys("99\n")
        screen.until("Type a number from 1 to 11")
        screen.keys("10\n")
        screen.until("done: cloud status")
        screen.keys("q\n")
        assert 0 == screen.end()
    assert b"\x1b" not in screen.sent


def test_a_mistake_is_shown_and_the_menu_stays_of_use(tmp_path: Path) -> None:
    """All mistakes above it; once they are corrected a look brings the usual menu."""
    text = 'from sam_deploy import App\n\napp = App(name="A b", home_region="eu-wes-1")\n'
    (tmp_path / "deploy.py").write_text(text)
    with menu(tmp_path) as screen:
        screen.until("Quit")
        assert "error: `deploy.py` has 4 mistakes" in screen.text
        assert "did you mean 'eu-west-1'" in screen.text
        screen.keys("3")
        screen.until("done: explain 2")
        screen.until_chosen("1 Look again")
        (tmp_path / "deploy.py").write_bytes((DZGRO / "deploy.py").read_bytes())
        screen.keys(ENTER)
        screen.until_chosen("1 Core")


def test_without_a_project_one_is_begun_and_is_the_menus_from_then_on(tmp_path: Path) -> None:
    """Each template, a stack and the demo are offered; a new folder is asked for."""
    (tmp_path / "notes.txt").write_text("mine")
    with menu(tmp_path) as screen:
        screen.until("Quit")
        for said in ("an HTTP API", "a queue", "API, queue", "From a stack", "Demo"):
            assert said in screen.text
        screen.keys("1")
        screen.until("Name of the new folder [orders]:")
        screen.keys("shop\n")
        screen.until("done: init shop --template api")
        screen.until_chosen("1 core (eu-west-1 - Ireland)")
        assert "$ sam-deploy -C shop deploy" in screen.text
    assert (tmp_path / "shop" / "deploy.py").is_file()


def test_beside_a_template_a_project_around_it_is_offered(tmp_path: Path) -> None:
    """Once it is configured it is deployed as it is."""
    (tmp_path / "template.yaml").write_text("Resources: {Jobs: {Type: AWS::SQS::Queue}}")
    with menu(tmp_path) as screen:
        screen.until_chosen("1 A project around template.yaml")
        screen.keys(ENTER)
        screen.until("done: init --from-template template.yaml")
        screen.until_chosen("1 Deploy template.yaml")


def test_the_target_can_be_changed(dzgro: Path) -> None:
    """Commands then name it; nothing is called for the menu to be there."""
    with menu(dzgro, AWS_ACCESS_KEY_ID="", AWS_CONFIG_FILE="none") as screen:
        screen.until("Quit")
        screen.keys("t")
        screen.until("$ sam-deploy --target aws deploy")
        assert "aws · account of the credentials" in screen.text


def test_locally_there_is_no_region_to_choose(dzgro: Path) -> None:
    """`ENV=local`: buckets and queues, one command."""
    with menu(dzgro, ENV="local") as screen:
        screen.until_chosen("1 Local: buckets and queues")
        assert "2 Deploy to Staging" in screen.text
        assert "$ sam-deploy deploy\n" in f"{screen.text}\n"


def test_without_a_terminal_it_is_the_help(dzgro: Path) -> None:
    """As ever: a script that calls it bare gets text and 0."""
    ran = subprocess.run(
        COMMAND, cwd=dzgro, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert (0, "") == (ran.returncode, ran.stderr)
    assert ran.stdout.startswith("Usage: sam-deploy ")
