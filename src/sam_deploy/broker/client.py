"""Asks the broker, from here: what it says, or the error that its refusal is.

Touches one Lambda function. A code that is typed passes through, and is kept nowhere.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sam_deploy.aws import (
    Alias,
    AliasWrite,
    Aws,
    AwsCallError,
    Functions,
    Invocations,
    UnansweredError,
    is_transient,
)
from sam_deploy.aws.functions import NOT_FOUND
from sam_deploy.errors import ApprovalError, RefusedError, SamDeployError
from sam_deploy.secrecy import kept

AT_ONCE: Final = 8
"""Calls of the broker at one time: each one more may be one more process of it, to be started."""
UNCHANGED: Final = "nothing was changed"
APPROVAL: Final = frozenset({"approval", "void", "expired", "spent", "malformed"})
UNKNOWN: Final = "unknown"
UNANSWERED: Final = "unanswered"
REFUSED: Final = "refused"
EMBEDDED: Final = "embedded"
TRIES: Final = 6
PAUSE_SECONDS: Final = 0.2
"""Before the second try; twice as long before each further one."""


class BrokerAnswerError(RefusedError):
    """The broker does not do what was asked. `kind` says why, as its code does."""

    def __init__(self, kind: str, what: str, why: str, hint: str) -> None:
        super().__init__(what, why=why, state=UNCHANGED, hint=hint)
        self.kind = kind


class BrokerApprovalError(ApprovalError):
    """The broker has no approval. `kind` says why, as its code does."""

    def __init__(self, kind: str, what: str, why: str, hint: str) -> None:
        super().__init__(what, why=why, state=UNCHANGED, hint=hint)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Begun:
    """A code is on its way. `until` is its end, in Unix seconds."""

    until: float
    recipients: tuple[str, ...]
    attempts: int
    minutes: int
    twice: bool


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What came of a code that was entered; `left` tries after a wrong one."""

    right: bool
    left: int


@dataclass(frozen=True, slots=True)
class Guarding:
    """What a broker says of itself. `guarded`: alias -> function -> regions."""

    app: str
    account: str
    guarded: Mapping[str, Mapping[str, tuple[str, ...]]]
    recipients: tuple[str, ...]
    tool_version: str
    codes_this_hour: Mapping[str, int]
    around: tuple[str, ...]
    """What somebody has moved past it, in words."""


class Calls(Protocol):
    """What calls functions, as `aws.Invocations` does. `region` is where they are."""

    region: str

    def call(self, function: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a function answers."""


class Broker:
    """The broker of an app: a function, by name or ARN."""

    def __init__(self, calls: Calls, function: str) -> None:
        self.function, self.region = function, calls.region
        self._calls = calls
        self._slots = threading.BoundedSemaphore(AT_ONCE)

    def begin(self, plan: bytes, hours: float = 0) -> Begun:
        """The code of a plan goes out by mail. `hours` is how long the plan shall be good then."""
        found = self._ask({"do": "begin", "plan": plan.decode("ascii"), "hours": hours})
        return Begun(
            until=float(found["until"]),
            recipients=tuple(str(each) for each in found["recipients"]),
            attempts=int(found["attempts"]),
            minutes=int(found["minutes"]),
            twice=bool(found["twice"]),
        )

    def confirm(self, digest: str, code: str) -> Confirmed:
        """A code was entered for a plan. Raises `BrokerApprovalError`; `malformed` is no try."""
        asked = {"do": "confirm", "digest": digest, "code": code, "entry": secrets.token_hex(8)}
        with kept(code):
            try:
                found = self._ask(asked)
            except UnansweredError:
                # it may have been counted, or be right: the broker knows by the entry, and says so
                found = self._ask(asked)
        return Confirmed(found["outcome"] == "right", int(found["left"]))

    def move(self, write: AliasWrite, digest: str = "") -> Alias:
        """An alias is as asked, if the broker allows it. Raises what UpdateAlias would raise, too.

        `digest` is that of an agreed plan; without one only what was served before is allowed.
        """
        asked = {
            "do": "move",
            "digest": digest,
            "region": write.region,
            "function": write.function,
            "alias": write.name,
            "version": write.version,
            "weights": [list(each) for each in write.weights],
            "description": write.description,
            "revision_id": write.revision_id,
        }
        with self._slots:
            found = self._ask(asked, write.region)["alias"]
        weights = tuple((str(version), float(part)) for version, part in found["weights"])
        return Alias(
            write.name, found["version"], found["revision_id"], weights, found["description"]
        )

    def status(self) -> Guarding:
        """Return what the broker guards."""
        found = self._ask({"do": "status"})
        return Guarding(
            app=str(found["app"]),
            account=str(found["account"]),
            guarded={
                alias: {function: tuple(regions) for function, regions in functions.items()}
                for alias, functions in found["guarded"].items()
            },
            recipients=tuple(found["recipients"]),
            tool_version=str(found["tool_version"]),
            codes_this_hour=dict(found["codes_this_hour"]),
            around=tuple(found["around"]),
        )

    def _ask(self, asked: Mapping[str, Any], region: str = "") -> dict[str, Any]:
        try:
            found = self._calls.call(self.function, asked)
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                raise missing(self.function, self.region) from error
            raise
        refused = found.get("refused")
        if refused is None:
            return found
        raise _error(refused, region or self.region)


def missing(function: str, region: str) -> RefusedError:
    """Return the error of a broker that is not there."""
    return RefusedError(
        f"There is no broker `{function}` in `{region}`",
        why="`deploy.py` names it (`Promotion(broker=...)`), and its stack is not deployed there",
        state=UNCHANGED,
        hint="`sam-deploy broker template` writes its template: deploy that first",
    )


def _error(refused: Mapping[str, Any], region: str) -> Exception:
    kind, what = str(refused["kind"]), str(refused["what"])
    why, hint = str(refused.get("why", "")), str(refused.get("hint", ""))
    if kind in APPROVAL:
        return BrokerApprovalError(kind, what, why, hint)
    if kind in {REFUSED, UNKNOWN}:
        return BrokerAnswerError(kind, what, why, hint)
    if kind == UNANSWERED:
        return UnansweredError(what, why=why, hint="run the same command again")
    return AwsCallError("lambda:UpdateAlias", region, kind, what, "")


def named(aws: Aws, function: str, home_region: str) -> Broker:
    """Return the broker of this name: in the home region, unless it is an ARN that says."""
    region = function.split(":")[3] if function.startswith("arn:") else home_region
    return Broker(Invocations(aws, region), function)


def of(aws: Aws, function: str, home_region: str) -> Broker | None:
    """Return the broker; nothing when there is none, as mostly in an embedded cloud.

    There is nobody to be kept out of an embedded cloud, so there it may be missing.
    """
    if not function:
        return None
    broker = named(aws, function, home_region)
    if aws.endpoint.target == EMBEDDED and Functions(aws, broker.region).state(function) is None:
        return None
    return broker


def through(aws: Aws, function: str, home_region: str) -> Aws:
    """Return the same AWS, whose aliases the broker moves; the same one when there is no broker."""
    broker = of(aws, function, home_region)
    return aws if broker is None else aws.with_aliases_by(writer(broker))


def writer(
    broker: Broker, pause: Callable[[float], None] = time.sleep
) -> Callable[[AliasWrite], Alias | None]:
    """Return what lets the broker write aliases of environments that it does not guard.

    What the broker does not know it does not guard either: nothing is returned for it, and it is
    moved past it, as before. The broker is asked again as the SDK asks Lambda again; when only an
    answer was lost, the second one says PreconditionFailedException, which is read back.
    """

    def write(asked: AliasWrite) -> Alias | None:
        for attempt in range(TRIES):
            try:
                return broker.move(asked)
            except BrokerAnswerError as error:
                if error.kind == UNKNOWN:
                    return None
                raise
            except SamDeployError as error:
                if not is_transient(error) or attempt + 1 == TRIES:
                    raise
            pause(PAUSE_SECONDS * 2**attempt)
        raise AssertionError

    return write
