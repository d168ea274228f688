"""Puts a command together: the project, the target, the endpoint, the console.

The embedded cloud differs from AWS in values that are made here and nowhere else: the endpoint,
the build target (this computer), the types of resources it lacks, and whether the user is asked.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeVar

import click

from sam_deploy.cli.options import Globals, program
from sam_deploy.cli.terminal.console import Console, aside
from sam_deploy.errors import (
    ConfigError,
    InterruptedWorkError,
    RefusedError,
    SamDeployError,
    UnreachableError,
)
from sam_deploy.lanes import Stop, StoppedError

if TYPE_CHECKING:
    from sam_deploy.aws import Aws
    from sam_deploy.cli.terminal.questions import Questions
    from sam_deploy.config import settings
    from sam_deploy.delivery import AfterStack
    from sam_deploy.deploy import StackOutcome
    from sam_deploy.events import Report
    from sam_deploy.local import RunningCloud
    from sam_deploy.plan import Target
    from sam_deploy.template import Template

T = TypeVar("T")
LOOK_SECONDS: Final = 0.2
NOTHING_THERE: Final = "so nothing is deployed there"
EMBEDDED_ACCOUNT: Final = "000000000000"
EMBEDDED_KEY: Final = "test"
"""The emulator's account follows from the access key: this one is account 000000000000."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command goes. All but the first three are there for the embedded target."""

    target: Literal["embedded", "aws"]
    aws: Aws
    expected_account: str
    cloud: RunningCloud | None = None
    host_target: Target | None = None
    unsupported: frozenset[str] = frozenset()
    """Types of resources that it does not know; see `template.without`."""
    after_stack: AfterStack | None = None
    """What it needs done when a stack stands: replicas of global tables."""
    verify_sender: Callable[[str, str], None] | None = None
    """(region, address): what SES needs before it sends; on AWS its owner confirms it."""
    address: Callable[[str, str], str] | None = None
    """(region, text with addresses as AWS tells them) -> with those where the gateway answers."""

    def line(self, regions: tuple[str, ...]) -> str:
        """Return the first line of every screen: target, account, endpoint, regions."""
        account = self.expected_account or "account of the credentials"
        endpoint = self.cloud.endpoint if self.cloud else self.aws.address(regions[0])
        return f"{self.target} · {account} · {endpoint} · {', '.join(regions)}"


def choose_target(
    chosen: Globals, option: str | None, *, writing: bool
) -> tuple[Literal["embedded", "aws"], settings.Settings]:
    """Return the target of a command and the settings it was read with.

    Raises `ConfigError` for a writing command without a terminal that names no target: nobody
    shall get a green run that deployed nothing.
    """
    from sam_deploy.config import settings  # noqa: PLC0415 - brings the whole model along

    found = settings.read(chosen.project)
    named = option or chosen.target or found.target
    if named is None and writing and (found.ci or not sys.stderr.isatty()):
        raise ConfigError(
            "It is not said where this should go",
            why="there is no terminal (or CI is set), so the target must be named",
            hint="add `--target aws` or `--target embedded`, or set SAM_DEPLOY_TARGET",
        )
    return ("aws" if named == "aws" else "embedded"), found


def reach(
    chosen: Globals, option: str | None, console: Console, *, writing: bool, runtime: str
) -> Place:
    """Return the place a command works on; starts the embedded cloud when that is the one.

    `runtime` is the app's, such as python3.12: functions run locally on that Python if possible.
    """
    target, found = choose_target(chosen, option, writing=writing)
    if target == "aws":
        return Place("aws", _on_aws(found), found.account_id)
    from sam_deploy import local  # noqa: PLC0415 - only when embedded

    cloud = local.start(chosen.project, console.report, python=runtime.removeprefix("python"))
    _note_faults(cloud, console)
    return embedded(cloud, runtime)


def _note_faults(cloud: RunningCloud, console: Console) -> None:
    """Say that faults are in force, so that nobody who forgot them looks for a bug."""
    from sam_deploy.events import Note  # noqa: PLC0415 - only when embedded
    from sam_deploy.local.faults import client  # noqa: PLC0415 - the same

    count = len(client.in_force(cloud))
    if count:
        faults = "a fault is" if count == 1 else f"{count} faults are"
        words = f"{faults} in force in the embedded cloud; see `{program()} cloud fault list`"
        console.report(Note(words, "warning"))


def look(chosen: Globals, option: str | None, runtime: str) -> Place | None:
    """Return where to look; nothing when that is an embedded cloud that does not run.

    Looking starts no cloud: all that it held ended with it, and an empty one answers nothing.
    """
    target, found = choose_target(chosen, option, writing=False)
    if target == "aws":
        return Place("aws", _on_aws(found), found.account_id)
    from sam_deploy import local  # noqa: PLC0415 - only when embedded

    cloud = local.find(chosen.project)
    return embedded(cloud, runtime) if cloud else None


def look_or_refuse(
    chosen: Globals, option: str | None, runtime: str, command: str, why: str = NOTHING_THERE
) -> Place:
    """Return where to look.

    Raises `RefusedError`, with what follows from there being no cloud, and the command that makes
    something.
    """
    place = look(chosen, option, runtime)
    if place is None:
        raise RefusedError(
            "The embedded cloud of this project does not run",
            why=why,
            hint=f"run `{program()} {command}`, or look at AWS with `--target aws`",
        )
    return place


def _on_aws(found: settings.Settings) -> Aws:
    from sam_deploy.aws import Aws, Endpoint, Recorder  # noqa: PLC0415 - half a second

    return Aws(Endpoint("aws", profile=found.profile), Recorder.chosen(_command()))


def _command() -> str:
    """Return the name of the running command, such as `settings set`; '' outside of one."""
    context = click.get_current_context(silent=True)
    return context.command_path.partition(" ")[2] if context else ""


def embedded(cloud: RunningCloud, runtime: str) -> Place:
    """Return the embedded cloud as a place to work on."""
    from sam_deploy.aws import Aws, Endpoint, Recorder  # noqa: PLC0415 - half a second
    from sam_deploy.build.host import host_target  # noqa: PLC0415 - asks the interpreter
    from sam_deploy.local.unsupported import UNSUPPORTED  # noqa: PLC0415 - only when embedded

    endpoint = Endpoint("embedded", cloud.endpoint, "", EMBEDDED_KEY, EMBEDDED_KEY)
    host = host_target(cloud.python, runtime)
    aws = Aws(endpoint, Recorder.chosen(_command()))

    def after_stack(template: Template, outcome: StackOutcome, report: Report) -> None:
        from sam_deploy.deploy.replicas import replicate  # noqa: PLC0415 - when there is a stack

        replicate(template, outcome, aws, report)

    def address(region: str, url: str) -> str:
        from sam_deploy.local.reachable import answered  # noqa: PLC0415 - only when embedded

        return answered(cloud.gateway, region, url)

    def verify_sender(region: str, sender: str) -> None:
        from sam_deploy.aws import Mail  # noqa: PLC0415 - when a mail is sent

        Mail(aws, region).verify(sender)

    return Place(
        "embedded",
        aws,
        EMBEDDED_ACCOUNT,
        cloud,
        host,
        UNSUPPORTED,
        after_stack,
        verify_sender,
        address,
    )


def watched(
    place: Place,
    stop: Stop,
    work: Callable[[], T],
    console: Console,
    questions: Questions | None = None,
) -> T:
    """Return what `work` returns, watching over it from the main thread, and asking for it.

    The death of the embedded cloud ends it within a second, without waiting for calls that will
    never be answered. A lock that is lost lets it take back what it has begun, and tell how that
    ended. Ctrl-C lets the calls under way end, a second one does not.
    """
    ended: Future[T] = Future()
    threading.Thread(target=_settle, args=(ended, work), name="work", daemon=True).start()
    with _watch(place, stop):
        try:
            return _await(ended, stop, questions, console)
        except (KeyboardInterrupt, click.Abort):
            stop.set()
            console.say("stopping when the calls under way have ended; Ctrl-C again ends at once")
            wait([ended])
            raise _interrupted(ended) from None
        except StoppedError as error:
            raise stop.why or error from error
        except UnreachableError as error:
            # a refused connection is a consequence; the death is the cause
            raise _death(stop) or error from error


def _interrupted(ended: Future[T]) -> KeyboardInterrupt:
    """Return the end of a command that was interrupted, with what came of its work if it says."""
    error = ended.exception()
    if error is None:
        return InterruptedWorkError("it had come to its end before it could stop")
    if isinstance(error, StoppedError) and error.state:
        return InterruptedWorkError(error.state, error.hint)
    if isinstance(error, SamDeployError):
        ways = (error.what, error.why, error.state, *getattr(error, "problems", ()))
        return InterruptedWorkError("; ".join(each for each in ways if each), error.hint)
    return KeyboardInterrupt()


def _settle(ended: Future[T], work: Callable[[], T]) -> None:
    try:
        ended.set_result(work())
    except BaseException as error:  # noqa: BLE001 - handed to the main thread, whatever it is
        ended.set_exception(error)


def _await(ended: Future[T], stop: Stop, questions: Questions | None, console: Console) -> T:
    while True:
        wait([ended], timeout=LOOK_SECONDS)
        if questions is not None and questions.waiting:
            with aside(console):
                questions.answer_one()
        if (death := _death(stop)) is not None:
            raise death
        if ended.done():
            return ended.result()


def _death(stop: Stop) -> SamDeployError | None:
    """Return the error of an embedded cloud that died; what else stops work is waited for."""
    return stop.why if isinstance(stop.why, UnreachableError) else None


@contextlib.contextmanager
def _watch(place: Place, stop: Stop) -> Iterator[None]:
    if place.cloud is None:
        yield
        return
    from sam_deploy import local  # noqa: PLC0415 - only when embedded

    watch = local.watch(place.cloud, lambda part: stop.set(_died(part)))
    try:
        yield
    finally:
        watch.stop()


def _died(part: str) -> UnreachableError:
    return UnreachableError(
        f"The embedded cloud died: its {part} is gone",
        why="it was killed, or it failed; see `.sam-deploy/cloud/`",
        state="what it held is lost, as it lives in memory only",
        hint="run the same command again: it starts a new one and deploys everything",
    )
