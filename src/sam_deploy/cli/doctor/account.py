"""The account: which credentials, whose, how long; whether AWS answers, and what time it is."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Final

from sam_deploy.aws import Aws, Heard, identity
from sam_deploy.cli.doctor.finding import Finding, of_error, ok, problem, warning
from sam_deploy.config.settings import Settings
from sam_deploy.errors import UnreachableError

AT_ONCE: Final = 8
SKEW_SECONDS: Final = 300.0
"""More than this, and AWS takes no signature. Source: IAM user guide, "Troubleshooting signed
requests"."""
NOTED_SKEW_SECONDS: Final = 60.0
SOON: Final = timedelta(minutes=30)
"""A first deployment to several regions can take as long."""


def account(aws: Aws, regions: Sequence[str], said: Settings) -> Iterator[Finding]:
    """Find everything about the account that a deployment depends on."""
    found = identity.credentials(aws, regions[0])
    yield from credentials(found, said.profile, datetime.now(UTC))
    if found is None:
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        callers = list(pool.map(functools.partial(identity.caller, aws), regions))
    answers = dict(zip(regions, callers, strict=True))
    yield from owner(next((each for each in callers if each.account), None), said.account_id)
    yield from reached(aws, answers)
    yield from clock(callers)


def credentials(
    found: identity.Credentials | None, profile: str, now: datetime
) -> Iterator[Finding]:
    """Find where the credentials come from and how long they are good for."""
    whose = f"profile `{profile}`" if profile else "no AWS_PROFILE"
    if found is None:
        yield problem(
            "credentials",
            f"there are none ({whose})",
            "set AWS_PROFILE in `.env` or log in (`aws sso login`)",
            UnreachableError.exit_code,
        )
        return
    said = f"{whose}, from {found.source}"
    if found.expires is None:
        yield ok("credentials", said)
        return
    left = found.expires - now
    until = f"{said}, good until {found.expires.astimezone():%Y-%m-%d %H:%M}"
    advice = "renew them (`aws sso login`) before a long deployment"
    if left <= timedelta():
        yield problem("credentials", f"{until}: expired", advice, UnreachableError.exit_code)
    elif left < SOON:
        minutes = left.total_seconds() / 60
        yield warning("credentials", f"{until}: {minutes:.0f} minutes are left", advice)
    else:
        yield ok("credentials", until)


def owner(found: Heard | None, expected: str) -> Iterator[Finding]:
    """Find whose account it is, and whether it is the one that may be written to."""
    if found is None:
        return
    if expected and expected != found.account:
        yield problem(
            "account",
            f"{found.account} ({found.arn}), but AWS_ACCOUNT_ID is {expected}",
            "choose another AWS_PROFILE, or correct AWS_ACCOUNT_ID in `.env`",
        )
    else:
        yield ok("account", f"{found.account} ({found.arn})")


def reached(aws: Aws, answers: dict[str, Heard]) -> Iterator[Finding]:
    """Find the regions that answer; a region that is not enabled refuses good credentials."""
    good = [region for region, each in answers.items() if each.refused is None]
    if good:
        yield ok("endpoint", f"{aws.address(good[0])} and {', '.join(good)} answer")
    for region, each in answers.items():
        if each.refused is None:
            continue
        if good and each.ahead_seconds is not None:
            yield problem(
                f"region {region}",
                f"it does not take the credentials that {good[0]} takes: {each.refused}",
                f"enable it: `aws account enable-region --region-name {region}`; or take it out of "
                "`deploy.py`",
                each.refused.exit_code,
            )
        else:
            yield of_error(f"region {region}", each.refused)


def clock(callers: Sequence[Heard]) -> Iterator[Finding]:
    """Find how far this computer's clock is off; beyond five minutes AWS takes no signature."""
    found = [each.ahead_seconds for each in callers if each.ahead_seconds is not None]
    if not found:
        return
    # the answer that came soonest says most about the clock
    ahead = min(found, key=abs)
    way = "ahead of" if ahead > 0 else "behind"
    said = f"this computer is {abs(ahead):.0f} s {way} AWS"
    advice = "set the clock: `timedatectl set-ntp true`, in WSL `sudo hwclock -s`"
    if abs(ahead) >= SKEW_SECONDS:
        what = f"{said}; AWS refuses signatures that are 5 minutes off"
        yield problem("clock", what, advice, UnreachableError.exit_code)
    elif abs(ahead) >= NOTED_SKEW_SECONDS:
        yield warning("clock", f"{said}; 5 minutes would be too much", advice)
    else:
        yield ok("clock", f"within {max(1.0, abs(ahead)):.0f} s of AWS")
