"""Work that several units want, done by the first and waited for by the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Once:
    """Results by key. Safe to use from several threads; an error is everybody's error."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._results: dict[Hashable, Future[Any]] = {}

    def has(self, key: Hashable) -> bool:
        """Say whether somebody asked for this key."""
        with self._lock:
            return key in self._results

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` returned for this key, calling it at most once."""
        with self._lock:
            known = self._results.get(key)
            future: Future[T] = known or Future()
            self._results[key] = future
        if known is None:
            try:
                future.set_result(make())
            except BaseException as error:
                future.set_exception(error)
                raise
        return future.result()
