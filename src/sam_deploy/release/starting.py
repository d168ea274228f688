"""Has every new version of a region start once, before anybody is served by it.

The runtime module that is packed into every function answers this call itself (calls.py and
node/calls.mjs of `sam_deploy_runtime`): by then the user's handler has been imported, with the
layers, variables and rights that it has there, and it is not called. Source: Lambda API, Invoke.
"""

from __future__ import annotations

import builtins
import json
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import Final

from sam_deploy.aws import Aws, Calls, is_transient
from sam_deploy.aws.calls import ERROR_BYTES, UNLOADABLE
from sam_deploy.errors import SamDeployError
from sam_deploy.events import Note, Report, Waiting
from sam_deploy.lanes import Stop
from sam_deploy_runtime.calls import START

AT_ONCE: Final = 8
"""New accounts may run ten calls at a time, of all their functions together."""
WAIT_SECONDS: Final = 20.0
"""A right that was just given to a role may be refused for some seconds."""
POLL_SECONDS: Final = 2.0
TRIES: Final = 2
"""At least, however long one takes: a start that was too slow finds its files in memory the next
time."""
SHOWN: Final = 300
"""Characters of the error."""
OF_NODE: Final = frozenset({"RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError"})
"""What JavaScript itself throws; an `Error` may be anybody's."""
OUR_MODULE: Final = "Unable to import module 'sam_deploy_runtime.shim': "
"""How Lambda begins what the import of a handler says: it imports ours, which imports that."""


@dataclass(frozen=True, slots=True)
class New:
    """A version that nobody has called yet. `name` is the function's in `deploy.py`."""

    name: str
    function: str
    version: str


@dataclass(frozen=True, slots=True)
class NotStarted:
    """A version that does not start, and what its runtime says of it."""

    new: New
    why: str


def not_starting(
    news: Sequence[New],
    aws: Aws,
    region: str,
    report: Report,
    stop: Stop,
    *,
    wait_seconds: float = WAIT_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[NotStarted, ...]:
    """Return the versions that do not start; all are started side by side.

    Code that cannot be loaded is final at once, what may pass after `wait_seconds`. One that could
    not be called, such as without the right to, is told by a warning, and is not returned.
    """
    starter = _Starter(Calls(aws, region), report, stop, clock() + wait_seconds, clock)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ends = list(pool.map(starter.start, news))
    unknown = [
        (each, end) for each, end in zip(news, ends, strict=True) if isinstance(end, SamDeployError)
    ]
    if unknown:
        report(_untried([each.name for each, _ in unknown], unknown[0][1], region))
    return tuple(
        NotStarted(each, end)
        for each, end in zip(news, ends, strict=True)
        if isinstance(end, str) and end
    )


@dataclass(frozen=True, slots=True)
class _Starter:
    """Starts versions of one region, again and again until `deadline` of the clock."""

    calls: Calls
    report: Report
    stop: Stop
    deadline: float
    clock: Callable[[], float]

    def start(self, new: New) -> str | SamDeployError:
        """Return '' once it has started, what it says when it does not, or why nobody knows."""
        for number in count(1):
            self.stop.check()
            final, end = self._once(new)
            left = self.deadline - self.clock()
            if not end or final or (left <= 0 and number >= TRIES):
                break
            if number == 1:
                what = f"`{new.name}` to start ({end})"
                self.report(Waiting(what, max(left, POLL_SECONDS), self.calls.region))
            self.stop.pause(POLL_SECONDS)
        return end

    def _once(self, new: New) -> tuple[bool, str | SamDeployError]:
        """Return the same of one call, and whether another one will end no other way."""
        event = json.dumps(START).encode()
        try:
            called = self.calls.call(new.function, new.version, event, ERROR_BYTES)
        except SamDeployError as error:
            return not is_transient(error), error
        if not called.failed:
            return True, ""
        kind, why = _read(called.answer)
        return _is_final(kind), why


def _is_final(kind: str) -> bool:
    """Whether code that ended in this will end in it again.

    The SDK's errors are none of Python's own, and those of the network are `OSError`.
    """
    own = getattr(builtins, kind, None)
    return kind in OF_NODE.union(UNLOADABLE) or (
        isinstance(own, type)
        and issubclass(own, Exception)
        and not issubclass(own, (OSError, RuntimeError))
    )


def _read(answer: str) -> tuple[str, str]:
    """Return the kind of an error and its first line, of the JSON object that Lambda answers."""
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        found = None
    told = found if isinstance(found, dict) else {"errorMessage": answer}
    kind = str(told.get("errorType") or "")
    said = str(told.get("errorMessage") or "").strip().removeprefix(OUR_MODULE)
    first = said.replace("\r", "\n").split("\n", 1)[0].strip()
    why = ": ".join(each for each in (kind, first) if each) or "it does not say why"
    return kind, why if len(why) <= SHOWN else f"{why[:SHOWN]}..."


def _untried(names: Collection[str], error: SamDeployError, region: str) -> Note:
    listed = ", ".join(f"`{each}`" for each in names)
    return Note(
        f"{listed} could not be started before it serves ({error}): its first caller will see "
        "whether it starts",
        "warning",
        region,
    )
