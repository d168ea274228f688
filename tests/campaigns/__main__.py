"""`python -m tests.campaigns [NAME]... [--count N]`: run campaigns and keep their figures.

Ends with 1 when anything did not hold.
"""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.campaigns import (
    deploy_kills,
    equality,
    flips,
    full_disk,
    kill,
    long_tests,
    malformed,
    outcome,
    promotion_kills,
    promotion_machine,
    promotion_race,
    promotion_schedules,
    same_bytes,
    steady,
    together,
)
from tests.campaigns.outcome import Outcome
from tests.campaigns.project import REPOSITORY

PAGE: Final = Path("docs", "campaigns.md")
SHOWN_FAILURES: Final = 20


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign, and how often it is run unless told otherwise."""

    run: Callable[..., Outcome]
    count: int
    timed: bool = False
    """Whether it takes hours, and can be told to do what time allows: `minutes`."""


CAMPAIGNS: Final = {
    equality.NAME: Campaign(equality.run, len(equality.pins())),
    same_bytes.NAME: Campaign(same_bytes.run, 100),
    kill.NAME: Campaign(kill.run, 1_000),
    flips.NAME: Campaign(flips.run, 1_000),
    full_disk.NAME: Campaign(full_disk.run, 40),
    together.NAME: Campaign(together.run, 20),
    malformed.NAME: Campaign(malformed.run, 10_000),
    # every call of both deployments, which are less than that
    deploy_kills.NAME: Campaign(deploy_kills.run, 10_000, timed=True),
    deploy_kills.DZGRO: Campaign(deploy_kills.on_dzgro, 10_000, timed=True),
    promotion_schedules.NAME: Campaign(promotion_schedules.run, 20_000),
    promotion_machine.NAME: Campaign(promotion_machine.run, 1_000),
    # every call of all scenes, which are less than that
    promotion_kills.NAME: Campaign(promotion_kills.run, 10_000, timed=True),
    promotion_race.NAME: Campaign(promotion_race.run, 10),
    # minutes
    steady.NAME: Campaign(steady.run, 10),
    long_tests.NAME: Campaign(long_tests.run, 1),
}


def main(arguments: list[str]) -> int:
    """Run what is asked for, one after the other; every one that ends is written down at once."""
    parser = argparse.ArgumentParser(prog=".ci/campaigns", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*CAMPAIGNS, []], metavar="NAME")
    parser.add_argument("--count", type=int, help="how many; each campaign has a default")
    parser.add_argument("--minutes", type=float, help="at most, for those that take hours")
    parser.add_argument("--page", type=Path, default=REPOSITORY / PAGE)
    chosen = parser.parse_args(arguments)
    outcomes = []
    for name in chosen.names or CAMPAIGNS:
        campaign = CAMPAIGNS[name]
        _say(f"== {name}")
        limited = campaign.timed and chosen.minutes
        run = functools.partial(campaign.run, minutes=chosen.minutes) if limited else campaign.run
        outcomes.append(run(chosen.count or campaign.count, _say))
        date = dt.datetime.now(tz=dt.UTC).date().isoformat()
        outcome.rewrite(chosen.page, outcomes[-1:], date, list(CAMPAIGNS))
    sys.stdout.write(f"{_table(outcomes)}\n")
    return 1 if any(each.failures for each in outcomes) else 0


def _table(outcomes: list[Outcome]) -> str:
    """Return the figures of all, and the first failures of each."""
    lines = [f"\n{'campaign':<12} {'tried':>6} {'failed':>6} {'seconds':>8}  figures"]
    for each in outcomes:
        figures = f"{each.tried:>6} {len(each.failures):>6} {each.seconds:>8.0f}  {each.figures}"
        lines.append(f"{each.name:<12} {figures}")
    for each in outcomes:
        lines += [f"{each.name}: {failure}" for failure in each.failures[:SHOWN_FAILURES]]
        if len(each.failures) > SHOWN_FAILURES:
            lines.append(f"{each.name}: and {len(each.failures) - SHOWN_FAILURES} more")
    return "\n".join(lines)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
