"""A bucket in memory, as `aws.Records` speaks to one, with the faults that a test asks for."""

from __future__ import annotations

import hashlib
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator

import pytest

from sam_deploy.aws import Record

PAGE = 1000


class _Bucket:
    """Documents by key; counts the calls that a real bucket would be sent."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes] = {}
        self.calls: list[str] = []
        self.before: Callable[[str, str], None] = lambda _call, _key: None
        """Called before each call with its name and key; may raise or change something."""
        self.after: Callable[[str, str], None] = lambda _call, _key: None
        """Called when the call was carried out: raising here loses its answer."""
        self._one = threading.RLock()

    def read(self, key: str) -> Record | None:
        with self._one:
            self._called("read", key)
            body = self.documents.get(key)
            return None if body is None else Record(body, _etag(body))

    def create(self, key: str, body: bytes) -> str | None:
        with self._one:
            self._called("create", key)
            if key in self.documents:
                return None
            return self._put("create", key, body)

    def replace(self, key: str, body: bytes, etag: str) -> str | None:
        with self._one:
            self._called("replace", key)
            if key not in self.documents or _etag(self.documents[key]) != etag:
                return None
            return self._put("replace", key, body)

    def write(self, key: str, body: bytes) -> None:
        with self._one:
            self._called("write", key)
            self._put("write", key, body)

    def delete(self, key: str, etag: str) -> bool:
        with self._one:
            self._called("delete", key)
            return key in self.documents and bool(self.documents.pop(key)) and bool(etag)

    def keys(self, prefix: str, after: str = "") -> Iterator[str]:
        while True:
            with self._one:
                self._called("keys", prefix)
                every = sorted(key for key in self.documents if key.startswith(prefix))
            page = every[bisect_right(every, after) :][:PAGE]
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1]

    def _called(self, call: str, key: str) -> None:
        self.calls.append(call)
        self.before(call, key)

    def _put(self, call: str, key: str, body: bytes) -> str:
        self.documents[key] = body
        self.after(call, key)
        return _etag(body)


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


@pytest.fixture
def bucket() -> _Bucket:
    """An empty bucket."""
    return _Bucket()
