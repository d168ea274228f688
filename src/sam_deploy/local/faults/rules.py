"""What is to become of which call, as values.

`Rule(When("lambda", "UpdateAlias"), LoseAnswer())`: aliases are moved, and nobody is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from sam_deploy.local.faults.calls import Known

READS: Final = ("Get", "List", "Head", "Describe")
"""How the names of operations begin that change nothing."""


@dataclass(frozen=True, slots=True)
class When:
    """Which calls: those of a service, operation and region; '' is any of them.

    `operation` may end in `*`. `detail` is a part of the path or of the stack's name.
    """

    service: str = ""
    operation: str = ""
    region: str = ""
    detail: str = ""

    def fits(self, call: Known) -> bool:
        """Whether a call is one of them."""
        name = self.operation
        named = (
            call.operation.startswith(name[:-1]) if name.endswith("*") else call.operation == name
        )
        return (
            self.service in {"", call.service}
            and self.region in {"", call.region}
            and (not name or named)
            and self.detail in call.detail
        )


@dataclass(frozen=True, slots=True)
class Drop:
    """The request gets lost: it is not carried out, and the connection breaks."""


@dataclass(frozen=True, slots=True)
class LoseAnswer:
    """The request is carried out, and the connection breaks before a byte of the answer."""


@dataclass(frozen=True, slots=True)
class Delay:
    """After so many seconds `then` is done with the request; without one it is carried out."""

    seconds: float
    then: Action | None = None


@dataclass(frozen=True, slots=True)
class Fail:
    """AWS answers with an error, in the form that the service speaks; nothing is carried out."""

    code: str
    message: str = "injected"
    status: int = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """AWS answers with this text and status; nothing is carried out."""

    text: str
    status: int = 200
    content_type: str = "text/xml"


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The request is carried out, and its answer has `new` where `old` was."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A header does not arrive, as when a store ignores it."""

    header: str


@dataclass(frozen=True, slots=True)
class CutBody:
    """The connection breaks when so many bytes of the body have arrived; nothing is carried out."""

    after_bytes: int = 100


Action: TypeAlias = Drop | LoseAnswer | Delay | Fail | Answer | Rewrite | Strip | CutBody
"""What is done with a call. A region that is not there is `Drop` for all of its calls."""


@dataclass(slots=True, eq=False)
class Rule:
    """What becomes of calls: of the first `skip` nothing, of the next `times` the action.

    With `after`, calls count only once such a call has come. `hits` counts how often it was
    applied. A rule is an object of its own: two with the same words count apart.
    """

    when: When
    action: Action
    times: int | None = None
    skip: int = 0
    after: When | None = None
    hits: int = field(default=0, init=False)
    _seen: int = field(default=0, init=False)
    _begun: bool = field(default=False, init=False)

    def takes(self, call: Known) -> bool:
        """Whether it applies to this call, which is counted. The proxy holds its lock."""
        if (self.after is not None and not self._begun) or not self.when.fits(call):
            return False
        self._seen += 1
        if self._seen <= self.skip or (self.times is not None and self.hits >= self.times):
            return False
        self.hits += 1
        return True

    def notice(self, call: Known) -> None:
        """What it waits for may have come, whichever rule took that call."""
        self._begun = self._begun or (self.after is not None and self.after.fits(call))


def is_read(operation: str) -> bool:
    """Whether an operation changes nothing."""
    return operation.startswith(READS)
