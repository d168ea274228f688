"""Remembers what was found out about an app, which never changes once it is loaded. Pure."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from sam_deploy.config.model import App

T = TypeVar("T")
APPS: Final = 8
"""Remembered at the same time; a process hardly has more than one."""


class _Same:
    """An app by identity: to compare two by value costs more than what is remembered."""

    __slots__ = ("app",)

    def __init__(self, app: App) -> None:
        self.app = app

    def __hash__(self) -> int:
        return id(self.app)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.app is self.app


def remembered(find: Callable[[App], T]) -> Callable[[App], T]:
    """Make `find` look once at each app. Its result is shared: nobody may change it."""

    @functools.lru_cache(maxsize=APPS)
    def once(same: _Same) -> T:
        return find(same.app)

    @functools.wraps(find)
    def look(app: App) -> T:
        return once(_Same(app))

    return look
