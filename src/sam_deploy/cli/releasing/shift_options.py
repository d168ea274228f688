"""The options of a promotion that sends only a part of the calls to the new version at first."""

from __future__ import annotations

import functools
import itertools
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from sam_deploy.cli.releasing.check_option import checked
from sam_deploy.errors import ConfigError

if TYPE_CHECKING:
    from sam_deploy.promotion import Strategy

F = TypeVar("F", bound=Callable[..., Any])
UNITS: Final = {"s": 1, "m": 60, "h": 3600}
DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)([smh])")
EVERY_SECONDS: Final = 300.0
HOLD_SECONDS: Final = 1800.0
MIN_REQUESTS: Final = 10
LONGEST_SECONDS: Final = 7 * 24 * 3600.0
STEPS_MAX: Final = 100
WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class ShiftChoice:
    """What the options say."""

    canary: str = ""
    linear: str = ""
    every: str = ""
    hold: str = ""
    check: tuple[str, ...] = ()
    min_requests: int | None = None
    quiet: tuple[str, ...] = ()
    with_alarm: bool = False

    @property
    def shifts(self) -> bool:
        """Whether there are steps."""
        return bool(self.canary or self.linear)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The options as they are typed, for commands that are shown."""
        told = {
            "--canary": self.canary,
            "--linear": self.linear,
            "--every": self.every,
            "--hold": self.hold,
        }
        given = [part for name, value in told.items() if value for part in (name, value)]
        several = [part for each in self.check for part in ("--check", shlex.quote(each))]
        least = [] if self.min_requests is None else ["--min-requests", str(self.min_requests)]
        quiet = [part for each in self.quiet for part in ("--quiet", each)]
        return (
            *given,
            *several,
            *least,
            *quiet,
            *(["--force-with-alarm"] if self.with_alarm else []),
        )

    def strategy(self, project: Path) -> Strategy:
        """Return how traffic goes over. Raises `ConfigError` for what cannot be meant."""
        from sam_deploy.promotion import Strategy  # noqa: PLC0415 - boto3

        self._refuse()
        check = checked(self.check, project)
        if not self.shifts:
            return Strategy(check=check)
        quiet = tuple("*" if each == "all" else each for each in self.quiet)
        return Strategy(
            weights=canary_weights(self.canary) if self.canary else linear_weights(self.linear),
            every_seconds=seconds("--every", self.every) if self.every else EVERY_SECONDS,
            hold_seconds=seconds("--hold", self.hold) if self.hold else HOLD_SECONDS,
            min_requests=MIN_REQUESTS if self.min_requests is None else self.min_requests,
            quiet=quiet,
            check=check,
            with_alarm=self.with_alarm,
        )

    def _refuse(self) -> None:
        if self.canary and self.linear:
            raise ConfigError(
                "`--canary` and `--linear` contradict each other",
                why="both say how much each step sends to the new version",
                hint="give one of them",
            )
        lost = {
            "--every": self.every,
            "--hold": self.hold,
            "--min-requests": self.min_requests is not None,
            "--quiet": self.quiet,
            "--force-with-alarm": self.with_alarm,
        }
        named = [name for name, given in lost.items() if given]
        if named and not self.shifts:
            raise ConfigError(
                f"`{named[0]}` says nothing without steps",
                why="all calls go to the new version at once",
                hint="add `--canary 10,50` or `--linear 10`",
            )


def shift_options(function: F) -> F:
    """Accept the options of a shift; the command gets them as `shift`."""

    @functools.wraps(function)
    def folded(*args: object, **given: Any) -> object:  # noqa: ANN401 - click's own values
        shift = ShiftChoice(
            canary=given.pop("canary") or "",
            linear=given.pop("linear") or "",
            every=given.pop("every") or "",
            hold=given.pop("hold") or "",
            check=given.pop("check"),
            min_requests=given.pop("min_requests"),
            quiet=given.pop("quiet"),
            with_alarm=given.pop("force_with_alarm"),
        )
        return function(*args, shift=shift, **given)

    wrapped: Any = folded
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    result: F = wrapped
    return result


_OPTIONS: Final = (
    click.option("--canary", metavar="PERCENT,...", help="Weights of the steps before 100 %."),
    click.option("--linear", metavar="PERCENT", help="Steps of so much each, up to 100 %."),
    click.option("--every", metavar="TIME", help="How long a step is watched; 5m if not given."),
    click.option(
        "--check",
        multiple=True,
        metavar="CHECK",
        help="A command, a URL, or invoke:FILE must agree; repeatable as invoke:FUNCTION=FILE.",
    ),
    click.option(
        "--min-requests",
        type=click.IntRange(min=0),
        metavar="N",
        help="Calls that a step needs of each function in each region; 10 if not given.",
    ),
    click.option(
        "--quiet",
        multiple=True,
        metavar="FUNCTION",
        help="May pass without so many calls; repeatable; all for every one.",
    ),
    click.option(
        "--hold",
        metavar="TIME",
        help="How long a step waits for data before all goes back; 30m if not given.",
    ),
    click.option(
        "--force-with-alarm",
        is_flag=True,
        help="Begin although an alarm fires, since this release is the fix.",
    ),
)


def seconds(option: str, text: str) -> float:
    """Return 30s, 5m or 1h as seconds. Raises `ConfigError`."""
    found = DURATION.fullmatch(text.strip().lower())
    value = float(found[1]) * UNITS[found[2]] if found else 0.0
    if not 0 < value <= LONGEST_SECONDS:
        raise ConfigError(
            f"`{option} {text}` is no length of time",
            why="it is a number with s, m or h behind it, and at most seven days",
            hint=f"such as `{option} 5m`",
        )
    return value


def canary_weights(text: str) -> tuple[float, ...]:
    """Return 10,50 as fractions. Raises `ConfigError` unless they rise, between 0 and 100."""
    weights = tuple(_percent("--canary", each) for each in text.split(","))
    if any(later <= sooner for sooner, later in itertools.pairwise(weights)):
        raise ConfigError(
            f"`--canary {text}` does not rise",
            why="each step sends more calls to the new version than the one before",
            hint="such as `--canary 10,50`; the last step is always 100 %",
        )
    return weights


def linear_weights(text: str) -> tuple[float, ...]:
    """Return 25 as 0.25, 0.5, 0.75: the steps before all of it. Raises `ConfigError`."""
    step = _percent("--linear", text)
    count = 1
    weights: list[float] = []
    while (reached := round(step * count, 6)) < 1 and count <= STEPS_MAX:
        weights.append(reached)
        count += 1
    return tuple(weights)


def _percent(option: str, text: str) -> float:
    try:
        percent = float(text.strip().removesuffix("%"))
    except ValueError:
        percent = 0.0
    if not 1 <= percent < WHOLE:
        raise ConfigError(
            f"`{option}` takes percents, not `{text.strip()}`",
            why="a step sends from 1 to 99 of 100 calls to the new version",
            hint="such as `--canary 10,50` or `--linear 10`; the last step is always 100 %",
        )
    return round(percent / WHOLE, 6)
