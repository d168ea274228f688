"""Counts codes and wrong answers, for all processes and machines, in the artifact bucket.

It holds no codes and nothing that could tell one: when each was sent, for which plan, and what
came of it. What limits guessing is how many codes are sent, not the tries that each one has.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sam_deploy.amounts import plural
from sam_deploy.approval.compared import change
from sam_deploy.approval.moments import DAY, HOUR
from sam_deploy.approval.refusals import gone, spent, too_many, unreadable, void

if TYPE_CHECKING:
    from sam_deploy.aws import Record
    from sam_deploy.deploy.lock import Documents

SCHEMA: Final = 1
COOL_DOWN_SECONDS: Final = 900
"""For so long no code is sent for an environment after the last wrong answer to one."""
ID_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Issue:
    """A code that was to be sent. Times are Unix seconds; 0 is never."""

    identity: str
    at: float
    digest: str
    attempts: int = 0
    voided: float = 0.0
    """When its last answer was given. An answer that turns out right takes this back."""
    used: float = 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How many codes are sent within an hour and within a day."""

    an_hour: int
    a_day: int


class Ledger:
    """What is known about the codes of one environment of one app."""

    def __init__(
        self, documents: Documents, app: str, environment: str, now: Callable[[], float]
    ) -> None:
        self.key = f"approvals/{app}/codes-{environment}.json"
        self._environment, self._app = environment, app
        self._documents, self._now = documents, now

    def issue(self, digest: str, limits: Limits) -> str:
        """One more code is counted; return the id under which its answers are.

        Raises `ApprovalError` when the plan is void, or when there were too many.
        """
        identity = secrets.token_hex(ID_BYTES)

        def edit(issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
            now = self._now()
            if any(each.identity == identity for each in issues):
                return issues  # the answer to our own write was lost
            if any(each.voided and each.digest == digest for each in issues):
                raise void(digest)
            self._limit(issues, limits, now)
            return (*issues, Issue(identity, now, digest))

        self._change(edit)
        return identity

    def _limit(self, issues: tuple[Issue, ...], limits: Limits, now: float) -> None:
        """Raise `ApprovalError` when no code may be sent now; it says when one may."""
        sent = sorted(each.at for each in issues)
        last_void = max((each.voided for each in issues), default=0.0)
        reasons = [
            (last_void + COOL_DOWN_SECONDS, "the last code was entered wrongly too often")
            if last_void
            else (0.0, ""),
            (
                _free(sent, limits.an_hour, HOUR),
                f"at most {plural(limits.an_hour, 'code')} an hour (`codes_an_hour`)",
            ),
            (
                _free(sent, limits.a_day, DAY),
                f"at most {plural(limits.a_day, 'code')} a day (`codes_a_day`)",
            ),
        ]
        free, why = max(reasons)
        if free > now:
            raise too_many(self._environment, self._app, why, free, now)

    def withdraw(self, identity: str) -> None:
        """A code that was certainly not sent no longer counts."""
        self._change(lambda issues: tuple(each for each in issues if each.identity != identity))

    def attempt(self, identity: str, number: int, most: int) -> None:
        """The `number`-th answer to a code is counted, before anybody looks at it.

        With the last one the plan is void, and stays so unless `accept` follows: a process that is
        killed in between has not won another try.
        """

        def count(issue: Issue) -> Issue:
            if issue.used or issue.attempts > number:
                raise spent()
            voided = self._now() if number >= most else 0.0
            return replace(issue, attempts=number, voided=voided)

        self._edit(identity, count)

    def accept(self, identity: str) -> None:
        """The code was right, and is used up."""
        self._edit(identity, lambda issue: replace(issue, voided=0.0, used=self._now()))

    def _edit(self, identity: str, edit: Callable[[Issue], Issue]) -> None:
        def one(issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
            if not any(each.identity == identity for each in issues):
                raise gone(self.key)
            return tuple(edit(each) if each.identity == identity else each for each in issues)

        self._change(one)

    def _change(self, edit: Callable[[tuple[Issue, ...]], tuple[Issue, ...]]) -> None:
        def edited(found: Record | None) -> bytes:
            known = () if found is None else _read(found, self.key)
            # a code is entered within the hour, so nobody misses what is older than a day
            recent = tuple(each for each in known if self._now() - each.at < DAY)
            return _written(edit(recent))

        change(self._documents, self.key, edited)


def _free(sent: list[float], most: int, window: int) -> float:
    """Return when there were fewer than `most` within the window; 0 when that is long ago."""
    return sent[-most] + window if len(sent) >= most else 0.0


def _written(issues: tuple[Issue, ...]) -> bytes:
    # the mark tells our own write from another one that says the same
    mark = secrets.token_hex(ID_BYTES)
    known = {"schema": SCHEMA, "mark": mark, "codes": [asdict(each) for each in issues]}
    return json.dumps(known).encode()


def _read(record: Record, key: str) -> tuple[Issue, ...]:
    try:
        found = json.loads(record.body)
        if found["schema"] != SCHEMA:
            raise unreadable(key)
        return tuple(_issue(each) for each in found["codes"])
    except (ValueError, KeyError, TypeError) as error:
        raise unreadable(key) from error


def _issue(found: dict[str, Any]) -> Issue:
    return Issue(
        identity=str(found["identity"]),
        at=float(found["at"]),
        digest=str(found["digest"]),
        attempts=int(found["attempts"]),
        voided=float(found["voided"]),
        used=float(found["used"]),
    )
