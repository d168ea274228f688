"""Whole screens as text, and the JSON documents of the commands. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sam_deploy.amounts import bytes_text, percent
from sam_deploy.cli.terminal.tables import table

if TYPE_CHECKING:
    from sam_deploy.build import Artifact, Artifacts
    from sam_deploy.build.model import Effort
    from sam_deploy.build.prune import Size
    from sam_deploy.errors import SamDeployError
    from sam_deploy.release import Served


def status_table(served: Sequence[Served], columns: int = 0) -> str:
    """Return functions x regions x environments: a row per function, a column per region.

    A cell holds the versions of the environments in order, such as `3 2 2`; `-` is not deployed,
    and `*` marks code that no stack has.
    """
    regions = list(dict.fromkeys(each.region for each in served))
    environments = list(dict.fromkeys(each.environment for each in served))
    cells: dict[tuple[str, str], list[str]] = {}
    for each in served:
        cells.setdefault((each.function, each.region), []).append(_version(each))
    functions = list(dict.fromkeys(each.function for each in served))
    rows = [
        [function, *(" ".join(cells.get((function, region), [])) for region in regions)]
        for function in functions
    ]
    legend = f"versions in the order {' '.join(environments)}; - is not deployed"
    if any(each.hot for each in served):
        legend += (
            "\n* serves code of `deploy --watch`, which no stack has; the next deploy ends that"
        )
    return f"{table(['function', *regions], rows, columns)}\n\n{legend}"


def _version(served: Served) -> str:
    weights = "".join(f"+{version}@{percent(weight)}" for version, weight in served.weights)
    return (served.version or "-") + weights + ("*" if served.hot else "")


def build_text(
    artifacts: Artifacts,
    seconds: float,
    store: Sequence[Size] = (),
    *,
    verbose: bool = False,
    columns: int = 0,
) -> str:
    """Return a table of the archives, largest last, and lines that sum them up.

    `store` is what the store takes; two of them: before and after it was pruned.
    """
    ordered = sorted(artifacts.values(), key=lambda each: each.size_bytes)
    rows = [
        [
            each.archive,
            each.kind,
            bytes_text(each.size_bytes),
            bytes_text(each.unpacked_bytes),
            str(each.files),
            "unchanged" if each.reused else f"built in {each.seconds:.1f} s",
        ]
        for each in ordered
    ]
    total = bytes_text(sum(each.size_bytes for each in ordered))
    summary = f"{artifacts.built} built, {artifacts.reused} unchanged, {total}, in {seconds:.1f} s"
    lines = [table(["archive", "kind", "zipped", "unpacked", "files", ""], rows, columns), ""]
    if verbose and artifacts.built:
        lines += [_effort_table(artifacts, columns), ""]
    return "\n".join([*lines, summary, *([_store_text(store)] if store else [])])


def _effort_table(artifacts: Artifacts, columns: int) -> str:
    """Return where the time of each unit went, in seconds, and what had to be fetched."""
    rows = [
        [
            each.name,
            *(f"{seconds:.2f}" for seconds in _seconds(each.effort).values()),
            f"{each.effort.wheels_fetched} of {each.effort.wheels}",
            bytes_text(each.effort.fetched_bytes),
            ", ".join(each.left_out),
        ]
        for each in artifacts.values()
        if not each.reused
    ]
    steps = ["resolve", "fetch", "compile", "splice"]
    return table(["built", *steps, "wheels fetched", "", "left out"], rows, columns)


def _store_text(store: Sequence[Size]) -> str:
    shown = [f"{bytes_text(each.size_bytes)} in {each.files:,} files" for each in store]
    return f"store: {', now '.join(shown)}"


def _seconds(effort: Effort) -> dict[str, float]:
    return {
        "resolve_seconds": effort.resolve_seconds,
        "fetch_seconds": effort.fetch_seconds,
        "compile_seconds": effort.compile_seconds,
        "splice_seconds": effort.splice_seconds,
    }


def build_json(artifacts: Artifacts, seconds: float, store: Sequence[Size] = ()) -> str:
    """Return the archives of a build. Schema: docs/reference/json.md."""
    sizes = [{"files": each.files, "size_bytes": each.size_bytes} for each in store]
    return document(
        {
            "seconds": round(seconds, 3),
            "built": artifacts.built,
            "reused": artifacts.reused,
            "archives": [_archive(each) for each in artifacts.values()],
            **({"store": sizes[-1]} if sizes else {}),
            **({"store_before": sizes[0]} if sizes[1:] else {}),
        }
    )


def _archive(artifact: Artifact) -> dict[str, Any]:
    return {
        "name": artifact.name,
        "kind": artifact.kind,
        "archive": artifact.archive,
        "path": str(artifact.path),
        "sha256": artifact.sha256,
        "size_bytes": artifact.size_bytes,
        "unpacked_bytes": artifact.unpacked_bytes,
        "files": artifact.files,
        "reused": artifact.reused,
        "seconds": round(artifact.seconds, 3),
        "left_out": list(artifact.left_out),
        "effort": _effort(artifact.effort),
    }


def _effort(effort: Effort) -> dict[str, float]:
    return {
        **{name: round(seconds, 3) for name, seconds in _seconds(effort).items()},
        "wheels": effort.wheels,
        "wheels_fetched": effort.wheels_fetched,
        "fetched_bytes": effort.fetched_bytes,
        "compiled": effort.compiled,
    }


def error_json(
    error: SamDeployError,
    exit_code: int | None = None,
    *,
    more: str = "",
    typed: Callable[[str], str] = str,
) -> str:
    """Return an error as a document. Schema: docs/reference/json.md."""
    return document(
        {
            "error": {
                "what": error.what,
                "why": error.why,
                "state": typed(error.state),
                "hint": typed(error.hint),
                "more": more.strip("`"),
                "problems": list(error.problems),
                "exit_code": error.exit_code if exit_code is None else exit_code,
            }
        }
    )


def document(value: object) -> str:
    """Return a value as a JSON document, as all commands write it."""
    return json.dumps(value, indent=2, ensure_ascii=False)
