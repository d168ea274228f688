"""Puts a command together: the project, the target, the endpoint, the console.

The embedded cloud differs from AWS in values that are made here and nowhere else: the endpoint,
the build target (this computer), the types of resources it lacks, and whether the user is asked.
"""

from __future__ import annotations

import contextlib
import re
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeVar

import click

from sam_deploy.cli.console import Console
from sam_deploy.cli.options import Globals, program
from sam_deploy.config import settings
from sam_deploy.errors import ConfigError, RefusedError, UnreachableError
from sam_deploy.lanes import Stop

if TYPE_CHECKING:
    from sam_deploy.aws import Aws
    from sam_deploy.cli.questions import Questions
    from sam_deploy.delivery import AfterStack
    from sam_deploy.deploy import StackOutcome
    from sam_deploy.events import Report
    from sam_deploy.local import RunningCloud
    from sam_deploy.plan import Target
    from sam_deploy.template import Template

T = TypeVar("T")
LOOK_SECONDS: Final = 0.2
EMBEDDED_ACCOUNT: Final = "000000000000"
STAGE_ADDRESS: Final = re.compile(r"https?://(?P<api>\w+)\.execute-api\.[^/]*/(?P<stage>[^/]*)")
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
    address: Callable[[str, str], str] | None = None
    """(region, address of a stage as AWS tells it) -> where the gateway answers for it."""

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
        from sam_deploy.aws import Aws, Endpoint  # noqa: PLC0415 - half a second

        return Place("aws", Aws(Endpoint("aws", profile=found.profile)), found.account_id)
    from sam_deploy import local  # noqa: PLC0415 - only when embedded

    cloud = local.start(chosen.project, console.report, python=runtime.removeprefix("python"))
    return embedded(cloud, runtime)


def look(chosen: Globals, option: str | None, runtime: str) -> Place | None:
    """Return where to look; nothing when that is an embedded cloud that does not run.

    Looking starts no cloud: all that it held ended with it, and an empty one answers nothing.
    """
    target, found = choose_target(chosen, option, writing=False)
    if target == "aws":
        from sam_deploy.aws import Aws, Endpoint  # noqa: PLC0415 - half a second

        return Place("aws", Aws(Endpoint("aws", profile=found.profile)), found.account_id)
    from sam_deploy import local  # noqa: PLC0415 - only when embedded

    cloud = local.find(chosen.project)
    return embedded(cloud, runtime) if cloud else None


def look_or_refuse(chosen: Globals, option: str | None, runtime: str, command: str) -> Place:
    """Return where to look. Raises `RefusedError`, naming the command that makes something."""
    place = look(chosen, option, runtime)
    if place is None:
        raise RefusedError(
            "The embedded cloud of this project does not run",
            why="so nothing is deployed there",
            hint=f"run `{program()} {command}`, or look at AWS with `--target aws`",
        )
    return place


def embedded(cloud: RunningCloud, runtime: str) -> Place:
    """Return the embedded cloud as a place to work on."""
    from sam_deploy.aws import Aws, Endpoint  # noqa: PLC0415 - half a second
    from sam_deploy.build.host import host_target  # noqa: PLC0415 - asks the interpreter
    from sam_deploy.local.unsupported import UNSUPPORTED  # noqa: PLC0415 - only when embedded

    endpoint = Endpoint("embedded", cloud.endpoint, "", EMBEDDED_KEY, EMBEDDED_KEY)
    host = host_target(cloud.python, runtime)
    aws = Aws(endpoint)

    def after_stack(template: Template, outcome: StackOutcome, report: Report) -> None:
        from sam_deploy.deploy.replicas import replicate  # noqa: PLC0415 - when there is a stack

        replicate(template, outcome, aws, report)

    def address(region: str, url: str) -> str:
        found = STAGE_ADDRESS.match(url)
        return cloud.url(region, found["api"], found["stage"]) if found else url

    return Place("embedded", aws, EMBEDDED_ACCOUNT, cloud, host, UNSUPPORTED, after_stack, address)


def watched(
    place: Place,
    stop: Stop,
    work: Callable[[], T],
    console: Console,
    questions: Questions | None = None,
) -> T:
    """Return what `work` returns, watching over it from the main thread, and asking for it.

    The death of the embedded cloud ends it within a second, without waiting for calls that will
    never be answered. Ctrl-C lets the calls under way end, a second one does not.
    """
    ended: Future[T] = Future()
    threading.Thread(target=_settle, args=(ended, work), name="work", daemon=True).start()
    with _watch(place, stop):
        try:
            return _await(ended, stop, questions)
        except (KeyboardInterrupt, click.Abort):
            stop.set()
            console.say("stopping when the calls under way have ended; Ctrl-C again ends at once")
            wait([ended])
            raise KeyboardInterrupt from None
        except UnreachableError as error:
            # a refused connection is a consequence; the death is the cause
            raise stop.why or error from error


def _settle(ended: Future[T], work: Callable[[], T]) -> None:
    try:
        ended.set_result(work())
    except BaseException as error:  # noqa: BLE001 - handed to the main thread, whatever it is
        ended.set_exception(error)


def _await(ended: Future[T], stop: Stop, questions: Questions | None) -> T:
    while True:
        wait([ended], timeout=LOOK_SECONDS)
        if questions is not None:
            questions.answer_one()
        if stop.why is not None:
            raise stop.why
        if ended.done():
            return ended.result()


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
