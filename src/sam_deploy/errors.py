"""Every error a user can meet, and the exit code that goes with it.

    SamDeployError
    ├── ConfigError        2   the configuration or the command line is wrong
    ├── BuildError         3   an archive could not be built
    ├── RolledBackError    4   it failed, and everything is as it was before
    ├── RefusedError       5   a guard said no; nothing was changed
    ├── ApprovalError      6   the one-time code or the approval did not match
    ├── IncompleteError    7   some of it is done; running it again goes on from there
    └── UnreachableError   8   credentials are missing, or AWS does not answer

An error has up to four parts: `what` names the thing and the region, `why` is the cause in the
words of AWS, `state` says what is live when something had already changed, and `hint` is the
command or the edit to make next. `problems` holds all mistakes at once, where there are several.
This module imports nothing.
"""

from __future__ import annotations

from typing import ClassVar, Final

EXIT_BUG: Final = 1
EXIT_INTERRUPTED: Final = 130


class StoppedError(Exception):
    """Raised in a lane of work when the user or a failure elsewhere asked to stop.

    `state` says how the work has ended, where that is known; `hint` may say what to do next.
    """

    def __init__(self, state: str = "", hint: str = "") -> None:
        super().__init__(state)
        self.state = state
        self.hint = hint


class InterruptedWorkError(KeyboardInterrupt):
    """Ctrl-C, when it is known how the work under way has ended: `state` says it, `hint` may."""

    def __init__(self, state: str, hint: str = "") -> None:
        super().__init__(state)
        self.state = state
        self.hint = hint


class SamDeployError(Exception):
    """Something that the user has to know about, said once and completely."""

    exit_code: ClassVar[int] = EXIT_BUG
    answered: bool = False
    """Whether a command has written its document: `--json` puts none of the error behind it."""

    def __init__(
        self,
        what: str,
        *,
        why: str = "",
        state: str = "",
        hint: str = "",
        problems: tuple[str, ...] = (),
    ) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.state = state
        self.hint = hint
        self.problems = problems

    def __str__(self) -> str:
        return f"{self.what}: {self.why}" if self.why else self.what


class ConfigError(SamDeployError):
    """The configuration or the command line is wrong."""

    exit_code = 2


class BuildError(SamDeployError):
    """A function or layer could not be built. Nothing was uploaded."""

    exit_code = 3


class RolledBackError(SamDeployError):
    """It failed, and everything is as it was before."""

    exit_code = 4


class RefusedError(SamDeployError):
    """A guard said no before anything was changed."""

    exit_code = 5


class ApprovalError(SamDeployError):
    """The one-time code or the approval file did not match."""

    exit_code = 6


class IncompleteError(SamDeployError):
    """Some of it is done and some is not. The same command again goes on from there."""

    exit_code = 7


class UnreachableError(SamDeployError):
    """Credentials are missing or expired, or an endpoint does not answer."""

    exit_code = 8
