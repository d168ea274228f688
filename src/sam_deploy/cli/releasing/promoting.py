"""How the commands of a release run: the app, the place, and who is asked."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sam_deploy.cli import sam_options, wiring
from sam_deploy.cli.deploying import contexts, review_screens
from sam_deploy.cli.deploying.contexts import How
from sam_deploy.cli.options import Globals, program
from sam_deploy.cli.releasing import shift_surroundings
from sam_deploy.cli.releasing.approving import Asking
from sam_deploy.cli.sam_options import SamChoice
from sam_deploy.cli.terminal.console import Console
from sam_deploy.cli.terminal.questions import Person, Questions
from sam_deploy.errors import ConfigError
from sam_deploy.lanes import Stop

NOTE_MOST: Final = 500
"""Characters."""

if TYPE_CHECKING:
    from sam_deploy.cli.wiring import Place
    from sam_deploy.config.model import App
    from sam_deploy.deploy import Review
    from sam_deploy.manifest import Manifest
    from sam_deploy.promotion import Promoting, Stacks


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a release, as the options say it."""

    chosen: Globals
    target: str | None
    name: str
    """As others are told who meet the lock, such as `promote prod`."""
    console: Console
    file: Path | None = None
    ready: bool = False
    take_expired_lock: bool = False
    allow_replace: tuple[str, ...] = ()
    """Logical ids of what may be lost in stacks that are deployed (isolated topology)."""
    for_later: bool = False
    """Agreed to now, and carried out by somebody else later."""
    unasked: bool = False
    """No question; the code is wanted all the same."""
    note: str = ""
    """Why, in the user's words: the release keeps it."""
    person: Person | None = None
    """Who is asked, when that is nobody at this terminal."""

    def run(self, work: Callable[[Promoting, App], wiring.T], *, writing: bool = True) -> wiring.T:
        """Return what `work` returns on the app's place, watched over from the main thread."""
        from sam_deploy import promotion  # noqa: PLC0415 - boto3
        from sam_deploy.promotion import hooks  # noqa: PLC0415 - the same

        app = app_of(self.chosen)
        place = place_of(self.chosen, app, self.target, writing=writing)
        regions = dict.fromkeys(region for each in app.feature_sets for region in each.regions)
        self.console.say(place.line(tuple(regions)))
        stop = Stop()
        questions = Questions(stop, person=self.person)
        to = promotion.Promoting(
            aws=place.aws,
            report=self.console.report,
            stop=stop,
            command=self.name,
            expected_account=place.expected_account,
            approve=Asking(
                app,
                self.console,
                questions,
                self.file,
                self.ready,
                place.verify_sender,
                # here, since the command's context is known in the main thread only
                program(),
                there=(lambda: True) if self.person is not None else None,
                for_later=self.for_later,
                unasked=self.unasked,
            ),
            take_expired_lock=self.take_expired_lock,
            note=self.note,
            hooks=hooks.Runner(app.hooks, self.chosen.project, self.console.report),
            stacks=self._stacks(place, stop) if app.topology == "isolated" else None,
            around=shift_surroundings.of(self.chosen, app, place),
        )
        try:
            return wiring.watched(place, stop, lambda: work(to, app), self.console, questions)
        finally:
            self.console.close()

    def _stacks(self, place: Place, stop: Stop) -> Stacks:
        """Return how the stacks of an environment are rendered, shown and deployed."""
        from sam_deploy import promotion, workflow  # noqa: PLC0415 - boto3

        how = How(allow_replace=frozenset(self.allow_replace), command=self.name)
        context = contexts.make(self.chosen, place, self.console, stop, how)

        def show(manifest: Manifest, reviews: Sequence[Review]) -> None:
            text = review_screens.review_text(reviews, manifest.templates, manifest.environment)
            self.console.close()
            self.console.say(f"\n{text}")
            if self.person is not None:
                self.person.changes(text.splitlines())

        return promotion.Stacks(
            to=context.to,
            project=self.chosen.project,
            render=functools.partial(workflow.render, context),
            show=show,
            host_target=place.host_target,
        )


def noted(text: str) -> str:
    """Return a note as it is kept. Raises `ConfigError` for one that no list could show."""
    note = " ".join(text.split())
    if len(note) > NOTE_MOST or not note.isprintable():
        raise ConfigError(
            "The note cannot be kept",
            why=f"it has {len(note)} characters, and {NOTE_MOST} are kept"
            if len(note) > NOTE_MOST
            else "it has characters that cannot be shown",
            hint="say it in a sentence",
        )
    return note


def app_of(chosen: Globals) -> App:
    """Return the app. Raises `ConfigError` for a project that has no environments."""
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic

    has_config = (chosen.project / "deploy.py").is_file()
    if not has_config and sam_options.is_template(chosen, SamChoice()):
        raise ConfigError(
            "A SAM template has no environments to promote between",
            why="aliases are environments, and `deploy.py` declares them",
            hint="describe the app in a `deploy.py`; `sam-deploy deploy` goes on with the template",
        )
    return config.load(chosen.project)


def place_of(chosen: Globals, app: App, target: str | None, *, writing: bool) -> Place:
    """Return where the app is, without starting an embedded cloud: an empty one has no release."""
    named, _ = wiring.choose_target(chosen, target, writing=writing)
    return wiring.look_or_refuse(chosen, named, app.runtime, "deploy")
