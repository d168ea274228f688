"""Where the history lies: numbered documents, each written once and never changed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Protocol

from sam_deploy.aws import Record
from sam_deploy.deploy.lock import Documents
from sam_deploy.errors import RefusedError, SamDeployError

AT_ONCE: Final = 16
PAGE: Final = 1000
"""Keys that S3 lists with one call."""
TRIES: Final = 100
"""Others may write at the same moment; each refusal means that one of them got in."""


class Shelf(Documents, Protocol):
    """Conditional writes, a plain one, and a list, as `aws.Records` makes them."""

    def write(self, key: str, body: bytes) -> None:
        """Write one, whatever it said before."""

    def keys(self, prefix: str, after: str = "") -> Iterator[str]:
        """Return the keys with a prefix after another key, sorted, page by page."""


@dataclass(frozen=True, slots=True)
class Row:
    """Documents of a shelf under one prefix, named by numbers of so many digits."""

    shelf: Shelf
    prefix: str
    """Ends with a slash."""
    digits: int

    def key(self, number: int) -> str:
        """Return where a document lies."""
        return f"{self.prefix}{number:0{self.digits}}.json"

    def numbers(self, after: int = 0) -> Iterator[int]:
        """Return the numbers that are there, rising, page by page."""
        name = re.compile(rf"(\d{{{self.digits}}})\.json")
        for key in self.shelf.keys(self.prefix, self.key(after)):
            if said := name.fullmatch(key.removeprefix(self.prefix)):
                yield int(said[1])

    def newest(self, known: int = 0) -> int:
        """Return the highest number that is there; `known` when none is higher.

        One call while at most 1000 are newer than `known`. Beyond that it steps in growing strides
        and halves the last one, so that a hundred thousand cost about twenty calls.
        """
        page = list(itertools.islice(self.numbers(known), PAGE))
        if len(page) < PAGE:
            return page[-1] if page else known
        low, stride = page[-1], PAGE
        while (found := next(self.numbers(low + stride), 0)) > 0:
            low, stride = found, stride * 2
        while stride > PAGE:
            stride //= 2
            low = next(self.numbers(low + stride), low)
        return max(self.numbers(low), default=low)

    def read(self, numbers: Sequence[int]) -> list[Record | None]:
        """Return these documents, in the order asked for; nothing for one that is not there."""
        if len(numbers) == 1:
            return [self.shelf.read(self.key(numbers[0]))]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda number: self.shelf.read(self.key(number)), numbers))

    def made(self, number: int, body: bytes) -> bytes | None:
        """Write a document that is not there yet; return nothing once it is.

        Returns what lies there when somebody else was faster. An answer that was lost is no
        failure when what lies there is this very document. Raises `RefusedError` when there is
        nothing to write to.
        """
        key = self.key(number)
        try:
            if self.shelf.create(key, body):
                return None
        except SamDeployError:
            found = self.shelf.read(key)
            if found is None:
                raise
        else:
            found = self.shelf.read(key)
        if found is None:
            raise RefusedError(
                f"`{key}` could not be put on record",
                why="it is neither accepted nor there",
                hint="see whether the artifact bucket of the home region is there",
            )
        return None if found.body == body else found.body
