"""What `--locked` refuses: a lock that is missing, or that would not stay as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sam_deploy.build import lock
from sam_deploy.errors import BuildError

_WHEN_SAME: Final = "its requirements have changed, though the same versions would be chosen"


def would_change(unit: str, path: Path, body: str) -> BuildError:
    """Return the error for a lock that `body`, freshly resolved, would replace."""
    try:
        why = difference(path.read_text(encoding="utf-8"), body, unit)
    except FileNotFoundError:
        why = "there is no such file yet"
    return BuildError(
        f"The lock of `{unit}` would change, and `--locked` forbids that",
        why=f"`{path.parent.name}/{path.name}`: {why}",
        hint="run `sam-deploy build` without `--locked`, and commit the lock",
    )


def difference(before: str, after: str, unit: str) -> str:
    """Return the first difference between two locks in words, by the order of names."""
    try:
        old = {package.name: package for package in lock.packages(before, unit)}
    except BuildError as error:
        return f"it is damaged ({error.why})"
    new = {package.name: package for package in lock.packages(after, unit)}
    for name in sorted(old.keys() | new.keys()):
        one, two = old.get(name), new.get(name)
        if one is None and two is not None:
            return f"`{name}` {two.version} would be added"
        if one is not None and two is None:
            return f"`{name}` {one.version} would be removed"
        if one and two and one.version != two.version:
            return f"`{name}` {one.version} would become {two.version}"
        if one != two:
            return f"`{name}` would have other files or conditions"
    return _WHEN_SAME
