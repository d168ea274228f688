"""What `sam-deploy deploy --watch` does: deploys, then answers every saved file, until Ctrl-C.

Where only the code of functions changed it goes straight to them (`delivery/hot.py`); anything
else is deployed as ever. Mistakes are shown, and the next save is waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sam_deploy.amounts import plural
from sam_deploy.cli import options, wiring
from sam_deploy.cli.deploying import carry_out, contexts, deploy_screens, saved_files
from sam_deploy.cli.deploying.contexts import How
from sam_deploy.cli.deploying.jobs import Job
from sam_deploy.cli.options import Globals
from sam_deploy.cli.terminal.console import Console
from sam_deploy.cli.terminal.errors import show_error
from sam_deploy.cli.terminal.questions import Questions
from sam_deploy.errors import EXIT_INTERRUPTED, RefusedError, SamDeployError
from sam_deploy.events import Event, Note
from sam_deploy.lanes import Stop

if TYPE_CHECKING:
    from sam_deploy.cli.wiring import Place
    from sam_deploy.delivery import Approve
    from sam_deploy.delivery.hot import Base, Outlived
    from sam_deploy.deploy import Review
    from sam_deploy.manifest import FunctionWork, Manifest
    from sam_deploy.release import Moved
    from sam_deploy.workflow import Context, Prepared

SHOWN_FILES: Final = 2
SHOWN_FUNCTIONS: Final = 4
QUIET_SECONDS: Final = 3.0
"""Without a save for so long, what earlier ones have left behind is tidied up."""


def watch(chosen: Globals, job: Job, target: str | None, how: How) -> None:
    """Deploy, then answer every saved file. Ends by Ctrl-C, with exit code 130."""
    console = how.console()
    place = wiring.reach(chosen, target, console, writing=True, runtime=job.runtime)
    console.say(place.line(job.regions))
    asks = place.target == "aws" and not how.approved
    if asks:
        carry_out.refuse_unasked()
    stop = Stop()
    questions = Questions(stop)
    watching = Watching(chosen, job, place, how, console, stop, questions, asks)
    try:
        wiring.watched(place, stop, watching.run, console, questions)
    except KeyboardInterrupt:
        if not watching.begun:
            raise
        console.say(watching.ending())
        raise click.exceptions.Exit(EXIT_INTERRUPTED) from None
    finally:
        console.close()


class Hush:
    """Lets warnings through, each once; a save is one line."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told: set[str] = set()

    def report(self, event: Event) -> None:
        """Show a warning that was not shown yet."""
        if isinstance(event, Note) and event.level == "warning" and event.message not in self._told:
            self._told.add(event.message)
            self._console.say(f"warning: {event.message}")


@dataclass(slots=True)
class Watching:
    """A watched project: what was deployed, and what its first environment serves since."""

    chosen: Globals
    job: Job
    place: Place
    how: How
    console: Console
    stop: Stop
    questions: Questions
    asks: bool
    """Whether a person has to agree to what is written to AWS."""
    asked: bool = False
    begun: bool = False
    """Whether the first deployment has come to its end."""
    base: Base | None = None
    """The last deployment; nothing when it did not come to its end."""
    served: dict[tuple[str, str], str] = field(default_factory=dict)
    """(stack, function) -> key of the archive that it serves; '' when that is not known."""
    outlived: list[Outlived] = field(default_factory=list)
    """Versions to be taken away when nothing else is to be done."""
    busy: float = 0.0
    """When the last save was answered (monotonic)."""

    def run(self) -> None:
        """Deploy, then answer every save, until `stop`."""
        from sam_deploy import config  # noqa: PLC0415 - costs pydantic
        from sam_deploy.delivery import hot  # noqa: PLC0415 - boto3

        project = self.chosen.project
        app = config.load(project)
        sources = [each.source for each in app.functions]
        sources += [each.source for each in app.layers if each.source]
        folders = (project, *saved_files.outside(project, sources))
        saved = saved_files.saves(project, folders, self.stop)
        next(saved)  # from here on nothing that is saved is missed
        self._say_what_it_does(app.name)
        self._deploy(None, self.console)
        self.begun = True
        self._agree(app.name)
        self.console.say("\nwatching; Ctrl-C ends it")
        quiet = self._quiet()
        for files in saved:
            if files:
                self._answer(files, quiet)
                self.busy = time.monotonic()
            elif self.outlived and time.monotonic() - self.busy > QUIET_SECONDS:
                hot.take_away(quiet.to, self.outlived.pop())

    def ending(self) -> str:
        """Return what is left to do: code that no stack has."""
        from sam_deploy.delivery import hot  # noqa: PLC0415 - boto3

        command = f"\n\nnext: {options.program()} deploy"
        if self.base is None:
            return f"\nThe last deployment did not come to its end{command}"
        manifest = self.base.manifest
        drifted = _named(hot.stale(self.served, manifest))
        if not drifted:
            return f"\n{manifest.environment} serves what its stacks say"
        return f"\n{manifest.environment} serves code that no stack has yet: {drifted}{command}"

    def _quiet(self) -> Context:
        """Return a context that tells of warnings alone."""
        context = contexts.make(self.chosen, self.place, self.console, self.stop, self.how)
        return replace(context, to=replace(context.to, report=Hush(self.console).report))

    def _answer(self, files: Sequence[Path], quiet: Context) -> None:
        """What was saved is served; a mistake is shown."""
        started = time.monotonic()
        lead = f"{time.strftime('%H:%M:%S')} {_files(files, self.chosen.project)}"
        try:
            saved_files.forget(self.chosen.project)
            ready = self.job.prepare(quiet, self.place)
            self._bring(ready, quiet, lead, started)
        except SamDeployError as error:
            if self.stop.is_set():
                raise
            self.console.say(f"{lead}:")
            show_error(error, typed=saved_files.once_saved)

    def _bring(self, ready: Prepared, quiet: Context, lead: str, started: float) -> None:
        from sam_deploy.delivery import hot  # noqa: PLC0415 - boto3

        if self.base is None:
            self._deploy_told(ready, f"{lead}: the last deployment did not come to its end")
            return
        other = hot.beyond_code(self.base.manifest, ready.manifest)
        if other:
            self._deploy_told(ready, f"{lead}: {', '.join(other)} changed")
            return
        functions = hot.stale(self.served, ready.manifest)
        if not functions:
            self.console.say(f"{lead}: nothing to deploy")
            return
        try:
            moved = self._update(self.base, ready, functions, quiet)
        except hot.OvertakenError:
            self._deploy_told(ready, f"{lead}: somebody else has deployed since")
            return
        drift = bool(hot.stale(self.served, self.base.manifest))
        seconds = time.monotonic() - started
        self.console.say(f"{lead}: {_live(functions, moved, seconds, drift=drift)}")

    def _update(
        self, base: Base, ready: Prepared, functions: Sequence[FunctionWork], quiet: Context
    ) -> tuple[Moved, ...]:
        """Bring code to functions. What they serve is not known any more when that fails."""
        from sam_deploy.delivery import hot  # noqa: PLC0415 - boto3

        try:
            updated = hot.update(quiet.to, base, ready.manifest, functions, ready.sources)
        except RefusedError:
            raise  # before anything was changed
        except BaseException:
            self.served |= dict.fromkeys(hot.served_by(functions), "")
            raise
        self.served |= hot.served_by(functions)
        self.outlived += updated.outlived
        return updated.moved

    def _deploy_told(self, ready: Prepared, why: str) -> None:
        self.console.say(f"{why}: everything is deployed as ever")
        console = self.how.console()
        try:
            self._deploy(ready, console)
        finally:
            console.close()

    def _deploy(self, ready: Prepared | None, console: Console) -> None:
        """Every stack is as it should be, and the first environment serves what it brings."""
        from sam_deploy import delivery, workflow  # noqa: PLC0415 - boto3
        from sam_deploy.delivery import hot  # noqa: PLC0415 - the same

        started = time.monotonic()
        approve = self._approve(console)
        context = contexts.make(self.chosen, self.place, console, self.stop, self.how, approve)
        if ready is None:
            ready = self.job.prepare(context, self.place)
            hot.refuse_promoted(ready.manifest)
        else:
            context.report(workflow.extent_of(ready.manifest))
        self.base = None
        delivered = delivery.deliver(context.to, ready.manifest, ready.sources)
        workflow.whole(delivered)
        self.base = hot.base_of(context.to, ready.manifest, delivered.provisions.account)
        self.served = hot.served_by(ready.manifest.functions)
        console.close()
        result = workflow.Result(ready.manifest, ready.artifacts, delivered)
        console.say(deploy_screens.deploy_text(result, time.monotonic() - started))

    def _approve(self, console: Console) -> Approve:
        """Return what asks for changes of stacks, and remembers that somebody was asked."""
        ask: Callable[[Manifest, Sequence[Review]], None]
        ask = carry_out.approval(console, self.questions if self.asks else None)

        def approve(manifest: Manifest, reviews: Sequence[Review]) -> None:
            ask(manifest, reviews)
            self.asked = True

        return approve

    def _say_what_it_does(self, app: str) -> None:
        self.console.say(
            f"Deploys {app}; after that saved code goes straight to the functions of its first "
            "environment,\npast the stacks: drift, until the next deployment. Anything else that "
            "is saved is deployed as ever."
        )

    def _agree(self, app: str) -> None:
        """Ask once, when no change of a stack has been asked for. Raises `RefusedError`."""
        if not self.asks or self.asked:
            return
        question = f"Bring saved code of {app} straight to AWS from now on? (yes/no)"
        if self.questions.ask(question).strip().lower() != "yes":
            raise RefusedError(
                "Nothing is watched", why="the answer was not yes", hint="answer yes to go on"
            )


def _live(
    functions: Sequence[FunctionWork], moved: Sequence[Moved], seconds: float, *, drift: bool
) -> str:
    regions = plural(len({each.region for each in moved}), "region")
    after = "drift until the next deployment" if drift else "as its stacks say again"
    return f"{_named(functions)} live in {regions} in {seconds:.1f} s ({after})"


def _named(functions: Sequence[FunctionWork]) -> str:
    names = [each.name for each in functions]
    more = f" and {len(names) - SHOWN_FUNCTIONS} more" if len(names) > SHOWN_FUNCTIONS else ""
    return ", ".join(names[:SHOWN_FUNCTIONS]) + more


def _files(files: Sequence[Path], project: Path) -> str:
    """Return the files that were saved, as they are called in the project."""
    shown = [
        str(each.relative_to(project) if each.is_relative_to(project) else each)
        for each in files[:SHOWN_FILES]
    ]
    more = f" and {len(files) - SHOWN_FILES} more" if len(files) > SHOWN_FILES else ""
    return ", ".join(shown) + more
