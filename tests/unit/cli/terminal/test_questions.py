"""Questions of work in a thread of its own: asked where Ctrl-C arrives."""

from __future__ import annotations

import threading

import click
import pytest

from sam_deploy.aws import Aws, Endpoint
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.console import Console
from sam_deploy.cli.terminal.questions import Question, Questions
from sam_deploy.cli.wiring import Place, watched
from sam_deploy.lanes import Stop, StoppedError


@pytest.fixture
def here() -> Console:
    """A console that says little."""
    return consoles.make("quiet")


@pytest.fixture
def nowhere() -> Place:
    """A place that nobody goes to: there is no cloud to watch over."""
    return Place("aws", Aws(Endpoint("aws")), "123456789012")


def asked(questions: Questions, console: Console, place: Place) -> str:
    """Ask from a thread of its own, as every command does."""
    return watched(place, questions.stop, lambda: questions.ask("Go?"), console, questions)


def test_it_is_asked_in_the_main_thread_and_answered_in_the_other(
    here: Console, nowhere: Place
) -> None:
    """One question, whole, and what was typed."""
    threads: list[tuple[str, threading.Thread]] = []

    def prompt(text: str, _default: str) -> str:
        threads.append((text, threading.current_thread()))
        return "yes"

    assert "yes" == asked(Questions(Stop(), prompt), here, nowhere)
    assert [("Go?", threading.main_thread())] == threads


@pytest.mark.fault(56)
@pytest.mark.parametrize("error", [KeyboardInterrupt, click.Abort])
def test_ctrl_c_at_a_question_ends_the_work(
    here: Console, nowhere: Place, error: type[BaseException]
) -> None:
    """Fault 56: what asked is told to stop, and has cleaned up before the command ends."""
    ended: list[str] = []

    def prompt(text: str, _default: str) -> str:
        del text
        raise error

    questions = Questions(Stop(), prompt)

    def work() -> None:
        try:
            questions.ask("Go?")
        except StoppedError:
            ended.append("cleaned up")
            raise

    with pytest.raises(KeyboardInterrupt):
        watched(nowhere, questions.stop, work, here, questions)
    assert ["cleaned up"] == ended
    assert questions.stop.is_set()


def test_what_is_stopped_meanwhile_waits_for_no_answer() -> None:
    """The lock was lost while somebody thinks."""
    questions = Questions(Stop(), lambda _text, _default: "yes")
    questions.stop.set()
    with pytest.raises(StoppedError):
        questions.ask("Go?")


def test_where_nothing_is_asked_nobody_is_disturbed() -> None:
    """The main thread looks again and again."""

    def prompt(text: str, _default: str) -> str:
        raise AssertionError(text)

    Questions(Stop(), prompt).answer_one()


def test_each_question_has_its_own_answer() -> None:
    """Two threads ask; answers are not mixed up."""
    questions, answers = Questions(Stop(), lambda text, _: text.upper()), dict[str, str]()
    threads = [
        threading.Thread(target=lambda each=text: answers.update({each: questions.ask(each)}))
        for text in ("a", "b")
    ]
    for each in threads:
        each.start()
    while any(each.is_alive() for each in threads):
        questions.answer_one()
    assert {"a": "A", "b": "B"} == answers


@pytest.mark.fault(24)
def test_what_comes_too_late_is_waited_for_no_longer() -> None:
    """Also where nothing ends the read (Windows): who asked goes on, so that its lock is free."""
    questions, answers = Questions(Stop(), lambda _text, _default: "123456"), list[str]()
    asking = threading.Thread(
        target=lambda: answers.append(questions.ask("Code", "", "code", lambda: True))
    )
    asking.start()  # nobody answers: the main thread is in a read that does not end
    asking.join(30)
    assert [""] == answers


@pytest.mark.fault(24)
def test_what_is_too_late_already_is_not_answered() -> None:
    """The alarm rings while the person is asked, and her answer counts no more."""
    ended = threading.Event()

    def prompt(text: str, _default: str) -> str:
        del text
        ended.wait(30)
        return "123456"

    questions, answers = Questions(Stop(), prompt), list[str]()
    asking = threading.Thread(
        target=lambda: answers.append(questions.ask("Code", "", "code", lambda: True))
    )
    asking.start()
    while asking.is_alive():
        questions.answer_one()
    assert [""] == answers


class Leaving:
    """Somebody behind a page who ends the work while nothing is asked."""

    def changes(self, lines: object) -> None:
        """Look at nothing."""

    def seen(self, plan: object, lines: object, *, final: bool) -> None:
        """Look at nothing."""

    def answer(self, question: Question, stop: Stop) -> str:
        """Give no answer: nothing is asked."""
        raise AssertionError(question, stop)

    def look(self) -> None:
        """Want the end."""
        raise KeyboardInterrupt


def test_who_is_not_at_the_terminal_ends_work_that_asks_nothing(
    here: Console, nowhere: Place
) -> None:
    """They are looked at in every round, as the terminal's own Ctrl-C would come at any time."""
    questions = Questions(Stop(), person=Leaving())

    def work() -> None:
        while True:
            questions.stop.pause(0.001)

    with pytest.raises(KeyboardInterrupt):
        watched(nowhere, questions.stop, work, here, questions)
