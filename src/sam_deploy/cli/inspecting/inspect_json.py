"""What `sam-deploy inspect` found, as JSON documents. Pure. Schema: docs/reference/inspect.md."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sam_deploy.build.check import MAX_DIRECT_BYTES, MAX_UNPACKED_BYTES
from sam_deploy.build.inspect.limits import MAX_LAYERS
from sam_deploy.build.inspect.tree import grow

if TYPE_CHECKING:
    from sam_deploy.build.inspect import (
        Changed,
        Conflict,
        Contents,
        Difference,
        ImportTime,
        Part,
        Usage,
    )
    from sam_deploy.build.inspect.tree import Branch

SCHEMA: Final = 1
"""Rises when a field changes its meaning or goes; new fields do not count."""
MOST_BRANCHES: Final = 20


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that `inspect` has to say about archives."""

    archives: Sequence[Contents]
    usages: Sequence[Usage] = ()
    conflicts: Sequence[Conflict] = ()
    budgets: Mapping[str, int] = field(default_factory=dict)
    """Bytes unpacked that an archive may have, by `Contents.key`."""
    problems: Sequence[str] = ()


def report_json(findings: Findings, depth: int | None) -> str:
    """Return the findings as a document; trees only with a `depth`."""
    return _document(
        {
            "schema": SCHEMA,
            "limits": {
                "unpacked_bytes": MAX_UNPACKED_BYTES,
                "direct_bytes": MAX_DIRECT_BYTES,
                "layers": MAX_LAYERS,
            },
            "archives": [
                _archive(each, findings.budgets.get(each.key), depth) for each in findings.archives
            ],
            "functions": [
                {
                    "name": each.function,
                    "layers": list(each.layers),
                    "size_bytes": each.size_bytes,
                    "own_unpacked_bytes": each.own_unpacked_bytes,
                    "unpacked_bytes": each.unpacked_bytes,
                    "share": round(each.share, 6),
                    "needs_s3": each.needs_s3,
                    "fits": each.fits,
                }
                for each in findings.usages
            ],
            "conflicts": [
                {
                    "function": each.function,
                    "package": each.package,
                    "brought": [
                        {"archive": place, "version": version} for place, version in each.brought
                    ],
                }
                for each in findings.conflicts
            ],
            "problems": list(findings.problems),
        }
    )


def _archive(contents: Contents, budget_bytes: int | None, depth: int | None) -> dict[str, Any]:
    return {
        "name": contents.name,
        "kind": contents.kind,
        "path": str(contents.path),
        "size_bytes": contents.size_bytes,
        "zipped_bytes": contents.zipped_bytes,
        "overhead_bytes": contents.overhead_bytes,
        "unpacked_bytes": contents.unpacked_bytes,
        "budget_bytes": budget_bytes,
        "files": len(contents.files),
        "parts": [_part(part, contents.unpacked_bytes) for part in contents.parts],
        "tree": _branch(grow(contents.files), depth) if depth else None,
    }


def _part(part: Part, total: int) -> dict[str, Any]:
    return {
        "kind": part.kind,
        "name": part.name,
        "version": part.version or None,
        "zipped_bytes": part.zipped_bytes,
        "unpacked_bytes": part.unpacked_bytes,
        "share": round(part.unpacked_bytes / total, 6) if total else 0.0,
        "files": len(part.files),
        "bytecode": {
            "files": sum(file.is_bytecode for file in part.files),
            "zipped_bytes": part.bytecode_zipped_bytes,
            "unpacked_bytes": part.bytecode_bytes,
        },
        "chain": list(part.chain),
    }


def _branch(branch: Branch, depth: int) -> dict[str, Any]:
    below = [_branch(each, depth - 1) for each in branch.branches[:MOST_BRANCHES]] if depth else []
    return {
        "name": branch.name,
        "zipped_bytes": branch.zipped_bytes,
        "unpacked_bytes": branch.unpacked_bytes,
        "files": branch.files,
        "branches": below,
    }


def difference_json(difference: Difference) -> str:
    """Return the difference of two archives as a document."""
    return _document(
        {
            "schema": SCHEMA,
            "old": _side(difference.old),
            "new": _side(difference.new),
            "size_bytes": difference.size_bytes,
            "unpacked_bytes": difference.unpacked_bytes,
            "packages": [_changed(each) for each in difference.packages],
            "files": [_changed(each) for each in difference.files],
        }
    )


def _side(contents: Contents) -> dict[str, Any]:
    return {
        "path": str(contents.path),
        "size_bytes": contents.size_bytes,
        "unpacked_bytes": contents.unpacked_bytes,
        "files": len(contents.files),
    }


def _changed(changed: Changed) -> dict[str, Any]:
    return {
        "change": changed.change,
        "name": changed.name,
        "old_version": changed.old.version or None,
        "new_version": changed.new.version or None,
        "zipped_bytes": changed.zipped_bytes,
        "unpacked_bytes": changed.unpacked_bytes,
    }


def import_json(measured: ImportTime) -> str:
    """Return the time an import took as a document; every module is listed."""
    return _document(
        {
            "schema": SCHEMA,
            "function": measured.function,
            "module": measured.module,
            "python": measured.python,
            "runtime": list(measured.runtime),
            "seconds": [round(each, 6) for each in measured.seconds],
            "median_seconds": round(measured.median_seconds, 6),
            "top_level": [
                {
                    "name": each.name,
                    "own_seconds": round(each.own_seconds, 6),
                    "modules": each.modules,
                }
                for each in measured.top_level
            ],
            "imported": [
                {
                    "name": each.name,
                    "own_seconds": round(each.own_seconds, 6),
                    "seconds": round(each.seconds, 6),
                }
                for each in measured.imported
            ],
        }
    )


def _document(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
