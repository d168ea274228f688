"""Which part of an archive every file belongs to: exactly one. Pure.

The rules, the first that fits: the runtime module; a package's dist-info folder; a package's
RECORD; bytecode belongs to its source; where a package has no RECORD, the names it is imported by.
What is left is the user's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sam_deploy.build.inspect.model import Package, Part, StoredFile

YOUR_CODE: Final = "your code"
RUNTIME: Final = "sam_deploy_runtime"


def attribute(
    files: Sequence[StoredFile],
    packages: Sequence[Package],
    chains: Mapping[str, tuple[str, ...]],
) -> tuple[Part, ...]:
    """Return the parts of an archive, largest first. `chains` are by package name.

    Two packages that record one file share it in truth; the first by name is given it. A package
    whose files are all left out is not listed.
    """
    owners = _Owners(packages)
    found: dict[Package | str, list[StoredFile]] = {}
    for file in sorted(files, key=lambda each: each.path):
        found.setdefault(owners.of(file.path), []).append(file)
    parts = [_part(owner, tuple(owned), chains) for owner, owned in found.items()]
    return tuple(sorted(parts, key=lambda part: (-part.unpacked_bytes, part.label)))


def _part(
    owner: Package | str, files: tuple[StoredFile, ...], chains: Mapping[str, tuple[str, ...]]
) -> Part:
    if isinstance(owner, Package):
        chain = chains.get(owner.name, (owner.name,))
        return Part("package", owner.name, owner.version, files, chain)
    return Part("runtime" if owner == RUNTIME else "application", owner, "", files)


class _Owners:
    def __init__(self, packages: Sequence[Package]) -> None:
        self._recorded: dict[str, Package] = {}
        self._folders: dict[str, Package] = {}
        self._imported: dict[str, Package] = {}
        for package in packages:
            self._folders.setdefault(package.folder, package)
            for path in package.record:
                self._recorded.setdefault(path, package)
            if not package.record:
                for name in package.top_level or (package.name.replace("-", "_"),):
                    self._imported.setdefault(package.root + name, package)

    def of(self, path: str) -> Package | str:
        """Return the package that owns the file, or the name of another part."""
        if path.removeprefix("python/").startswith(f"{RUNTIME}/"):
            return RUNTIME
        return (
            self._by_folder(path)
            or self._recorded.get(path)
            or self._recorded.get(_source_of(path))
            or self._by_import(path)
            or YOUR_CODE
        )

    def _by_folder(self, path: str) -> Package | None:
        head, mark, _ = path.partition(".dist-info/")
        return self._folders.get(head + ".dist-info") if mark else None

    def _by_import(self, path: str) -> Package | None:
        if not self._imported:
            return None
        source = _source_of(path)
        candidates = [source.removesuffix(".py"), source]
        position = source.find("/")
        while position >= 0:
            candidates.append(source[:position])
            position = source.find("/", position + 1)
        return next((self._imported[name] for name in candidates if name in self._imported), None)


def _source_of(path: str) -> str:
    """Return the source that bytecode was made from; any other path as it is.

    Both `a/__pycache__/b.cpython-312.pyc` and `a/b.pyc` come from `a/b.py`. Source: PEP 3147.
    """
    if not path.endswith(".pyc"):
        return path
    folder, _, name = path.rpartition("/")
    if folder == "__pycache__" or folder.endswith("/__pycache__"):
        return f"{folder[: -len('__pycache__')]}{name.partition('.')[0]}.py"
    return path.removesuffix("c")
