"""One-time codes of the broker: how many are sent, how often one is entered, and which is right.

A code is in the memory of the broker while its mail is sent, and in the mail. The table has a MAC
of it under a key that only the broker may use: who reads the table cannot try all million of them.
"""

from __future__ import annotations

import hmac
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from sam_deploy.approval.letter import Letter
from sam_deploy.approval.moments import spoken, wait
from sam_deploy.broker.function.rows import BrokerRefusal, Rows, changed
from sam_deploy.broker.function.settings import BrokerSettings

AN_HOUR: Final = 3_600
A_DAY: Final = 86_400
COOL_DOWN: Final = 900
"""Seconds without any code for an environment, after the last wrong answer to one."""
KEPT_SECONDS: Final = 35 * A_DAY
"""How long a plan and the counts of codes stay in the table."""
AGREED_SECONDS: Final = 3_600
"""How long an agreed plan may be carried out, when nobody has asked for longer."""
MAILED_MOST: Final = 2
ENTRY_LETTERS: Final = 32
"""Of the name of one time that a code was entered; more say nothing."""


class Seals(Protocol):
    """Makes MACs under the broker's key."""

    def mac(self, message: bytes) -> bytes:
        """Return the MAC of a message (KMS GenerateMac)."""


class Postman(Protocol):
    """Brings a mail to SES, once."""

    def send(self, letter: Letter) -> None:
        """SES has taken it. Raises `UnsentLetter`."""


class UnsentLetter(Exception):  # noqa: N818 - what happened to the letter
    """SES has not said that it took a mail. `lost`: it may have, all the same."""

    def __init__(self, code: str, why: str, *, lost: bool) -> None:
        super().__init__(code)
        self.code, self.why, self.lost = code, why, lost


def counted(rows: Rows, settings: BrokerSettings, environment: str, digest: str, now: float) -> str:
    """One more code is counted for an environment; return its id. Raises `BrokerRefusal`."""
    identity = secrets.token_hex(8)

    def edit(row: dict[str, Any]) -> dict[str, Any]:
        sent = [each for each in row.get("sent", []) if now - float(each[1]) < A_DAY]
        if any(each[0] == identity for each in sent):
            return row
        _refuse_more(row, sent, settings, environment, now)
        return {**row, "sent": [*sent, [identity, now, digest]]}

    changed(rows, codes_key(environment), edit, now + KEPT_SECONDS)
    return identity


def _refuse_more(
    row: Mapping[str, Any],
    sent: list[list[Any]],
    settings: BrokerSettings,
    environment: str,
    now: float,
) -> None:
    times = sorted(float(each[1]) for each in sent)
    hour, day = settings.codes_an_hour, settings.codes_a_day
    cool = float(row.get("void_at", 0))
    free, why = max(
        (cool + COOL_DOWN if cool else 0.0, "the last code was entered wrongly too often"),
        (times[-hour] + AN_HOUR if len(times) >= hour else 0.0, f"at most {hour} codes an hour"),
        (times[-day] + A_DAY if len(times) >= day else 0.0, f"at most {day} codes a day"),
    )
    if free > now:
        raise BrokerRefusal(
            "approval",
            f"No one-time code is sent for `{environment}` of `{settings.app}` now",
            why,
            f"the next one is possible at {spoken(free)}, in {wait(free - now)}",
        )


def withdrawn(rows: Rows, environment: str, identity: str) -> None:
    """A code that certainly was not sent is not counted."""

    def edit(row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "sent": [each for each in row.get("sent", []) if each[0] != identity]}

    changed(rows, codes_key(environment), edit)


def mailed(postman: Postman, letter: Letter) -> bool:
    """SES has taken the mail; return whether it was sent twice, as an answer was lost."""
    for number in range(1, MAILED_MOST + 1):
        try:
            postman.send(letter)
        except UnsentLetter as error:
            if not error.lost or number == MAILED_MOST:
                raise
        else:
            return number > 1
    raise AssertionError


def sealed(seals: Seals, digest: str, identity: str, digits: str) -> str:
    """Return what the table keeps of a code, in hex."""
    return seals.mac(f"{digest} {identity} {digits}".encode()).hex()


def new_code_fields(until: float, identity: str, mac: str) -> dict[str, Any]:
    """Return the fields of a plan's row that begin a code; what was entered for another is over."""
    begun = {"attempts": 0, "used": False, "entry": ""}
    return {"identity": identity, "mac": mac, "code_until": until, **begun}


@dataclass(frozen=True, slots=True)
class Entered:
    """A code that somebody typed for a plan. `entry` names this one time; '' where it has no name.

    The same entry is asked for again when its answer was lost, and is no second guess.
    """

    digest: str
    digits: str
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a code that was entered."""

    outcome: Literal["right", "wrong"]
    left: int = 0


def tried(
    rows: Rows, seals: Seals, settings: BrokerSettings, entered: Entered, now: float
) -> Tried:
    """A code was entered for a plan, and counted before it was compared.

    Raises `BrokerRefusal`: `unknown`, `void`, `expired`, `spent`.
    """
    digest, digits = entered.digest, entered.digits
    # a name alone would let one name stand for many guesses
    mark = (
        sealed(seals, digest, f"entry {entered.entry[:ENTRY_LETTERS]}", digits)
        if entered.entry
        else ""
    )
    counted_row = changed(rows, plan_key(digest), lambda row: _count(row, settings, mark, now))
    if counted_row.get("used"):
        # the answer to the right code was lost, and it is entered again
        if _is_it(seals, digest, counted_row, digits):
            return Tried("right")
        raise BrokerRefusal("spent", "The one-time code is used up", "it was entered before")
    attempts = int(counted_row["attempts"])
    if not _is_it(seals, digest, counted_row, digits):
        if attempts >= settings.attempts:
            _cool_down(rows, str(counted_row["environment"]), now)
            raise BrokerRefusal("void", "Invalid OTP. Maximum attempts exceeded", "", "")
        return Tried("wrong", settings.attempts - attempts)
    identity = counted_row["identity"]
    changed(rows, plan_key(digest), lambda row: _agree(row, identity, now))
    return Tried("right")


def _count(row: dict[str, Any], settings: BrokerSettings, mark: str, now: float) -> dict[str, Any]:
    """One more try, before anybody looks at it; the last one makes the plan void."""
    if not row.get("mac"):
        raise BrokerRefusal("refused", "The broker knows no such plan", "no code was sent for it")
    again = bool(mark) and row.get("entry") == mark
    if row.get("void") and not again:
        raise BrokerRefusal("void", "The plan is void", "its code was entered wrongly too often")
    if now >= float(row["code_until"]):
        raise BrokerRefusal("expired", "The one-time code has expired")
    if again or row.get("used"):
        return row
    attempts = int(row["attempts"]) + 1
    return {**row, "attempts": attempts, "entry": mark, "void": attempts >= settings.attempts}


def _agree(row: dict[str, Any], identity: str, now: float) -> dict[str, Any]:
    if row["identity"] != identity:
        raise BrokerRefusal("spent", "The one-time code is used up", "a newer one was sent")
    seconds = float(row["agreed_seconds"])
    return {**row, "used": True, "void": False, "agreed": now, "good_until": now + seconds}


def _cool_down(rows: Rows, environment: str, now: float) -> None:
    changed(rows, codes_key(environment), lambda row: {**row, "void_at": now})


def _is_it(seals: Seals, digest: str, row: Mapping[str, Any], digits: str) -> bool:
    made = sealed(seals, digest, str(row["identity"]), digits)
    return hmac.compare_digest(made.encode(), str(row["mac"]).encode())


def codes_key(environment: str) -> str:
    """Return the key of the row that counts codes."""
    return f"codes/{environment}"


def plan_key(digest: str) -> str:
    """Return the key of a plan's row."""
    return f"plan/{digest}"


def agreed_seconds(settings: BrokerSettings, hours: float, steps: float) -> float:
    """Return how long a plan is good once it is agreed to; `hours` is what was asked for."""
    if not math.isfinite(hours):
        hours = 0.0  # it comes from whoever asks, and nothing is later than NaN
    most = max(float(settings.approval_hours) * AN_HOUR, AGREED_SECONDS)
    return min(max(hours * AN_HOUR, AGREED_SECONDS), most) + steps
