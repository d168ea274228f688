"""What Lambda and the user allow, and how near archives come to it. Pure.

A function's own archive and all its layers are unpacked side by side, and Lambda's 250 MB are for
them together. Source: Lambda developer guide, "Lambda quotas".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from sam_deploy.build.check import MAX_DIRECT_BYTES, MAX_UNPACKED_BYTES
from sam_deploy.build.inspect.model import Contents
from sam_deploy.errors import BuildError

MAX_LAYERS: Final = 5
_SIZE: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kMG]?)(i?)B?\s*", re.IGNORECASE)
_POWERS: Final = {"": 0, "k": 1, "m": 2, "g": 3}
_NAMED: Final = 5


class Sized(Protocol):
    """An archive as far as limits go: `Artifact`, `Archive` and `Contents` are such."""

    @property
    def size_bytes(self) -> int:
        """Bytes of the zip."""

    @property
    def unpacked_bytes(self) -> int:
        """Bytes of its files on disk."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a function takes of Lambda's limits, its layers included."""

    function: str
    layers: tuple[str, ...]
    size_bytes: int
    """The function's own zip."""
    own_unpacked_bytes: int
    unpacked_bytes: int
    """The function and all its layers."""

    @property
    def share(self) -> float:
        """The part of the 250 MB that is taken, 0-1; more than 1 is refused by Lambda."""
        return self.unpacked_bytes / MAX_UNPACKED_BYTES

    @property
    def needs_s3(self) -> bool:
        """Whether the zip is too large to be sent to Lambda directly."""
        return self.size_bytes > MAX_DIRECT_BYTES

    @property
    def fits(self) -> bool:
        """Whether Lambda takes it: unpacked size and number of layers."""
        return self.unpacked_bytes <= MAX_UNPACKED_BYTES and len(self.layers) <= MAX_LAYERS


def unpacked_with_layers(function: Sized, layers: Iterable[Sized]) -> int:
    """Return the bytes that Lambda's limit is about: the function and all its layers."""
    return function.unpacked_bytes + sum(layer.unpacked_bytes for layer in layers)


def usage(name: str, function: Sized, layers: Mapping[str, Sized]) -> Usage:
    """Return what a function takes of the limits; `layers` are by name."""
    return Usage(
        function=name,
        layers=tuple(layers),
        size_bytes=function.size_bytes,
        own_unpacked_bytes=function.unpacked_bytes,
        unpacked_bytes=unpacked_with_layers(function, layers.values()),
    )


def parse_size(text: str) -> int | None:
    """Return the bytes of `60MB`, `1.5 GB`, `800k` or `64MiB`; nothing when it is no size."""
    found = _SIZE.fullmatch(text)
    if found is None:
        return None
    number, prefix, binary = found.groups()
    factor = (1024.0 if binary else 1000.0) ** _POWERS[prefix.lower()]
    return round(float(number) * factor)


def problems(
    archives: Sequence[Contents], usages: Sequence[Usage], budgets: Mapping[str, int]
) -> tuple[str, ...]:
    """Return a sentence for every archive over its budget and every function over a limit.

    Budgets are bytes unpacked, by `Contents.key`.
    """
    found = []
    for each in archives:
        budget_bytes = budgets.get(each.key)
        if budget_bytes is not None and each.unpacked_bytes > budget_bytes:
            found.append(_over(each, f"its budget is {_mb(budget_bytes)}"))
        if each.kind != "function" and each.unpacked_bytes > MAX_UNPACKED_BYTES:
            found.append(_over(each, "Lambda takes 250 MB (262.1 million bytes)"))
    for used in usages:
        if used.unpacked_bytes > MAX_UNPACKED_BYTES:
            found.append(
                f"function `{used.function}` and its {len(used.layers)} layers are "
                f"{_mb(used.unpacked_bytes)} unpacked, Lambda takes 250 MB (262.1 million bytes)"
            )
        if len(used.layers) > MAX_LAYERS:
            found.append(
                f"function `{used.function}` has {len(used.layers)} layers, Lambda takes 5"
            )
    return tuple(found)


def too_large(found: Sequence[str]) -> BuildError:
    """Return one error for all problems."""
    count = "An archive is" if len(found) == 1 else f"{len(found)} archives are"
    return BuildError(
        f"{count} too large",
        why="\n".join(found),
        hint="leave out what is not needed, or allow more; `--svg FILE` draws what takes the space",
    )


def _over(contents: Contents, allowed: str) -> str:
    parts = [f"{part.label} {_mb(part.unpacked_bytes)}" for part in contents.parts[:_NAMED]]
    return (
        f"{contents.kind} `{contents.name}` is {_mb(contents.unpacked_bytes)} unpacked, {allowed}; "
        f"the largest: {', '.join(parts)}"
    )


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"
