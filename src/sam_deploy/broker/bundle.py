"""Joins the modules of the broker into one file of plain Python, as CloudFormation takes it inline.

One file needs no artifact bucket and no build, and whoever reviews the template reads all of it.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from importlib import resources
from typing import Final

from sam_deploy.broker.function.settings import BrokerSettings

MODULES: Final = (
    "sam_deploy.secrecy",
    "sam_deploy.amounts",
    "sam_deploy.approval.moments",
    "sam_deploy.approval.subject",
    "sam_deploy.approval.code",
    "sam_deploy.approval.letter",
    "sam_deploy.broker.function.settings",
    "sam_deploy.broker.function.rows",
    "sam_deploy.broker.function.plans",
    "sam_deploy.broker.function.held",
    "sam_deploy.broker.function.codes",
    "sam_deploy.broker.function.moves",
    "sam_deploy.broker.function.service",
    "sam_deploy.broker.function.index",
)
"""In the order of what needs what."""
ONLY: Final = {"sam_deploy.secrecy": {"HIDDEN"}}
"""Modules of which just these names come along."""
OURS: Final = "sam_deploy."
SETTINGS_LINE: Final = "SETTINGS: dict[str, object] = {}\n"
HEAD: Final = '''\
"""The broker of `{app}`: it alone moves the aliases that it guards. docs/concepts/broker.md.

Written by sam-deploy {version}: the modules of sam_deploy/broker/function, one after the other.
"""

from __future__ import annotations

'''


def bundle(settings: BrokerSettings) -> str:
    """Return the code of a broker, its settings included. The same settings, the same text."""
    parts = [_Module(name) for name in MODULES]
    settled = f"SETTINGS: dict[str, object] = {_literal(settings)}\n"
    body = "\n\n".join(f"# {part.name}\n\n{part.body}" for part in parts)
    if body.count(SETTINGS_LINE) != 1:
        raise LookupError(SETTINGS_LINE)
    used = {each.id for each in ast.walk(ast.parse(body)) if isinstance(each, ast.Name)}
    every = {line for part in parts for line in part.imports}
    imports = sorted(line for line in every if line.rpartition(" ")[2] in used)
    head = HEAD.format(app=settings.app, version=settings.tool_version)
    return head + "\n".join(imports) + "\n\n" + body.replace(SETTINGS_LINE, settled)


def code_sha256(code: str) -> str:
    """Return what tells one broker's code from another's, hex."""
    return hashlib.sha256(code.encode("utf-8")).hexdigest()


def _literal(settings: BrokerSettings) -> str:
    """Return settings as a Python literal: JSON of texts, numbers, lists and mappings is one."""
    return json.dumps(asdict(settings), indent=4, sort_keys=True)


class _Module:
    """A module without its imports, which go to the top of the file."""

    def __init__(self, name: str) -> None:
        self.name = name
        package, _, leaf = name.rpartition(".")
        text = resources.files(package).joinpath(f"{leaf}.py").read_text(encoding="utf-8")
        tree = ast.parse(text)
        lines = text.splitlines(keepends=True)
        nodes = tree.body[1:]  # without its docstring
        imported = [each for each in nodes if isinstance(each, (ast.Import, ast.ImportFrom))]
        kept = [each for each in nodes if each not in imported and self._wanted(each)]
        self.imports = tuple(_lines_of(imported))
        self.body = _text_of(nodes, kept, lines)

    def _wanted(self, node: ast.stmt) -> bool:
        only = ONLY.get(self.name)
        return only is None or bool(only & set(names_of(node)))


def names_of(node: ast.stmt) -> Iterable[str]:
    """Return the names that a statement at the top of a module defines."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    if isinstance(node, ast.Assign):
        return [each.id for each in node.targets if isinstance(each, ast.Name)]
    return []


def _lines_of(imported: Iterable[ast.stmt]) -> Iterable[str]:
    for node in imported:
        if isinstance(node, ast.Import):
            yield from (f"import {each.name}" for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
            module = str(node.module)
            if not module.startswith(OURS):
                yield from (f"from {module} import {each.name}" for each in node.names)


def _text_of(nodes: list[ast.stmt], kept: list[ast.stmt], lines: list[str]) -> str:
    """Return the lines from the first kept statement on, comments and decorators included."""
    taken: list[str] = []
    end = 0
    for node in nodes:
        decorators = getattr(node, "decorator_list", [])
        start = min([node.lineno, *(each.lineno for each in decorators)]) - 1
        if node in kept:
            taken += lines[end:start] if end else []
            taken += lines[start : node.end_lineno]
        end = int(node.end_lineno or 0)
    return "".join(taken).strip("\n") + "\n"
