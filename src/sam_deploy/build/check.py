"""Mistakes that would show only on the first call in Lambda, found before anything is uploaded.

Pure, apart from the file content it is given. Looks at the user's handler, the limits of Lambda,
native code for another machine, and credentials in files.
"""

from __future__ import annotations

import ast
import difflib
import re
import struct
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from sam_deploy.build.wheel_zip import open_wheel
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import BuildUnit, Target

MAX_UNPACKED_BYTES: Final = 262_144_000
"""250 MB, the function and all its layers together. Source: Lambda quotas."""
MAX_DIRECT_BYTES: Final = 52_428_800
"""50 MB: larger archives have to go through S3. Source: Lambda quotas."""
_ELF_MACHINES: Final = {"x86_64": 62, "arm64": 183}
_PRIVATE_KEY: Final = re.compile(rb"\A\s*-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----")
_SECRET_ACCESS_KEY: Final = re.compile(
    rb"aws_secret_access_key[\"']?\s*[=:]\s*[\"']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])",
    re.IGNORECASE,
)
_MANY_NAMES: Final = 8
_LARGEST: Final = 5


def handler_files(handler: str) -> tuple[str, ...]:
    """Return the paths at which Lambda would find the handler's module."""
    module = handler.rpartition(".")[0].replace(".", "/")
    return f"{module}.py", f"{module}/__init__.py"


def check_handler(unit: BuildUnit, paths: Sequence[str], read: Callable[[str], bytes]) -> bool:
    """Say whether the handler's module is among `paths`; check that it defines the function.

    Raises `BuildError` when the module is there but the function is not. What cannot be decided
    without running the module (`from x import *`, `__getattr__`) is accepted.
    """
    attribute = unit.handler.rpartition(".")[2]
    found = [path for path in handler_files(unit.handler) if path in set(paths)]
    if not found:
        return False
    names = _top_level_names(unit, found[0], read(found[0]))
    if names is None or attribute in names:
        return True
    near = difflib.get_close_matches(attribute, names, n=3, cutoff=0.5)
    public = sorted(name for name in names if not name.startswith("_"))
    raise BuildError(
        f"Function `{unit.name}` has no handler `{unit.handler}`",
        why=f"`{found[0]}` does not define `{attribute}`; it defines "
        f"{', '.join(public[:_MANY_NAMES]) or 'nothing'}",
        hint=f"did you mean `{near[0]}`?" if near else "correct `handler` in the configuration",
    )


def handler_missing(unit: BuildUnit, paths: Sequence[str]) -> BuildError:
    """Return the error for a handler whose module is nowhere in the archive."""
    looked_for = handler_files(unit.handler)
    modules = [path for path in paths if path.endswith(".py")]
    same_name = [path for path in modules if path.endswith("/" + looked_for[0])]
    near = same_name or difflib.get_close_matches(looked_for[0], modules, n=3, cutoff=0.5)
    return BuildError(
        f"Function `{unit.name}` has no handler `{unit.handler}`",
        why=f"`{unit.source}` has neither `{looked_for[0]}` nor `{looked_for[1]}`",
        hint=f"did you mean `{near[0][:-3].replace('/', '.')}.{unit.handler.rpartition('.')[2]}`?"
        if near
        else "correct `handler` or `source` in the configuration",
    )


def _top_level_names(unit: BuildUnit, path: str, source: bytes) -> set[str] | None:
    """Return what a module defines at its top level, or nothing when only running it can tell."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        if unit.target.python_minor > sys.version_info[:2]:
            return None  # It may be the syntax of a Python newer than this one.
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise BuildError(
            f"`{path}` of function `{unit.name}` cannot be compiled",
            why=f"{getattr(error, 'msg', error)}{line}",
            hint="correct the file",
        ) from error
    names = set(_defined(tree.body))
    undecided = names & {"*", "__getattr__"} or b"globals()" in source
    return None if undecided else names


def _defined(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Yield the names that a module binds. Doubtful ones count: a false alarm would be worse."""
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.Import() | ast.ImportFrom():
                yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
            case ast.AnnAssign(value=None):
                pass
            case _:
                yield from _assigned(node)
                for inner in ("body", "orelse", "finalbody"):
                    yield from _defined(getattr(node, inner, []))
                for branch in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
                    yield from _defined(branch.body)


def _assigned(node: ast.stmt) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            yield inner.id


def check_size(unit: BuildUnit, unpacked_bytes: int, packages: Sequence[tuple[str, int]]) -> None:
    """Raise `BuildError` above 250 MB; `packages` are unpacked bytes by distribution."""
    if unpacked_bytes <= MAX_UNPACKED_BYTES:
        return
    largest = sorted(packages, key=lambda item: -item[1])[:5]
    table = ", ".join(f"{name} {size / 1e6:.0f} MB" for name, size in largest)
    raise BuildError(
        f"`{unit.name}` is {unpacked_bytes / 1e6:.0f} MB unpacked",
        why=f"Lambda takes 250 MB, a function with all its layers; the largest: {table}",
        hint="leave out what is not needed; a container image may have 10 GB",
    )


def check_budget(unit: BuildUnit, unpacked_bytes: int, archive: Path) -> None:
    """Raise `BuildError` when an archive is larger than the user allows it to be."""
    if unit.budget_bytes is None or unpacked_bytes <= unit.budget_bytes:
        return
    sizes: Counter[str] = Counter()
    for entry in open_wheel(archive).entries:
        sizes[entry.name.removeprefix(unit.prefix).partition("/")[0]] += entry.unpacked_bytes
    raise BuildError(
        f"`{unit.name}` is {unpacked_bytes / 1e6:.1f} MB unpacked",
        why=f"its budget is {unit.budget_bytes / 1e6:.0f} MB; the largest: "
        f"{_largest(sizes.items())}",
        hint="leave out what is not needed (`slim`, `exclude`), or raise `budget_mb`",
    )


def check_together(layers: Mapping[str, Sequence[str]], unpacked_bytes: Mapping[str, int]) -> None:
    """Raise `BuildError` for functions that are above 250 MB with their layers.

    `layers` are the keys of each function's layers by the key of the function; what is not in
    `unpacked_bytes` was not built. Source: Lambda quotas, "Deployment package (.zip) size".
    """
    problems = []
    for function, used in layers.items():
        parts = {key: unpacked_bytes[key] for key in (function, *used) if key in unpacked_bytes}
        if function in parts and sum(parts.values()) > MAX_UNPACKED_BYTES:
            total = f"{sum(parts.values()) / 1e6:.0f} MB"
            problems.append(f"`{function}` has {total} with its layers: {_largest(parts.items())}")
    if problems:
        raise BuildError(
            "A function is too large with its layers"
            if len(problems) == 1
            else f"{len(problems)} functions are too large with their layers",
            why="\n".join([*problems, "Lambda takes 250 MB (262 million bytes) unpacked"]),
            hint='leave out what is not needed: `slim=["tests", "stubs"]`, `bytecode="off"`',
        )


def _largest(sizes: Iterable[tuple[str, int]]) -> str:
    largest = sorted(sizes, key=lambda item: (-item[1], item[0]))[:_LARGEST]
    return ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in largest)


def check_content(path: str, content: bytes) -> None:
    """Raise `BuildError` for a file that holds a private key or AWS credentials.

    The message names the path and never the value.
    """
    if _PRIVATE_KEY.search(content[:4096]):
        what = "a private key"
    elif _SECRET_ACCESS_KEY.search(content):
        what = "an AWS secret access key"
    else:
        return
    raise BuildError(
        f"`{path}` is not shipped",
        why=f"it holds {what}",
        hint="keep it in Secrets Manager or Parameter Store; exclude the file",
    )


def is_importable(path: str, target: Target) -> bool:
    """Say whether the target's Python would import this native module. Source: PEP 3149.

    Other `.so` files may be for other machines on purpose: debuggers carry a set of them.
    """
    name = path.rpartition("/")[2]
    major, minor = target.python_minor
    return name.endswith(".abi3.so") or (f".cpython-{major}{minor}-" in name and "linux" in name)


def check_native(path: str, head: bytes, target: Target) -> None:
    """Raise `BuildError` for native code of another machine. `head`: the first 20 bytes or more.

    Source: ELF specification, `e_machine`.
    """
    if len(head) < 20 or head[:4] != b"\x7fELF":  # noqa: PLR2004
        return
    (machine,) = struct.unpack_from("<H", head, 18)
    if machine == _ELF_MACHINES[target.architecture]:
        return
    names = {number: name for name, number in _ELF_MACHINES.items()}
    raise BuildError(
        f"`{path}` does not run on {target.architecture}",
        why=f"it is compiled for {names.get(machine, f'ELF machine {machine}')}",
        hint="ship the file for the target, or choose the other architecture",
    )
