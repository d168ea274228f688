"""The audit of an app: what happened, in an order that nobody can change unseen.

Each link holds the hash of the one before it, so that a link which is changed, taken out, put in
or moved breaks the chain there. A pointer to the last link shows when the end was cut off. Who may
write to the bucket can still write a whole new chain: `docs/concepts/history.md` says what helps.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from sam_deploy.errors import RefusedError, SamDeployError
from sam_deploy.history import link
from sam_deploy.history.link import Fact, Link
from sam_deploy.history.shelf import TRIES, Row, Shelf
from sam_deploy.history.verdict import Fault, Head, Verdict, Walk

DIGITS: Final = 8
READ_AT_ONCE: Final = 64


class Chain:
    """The audit of one app. Safe to use from several threads, and by several processes."""

    def __init__(
        self,
        shelf: Shelf,
        name: str,
        *,
        who: str,
        host: str,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._shelf, self._name, self._who, self._host, self._now = shelf, name, who, host, now
        self._row = Row(shelf, prefix_of(name), DIGITS)
        self._head: Head | None = None
        self._turn = threading.Lock()

    def append(self, event: str, facts: Mapping[str, object]) -> Link:
        """An event is on record when this returns, whoever else writes at the same time.

        Two calls, and one more for the first event of a process. Raises `ValueError` for facts
        that hold a secret, and what the storage raises when it does not take the link.
        """
        plain, identity = link.plain(facts), uuid.uuid4().hex
        with self._turn:
            head = self._head or self._look()
            for _ in range(TRIES):
                made = self._link(head, event, plain, identity)
                body = made.written()
                others = self._row.made(made.number, body)
                if others is None:
                    return self._written(made, body)
                head = self._beyond(made.number, others)
        raise RefusedError(
            f"`{event}` could not be put on record",
            why=f"others wrote to the audit at the same moment, {TRIES} times in a row",
            hint="run the same command again",
        )

    def links(self, after: int = 0) -> Iterator[Link]:
        """Return the links in order, those after a number.

        Raises `RefusedError` for the first one that cannot be read.
        """
        for number, body in self._bodies(after):
            try:
                yield link.read(body)
            except ValueError as error:
                raise RefusedError(
                    f"Link {number} of the audit cannot be read",
                    why=f"`{self._row.key(number)}`: {error}",
                    hint="`sam-deploy audit verify` walks the whole chain",
                ) from error

    def newest(self, limit: int) -> tuple[Link, ...]:
        """Return the last links, the newest first."""
        last = self._row.newest()
        return tuple(self.links(max(0, last - limit)))[::-1][:limit]

    def verify(self) -> Verdict:
        """Walk the whole chain, and name the first link that is not as it was written."""
        try:
            pointer = self._pointer()
        except ValueError as error:
            why = f"the pointer to the last link cannot be trusted: {error}"
            return Verdict(0, None, None, Fault(0, head_key(self._name), why))
        walk = Walk(self._name, self._row.key, pointer)
        for number, body in self._bodies():
            if fault := walk.step(number, body):
                return walk.verdict(fault)
        return walk.verdict(walk.end())

    def _link(self, head: Head, event: str, plain: Mapping[str, Fact], identity: str) -> Link:
        moment = datetime.fromtimestamp(self._now(), UTC)
        return Link(
            number=head.number + 1,
            time=f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z",
            event=event,
            facts=plain,
            who=self._who,
            host=self._host,
            previous=head.sha256,
            app=self._name,
            id=identity,
        )

    def _written(self, made: Link, body: bytes) -> Link:
        done = link.read(body)
        self._head = Head(made.number, done.sha256)
        pointer = link.sealed({"number": made.number, "sha256": done.sha256})
        # the link is there, which is what counts: the next writer finds it without the pointer
        with contextlib.suppress(SamDeployError):
            self._shelf.write(head_key(self._name), pointer)
        return done

    def _look(self) -> Head:
        """Return the last link as the pointer tells it; without one, as the list tells it."""
        with contextlib.suppress(ValueError):
            if pointer := self._pointer():
                return pointer
        last = self._row.newest()
        return self._read(last) if last else Head()

    def _beyond(self, number: int, body: bytes) -> Head:
        """Return the last link of all, when somebody else has written this one."""
        last = self._row.newest(number)
        return Head(number, link.sha256(body)) if last == number else self._read(last)

    def _read(self, number: int) -> Head:
        (found,) = self._row.read([number])
        return Head(number, link.sha256(found.body if found else b""))

    def _pointer(self) -> Head | None:
        """Return what the pointer says. Raises `ValueError` when it says nothing sensible."""
        found = self._shelf.read(head_key(self._name))
        if found is None:
            return None
        said = link.opened(found.body)
        try:
            return Head(int(said["number"]), str(said["sha256"]))
        except (KeyError, TypeError) as error:
            raise ValueError("it is no pointer") from error

    def _bodies(self, after: int = 0) -> Iterator[tuple[int, bytes]]:
        numbers = self._row.numbers(after)
        while some := list(itertools.islice(numbers, READ_AT_ONCE)):
            for number, found in zip(some, self._row.read(some), strict=True):
                if found is not None:
                    yield number, found.body


def prefix_of(name: str) -> str:
    """Return under what the links of an app lie in its artifact bucket."""
    return f"audit/{name}/"


def head_key(name: str) -> str:
    """Return where the pointer to the last link lies."""
    return f"{prefix_of(name)}head.json"
