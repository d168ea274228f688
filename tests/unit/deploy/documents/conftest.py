"""Conditional writes in memory, as S3 makes them, with the faults that a test asks for."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable

import pytest

from sam_deploy.aws import Record, UnansweredError
from sam_deploy.deploy.owner import Owner, this_process


class _Documents:
    """Conditional writes in memory; answers can be lost, and conditions be ignored."""

    def __init__(self) -> None:
        self.there: dict[str, Record] = {}
        self.losing: list[str] = []
        """Writes (`create`, `replace`, `delete`) whose answer the SDK loses, once each: it repeats
        them, and the repeated one meets the state that the first one made."""
        self.unanswered: list[str] = []
        """The same, but nobody repeats them: they are carried out, and raise."""
        self.ignoring: set[str] = set()
        """Writes whose condition is not looked at."""
        self.calls: list[str] = []
        self._lock = threading.Lock()

    def read(self, key: str) -> Record | None:
        """Return a document."""
        with self._lock:
            self.calls.append("read")
            return self.there.get(key)

    def create(self, key: str, body: bytes) -> str | None:
        """Write one that is not there."""
        return self._write("create", key, body, lambda found: found is None)

    def replace(self, key: str, body: bytes, etag: str) -> str | None:
        """Write one in the place of a state."""
        return self._write("replace", key, body, lambda found: _is(found, etag))

    def delete(self, key: str, etag: str) -> bool:
        """Take a state away."""
        return self._write("delete", key, None, lambda found: _is(found, etag)) is not None

    def _write(
        self, call: str, key: str, body: bytes | None, allowed: Callable[[Record | None], bool]
    ) -> str | None:
        with self._lock:
            self.calls.append(call)
            if not (allowed(self.there.get(key)) or call in self.ignoring):
                return None
            etag = f'"{hashlib.sha256(body or b"").hexdigest()[:32]}"'
            if body is None:
                del self.there[key]
            else:
                self.there[key] = Record(body, etag)
            if call in self.unanswered:
                self.unanswered.remove(call)
                raise UnansweredError(f"`{call}` got no answer")
            if call in self.losing:
                self.losing.remove(call)
                return None
            return etag


def _is(found: Record | None, etag: str) -> bool:
    return found is not None and found.etag == etag


@pytest.fixture
def documents() -> _Documents:
    """An empty artifact bucket for locks and journals."""
    return _Documents()


@pytest.fixture
def owner() -> Callable[..., Owner]:
    """Makes an owner under a new id: this process, deploying as Ann."""

    def make(command: str = "sam-deploy deploy") -> Owner:
        return this_process(command, "arn:aws:iam::123456789012:user/ann")

    return make
