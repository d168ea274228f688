"""Which of the user's files go into an archive: patterns that really apply.

Pure; `walk.py` applies them to a folder. Files that hold secrets are never taken.
Patterns are gitwildmatch patterns, as in `.gitignore`, relative to the source folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from pathspec import GitIgnoreSpec

from sam_deploy.build.model import ApplicationFile
from sam_deploy.errors import BuildError

CACHES: Final = (
    "__pycache__/",
    "*.py[cod]",
    ".venv/",
    "venv/",
    "node_modules/",
    ".mypy_cache/",
    ".pytest_cache/",
    ".ruff_cache/",
    ".hypothesis/",
    ".tox/",
    ".nox/",
    ".coverage",
    ".idea/",
    ".vscode/",
    ".editorconfig",
    ".gitignore",
    ".gitattributes",
    ".DS_Store",
    "Thumbs.db",
    "*.egg-info/",
    ".sam-deploy/",
    ".aws-sam/",
)
"""What tools leave behind: never part of an application."""
DEPENDENCY_FILES: Final = ("/requirements*.txt", "/pyproject.toml", "/uv.lock", "/poetry.lock")
"""Read by the build and of no use at run time; `include` brings them back."""
DEFAULT_EXCLUDES: Final = (*CACHES, *DEPENDENCY_FILES, "/tests/", "*.sqlite3", "*.db")
SECRETS: Final = (
    ".env*",
    ".aws/",
    ".netrc",
    "_netrc",
    ".pypirc",
    ".pgpass",
    ".npmrc",
    ".yarnrc.yml",
    "pip.conf",
    ".pip/",
    ".docker/",
    ".terraform/",
    "*.tfstate*",
    "*.p12",
    "*.pfx",
    "*.jks",
    ".ssh/",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    ".git/",
    ".hg/",
    ".svn/",
)
"""Left out always: `include` cannot bring these back, and says so."""
KEY_FILES: Final = ("*.pem", "*.key", "*.p8")
"""Left out when they hold a private key; a certificate may be shipped."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Compiled patterns: which paths of a source folder are shipped."""

    include: GitIgnoreSpec
    exclude: GitIgnoreSpec
    defaults: GitIgnoreSpec
    secrets: GitIgnoreSpec
    keys: GitIgnoreSpec
    any: re.Pattern[str]
    """Finds whatever one of the others might match, in one go: most files it does not."""


def selection(
    include: Sequence[str], exclude: Sequence[str], defaults: Sequence[str] = DEFAULT_EXCLUDES
) -> Selection:
    """Compile a unit's patterns. Raises `BuildError` for one that means nothing."""
    return _selection(tuple(include), tuple(exclude), tuple(defaults))


@cache
def _selection(
    include: tuple[str, ...], exclude: tuple[str, ...], defaults: tuple[str, ...]
) -> Selection:
    every = (exclude, defaults, SECRETS, KEY_FILES)
    return Selection(
        include=_compiled(include),
        exclude=_compiled(exclude),
        defaults=_compiled(defaults),
        secrets=_compiled(SECRETS),
        keys=_compiled(KEY_FILES),
        any=_any(_compiled(patterns) for patterns in every),
    )


def _any(specs: Iterable[GitIgnoreSpec]) -> re.Pattern[str]:
    found = (pattern.regex for spec in specs for pattern in spec.patterns)
    # Names of groups may occur only once in an expression.
    texts = [re.sub(r"\(\?P<\w+>", "(?:", str(each.pattern)) for each in found if each]
    return re.compile("|".join(texts) or r"(?!)")


@cache
def _compiled(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    try:
        return GitIgnoreSpec.from_lines(patterns)
    except ValueError as error:
        raise BuildError(
            "A pattern of files cannot be understood",
            why=str(error),
            hint="write it as in a .gitignore file",
        ) from error


def hashed(
    files: Iterable[ApplicationFile], hash_of: Callable[[Path], str]
) -> tuple[ApplicationFile, ...]:
    """Return the files with the hash of their content."""
    return tuple(
        ApplicationFile(file.path, file.source, file.executable, hash_of(file.source))
        for file in files
    )
