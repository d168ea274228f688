"""One stack in one region, deployed by the SAM CLI itself: validate, deploy, read the result.

What CloudFormation says afterwards counts, not the exit code: the SAM CLI fails by 1 whatever
happened, and its last line names no cause.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TextIO

from sam_deploy.aws import Aws, CloudFormation, Stack
from sam_deploy.deploy import StackOutcome, status
from sam_deploy.errors import IncompleteError
from sam_deploy.events import Note, Report
from sam_deploy.executor import command, environment, failure, files, validate
from sam_deploy.executor.command import Order, Program
from sam_deploy.executor.find import Computer, find
from sam_deploy.executor.output import STACK_SECONDS, Reader
from sam_deploy.executor.process import TIMED_OUT
from sam_deploy.executor.settings import complete
from sam_deploy.lanes import Stop

VALIDATE_SECONDS: Final = 120.0
LOOK_SECONDS: Final = 1.0
NOT_BEGUN: Final = frozenset({"", "REVIEW_IN_PROGRESS"})
"""The status of a stack that no change set has been executed on."""


@dataclass(slots=True)
class SamCli:
    """Deploys stacks by the SAM CLI. Safe to use from several threads, for several regions.

    `variables` lead it to the credentials; `gateway` reads stacks of a region.
    """

    program: Program
    project: Path
    gateway: Callable[[str], CloudFormation]
    variables: Mapping[str, str] = field(default_factory=dict)
    computer: Computer = field(default_factory=Computer)
    _validated: set[str] = field(default_factory=set)
    _validating: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def at(cls, project: Path, aws: Aws) -> SamCli:
        """Return the SAM CLI of this computer, led to where `aws` goes.

        Raises `ConfigError` when there is none.
        """
        return cls(
            find(),
            project,
            lambda region: CloudFormation(aws, region),
            environment.credentials(aws.endpoint),
        )

    def deploy(
        self,
        template_body: str,
        stack_name: str,
        region: str,
        bucket: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        *,
        report: Report,
        stop: Stop,
        findings: tuple[str, ...] = (),
        source: str = "deploy.py",
        kept: tuple[str, ...] = (),
    ) -> StackOutcome:
        """The stack is as the template says, or as it was before.

        Archives must be in `bucket`, which must be in `region`. `findings` are what our own checks
        object to: with any, the known bug of `sam validate` is not passed over. `source` is the
        file that the template was made of, for errors. Parameters in `kept` keep the value that
        the stack has, which it must have. Reports events, waits and notes, but no steps. Raises
        `ConfigError` for a template that the SAM CLI finds invalid, `RefusedError` before a
        change, `RolledBackError` after one that was taken back, `StoppedError` when asked to stop.
        """
        started = time.monotonic()
        gateway = self.gateway(region)
        way = self._prepare(gateway, stack_name, report, stop)
        reader = Reader(region, stack_name)
        with files.temporary(self.project, stack_name, region, template_body) as (template, log):
            self._validate(template, stack_name, region, template_body, findings, log, report, stop)
            order = Order(
                str(template),
                stack_name,
                region,
                bucket,
                complete(template_body, parameters, stack_name, kept),
                tags,
                source,
            )
            live = self._run(order, gateway, reader, log, report, stop)
        return StackOutcome(
            stack=stack_name,
            region=region,
            outcome=_outcome(way, empty=reader.no_changes),
            changes=tuple(reader.changes),
            outputs=live.outputs if live else {},
            seconds=time.monotonic() - started,
        )

    def _prepare(
        self, gateway: CloudFormation, name: str, report: Report, stop: Stop
    ) -> status.Way:
        """Return how to go on (R140); a stack that never came up is deleted first.

        The SAM CLI would try to update it, which CloudFormation refuses.
        """
        live = gateway.describe_stack(name)
        way = status.way_forward(name, gateway.region, live.status if live else "")
        if way == "recreate":
            message = f"`{name}` never came up (ROLLBACK_COMPLETE); deleting what is left"
            report(Note(message, region=gateway.region))
            gateway.delete_stack(name)
            left = self._settled(gateway, name, stop)
            if left and left.status != "DELETE_COMPLETE":
                status.way_forward(name, gateway.region, left.status)
        return way

    def _settled(self, gateway: CloudFormation, name: str, stop: Stop) -> Stack | None:
        """Return the stack as soon as CloudFormation is not at work on it."""
        deadline = time.monotonic() + STACK_SECONDS
        while time.monotonic() < deadline:
            live = gateway.describe_stack(name)
            if live is None or not status.in_progress(live.status):
                return live
            stop.pause(LOOK_SECONDS)
        raise IncompleteError(
            f"Waited {STACK_SECONDS:.0f} s for `{name}` in `{gateway.region}`",
            why="it has neither succeeded nor failed",
            state="CloudFormation goes on by itself",
            hint="run the same command again; it goes on from there",
        )

    def _validate(
        self,
        template: Path,
        stack: str,
        region: str,
        body: str,
        findings: tuple[str, ...],
        log: TextIO,
        report: Report,
        stop: Stop,
    ) -> None:
        """The SAM CLI has found the template valid: once, whatever the number of regions."""
        # one after the other: it takes seconds of a processor, and the second finds it done
        with self._validating:
            if body in self._validated:
                return
            lines: list[str] = []
            code = self._call(
                command.validate(self.program, str(template), region),
                lines.append,
                log,
                stop,
                VALIDATE_SECONDS,
            )
            verdict = validate.judge(stack, code, "\n".join(lines), findings)
            if verdict.bug:
                message = (
                    f"`sam validate` stumbled over `{stack}` ({verdict.bug}), a known bug of the "
                    "SAM CLI; our own checks have no objection, so the deployment goes on"
                )
                report(Note(message, "warning", region))
            self._validated.add(body)

    def _run(
        self,
        order: Order,
        gateway: CloudFormation,
        reader: Reader,
        log: TextIO,
        report: Report,
        stop: Stop,
    ) -> Stack | None:
        """Return the stack after `sam deploy`. Raises the error that its end comes to."""

        def take(line: str) -> None:
            if event := reader.feed(line):
                report(event)

        before = gateway.describe_stack(order.stack)
        last = gateway.last_event(order.stack) if before else ""
        arguments = command.deploy(self.program, order)
        # the last moment at which stopping leaves the stack as it was
        stop.check()
        code = self._call(arguments, take, log, stop, STACK_SECONDS)
        live = gateway.describe_stack(order.stack)
        if code == 0:
            return live
        begun = bool(reader.events) or (
            live is not None
            and live.status not in NOT_BEGUN
            and gateway.last_event(order.stack) != last
        )
        if not begun:
            raise failure.before(order, reader.error, code, timed_out=code == TIMED_OUT)
        if code != TIMED_OUT:
            # it may have lost its connection while CloudFormation went on
            live = self._settled(gateway, order.stack, stop)
        if live is not None and status.succeeded(live.status):
            message = f"`sam deploy` failed ({reader.error}), but `{order.stack}` is {live.status}"
            report(Note(message, "warning", order.region))
            return live
        raise failure.after(order, live, reader)

    def _call(
        self,
        arguments: list[str],
        take: Callable[[str], None],
        log: TextIO,
        stop: Stop,
        seconds: float,
    ) -> int:
        def line(text: str) -> None:
            log.write(f"{text}\n")
            log.flush()
            take(text)

        return self.computer.run(
            arguments,
            self.computer.whole(self.variables, self.program.wsl),
            self.project,
            line,
            stop,
            seconds,
        )


def _outcome(way: status.Way, *, empty: bool) -> Literal["created", "updated", "no changes"]:
    if empty:
        return "no changes"
    return "updated" if way == "update" else "created"
