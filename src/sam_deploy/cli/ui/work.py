"""Promotions and rollbacks from the page: the very commands, with somebody else to ask."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sam_deploy import __version__, promotion, runs
from sam_deploy.cli.releasing import promote_screens
from sam_deploy.cli.releasing.promoting import Command, noted
from sam_deploy.cli.releasing.shift_options import ShiftChoice
from sam_deploy.cli.ui.ground import Ground
from sam_deploy.deploy import promotions
from sam_deploy.errors import EXIT_BUG, EXIT_INTERRUPTED, SamDeployError
from sam_deploy.lanes import StoppedError
from sam_deploy.promotion import rollback
from sam_deploy.secrecy import HIDDEN
from sam_deploy.ui.ports import Ask, Came, Stopped, Talk

if TYPE_CHECKING:
    import click

    from sam_deploy.config.model import App
    from sam_deploy.deploy.journal import Entry
    from sam_deploy.events import Event
    from sam_deploy.promotion import Done, Promoting
    from sam_deploy.runs import RunLog

MINUTES: Final = 10
"""How long a question waits where `deploy.py` says nothing of codes."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A job's console, which is written down as a command's is, for all who follow runs.

    What libraries tell is not: the server's readings would be among it.
    """

    talk: Talk
    log: RunLog

    def report(self, event: Event) -> None:
        """Hear what happens."""
        self.log.event(event)
        self.talk.report(event)

    def say(self, text: str = "") -> None:
        """Hear what a terminal would show."""
        self.talk.say(text)

    def close(self) -> None:
        """Have nothing to end."""
        self.talk.close()


@dataclass(slots=True)
class Releasing:
    """`ui.ports.Work`: runs `promote` and `rollback`."""

    ground: Ground
    program: str
    context: click.Context
    """Of the command `ui`: what is shown to be typed depends on it, in every thread."""

    def command(self, ask: Ask) -> str:
        """Return the command that does the same. Raises `ConfigError` for what cannot be meant."""
        app = self.ground.app()
        if ask.kind == "promote":
            promotion.environment_of(app, self._promotion(ask))
        else:
            rollback.refuse(app, _rollback(ask))
        noted(ask.note)
        return f"{self.program} {shlex.join(_arguments(ask))}"

    def lifetime_seconds(self) -> float:
        """Return how long a one-time code is good."""
        settings = self.ground.app().promotion
        return 60.0 * (settings.minutes if settings else MINUTES)

    def run(self, ask: Ask, talk: Talk) -> Came:
        """Carry it out in this thread. Raises as the commands do, and `Stopped`."""
        log = runs.RunLog(
            runs.folder_of(self.ground.chosen.project),
            runs.Start(ask.kind, _shown(ask), self.ground.target, __version__),
        )
        try:
            done = self._carried_out(ask, Recorded(talk, log))
        except Stopped as stopped:
            told = SamDeployError(
                "interrupted",
                why="it was stopped on the page",
                state=stopped.state,
                hint=stopped.hint,
            )
            log.end(EXIT_INTERRUPTED, runs.failure(told))
            raise
        except SamDeployError as error:
            log.end(error.exit_code, runs.failure(error))
            raise
        except BaseException as error:
            log.end(EXIT_BUG, runs.bug(error))
            raise
        log.end(0)
        return came(done)

    def _carried_out(self, ask: Ask, talk: Recorded) -> Done:
        how = Command(
            self.ground.chosen,
            self.ground.target,
            " ".join((ask.kind, ask.environment, *_shift(ask).arguments)),
            talk,
            note=noted(ask.note),
            person=talk.talk,
        )
        before = self._journal()
        with self.context.scope(cleanup=False):
            try:
                return how.run(self._work(ask))
            except (KeyboardInterrupt, StoppedError) as stopped:
                raise self._stopped(before) from stopped

    def _work(self, ask: Ask) -> Callable[[Promoting, App], Done]:
        if ask.kind == "promote":
            request = self._promotion(ask)
            return lambda to, app: promotion.promote(to, app, request)
        back = _rollback(ask)
        return lambda to, app: rollback.rollback(to, app, back)

    def _promotion(self, ask: Ask) -> promotion.Request:
        strategy = _shift(ask).strategy(self.ground.chosen.project)
        return promotion.Request(ask.environment, ask.only, strategy)

    def _journal(self) -> Entry | None:
        try:
            app, place = self.ground.app(), self.ground.place()
            return promotions.read(self.ground.records(app, place), app.name)
        except SamDeployError:
            return None

    def _stopped(self, before: Entry | None) -> Stopped:
        """Return what is live after somebody has ended it, as the journal says."""
        now = self._journal()
        if now is None:
            return Stopped("it is not known what is live", f"`{self.program} status` tells it")
        if now.is_open:
            state = f"it is not finished: {promotions.progress(now)}"
            return Stopped(state, f"run `{self.program} resume`, or `resume --abort`")
        if before is not None and now.attempt == before.attempt:
            return Stopped("nothing was changed")
        if now.release.get("outcome") == "committed":
            return Stopped("it was finished already: every region serves the new release")
        return Stopped("everything was taken back: every region serves what it served before")


def came(done: Done) -> Came:
    """Return what came of it, in a sentence and in figures."""
    regions = {each.region for each in done.plan.flips}
    summary = next(
        line
        for line in promote_screens.done_text(done, program="").splitlines()
        if line.startswith(("Promoted", "Rolled back", "Nothing to do"))
    )
    if done.release is not None:
        summary = f"{summary.rstrip('!')}: release {done.release.id}"
    out = len(done.release.left_out) if done.release is not None else 0
    return Came(summary, len(regions), len(regions) + out, round(done.window_seconds * 1000))


def _rollback(ask: Ask) -> rollback.Request:
    return rollback.Request(ask.environment, ask.release, ask.only)


def _shift(ask: Ask) -> ShiftChoice:
    """Return the options that mean the same."""
    return ShiftChoice(
        canary=",".join(f"{each:g}" for each in ask.canary),
        every=f"{ask.every_minutes * 60:g}s" if ask.every_minutes else "",
        min_requests=ask.min_requests,
        quiet=ask.quiet,
    )


def _shown(ask: Ask) -> tuple[str, ...]:
    """Return the arguments as a log may have them: a note is somebody's own text."""
    hidden = replace(ask, note=HIDDEN if ask.note else "")
    return tuple(_arguments(hidden)[1:])


def _arguments(ask: Ask) -> list[str]:
    only = [part for each in ask.only for part in ("--only", each)]
    to = ["--to", ask.release] if ask.release else []
    note = ["--note", ask.note] if ask.note else []
    return [ask.kind, ask.environment, *to, *only, *_shift(ask).arguments, *note]
