"""Lets regions prepare while the home region gets the archives, and copy them when it has them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from sam_deploy.errors import IncompleteError
from sam_deploy.lanes import Stop

LOOK_SECONDS: Final = 0.05


@dataclass(slots=True)
class HomeFirst:
    """What the home region says to the others: that it has everything, or that it failed."""

    ended: threading.Event = field(default_factory=threading.Event)
    failed: bool = False

    @contextlib.contextmanager
    def first(self, *, is_home: bool) -> Iterator[None]:
        """The others may go on when the home region's block has ended, well or not."""
        try:
            yield
        except BaseException:
            self.failed = self.failed or is_home
            raise
        finally:
            if is_home:
                self.ended.set()

    def wait(self, region: str, stop: Stop) -> None:
        """Return when the home region has everything.

        Raises `IncompleteError` when the home region failed.
        """
        while not self.ended.wait(LOOK_SECONDS):
            stop.check()
        if self.failed:
            raise IncompleteError(
                f"Nothing was copied to `{region}`",
                why="the home region did not get the archives",
                hint="run the same command again; it does only what is missing",
            )
