"""The command line of esbuild, as a value. Pure.

CommonJS is the output unless the code needs ES modules, because packages that are CommonJS
themselves work best in it. Source: esbuild documentation, "API".
"""

from __future__ import annotations

import re
from typing import Final, Literal

from sam_deploy.build.node import twin
from sam_deploy.plan.model import NodeUnit

ModuleFormat = Literal["cjs", "esm"]
METAFILE: Final = "meta.json"
_REQUIRE: Final = (
    'import { createRequire as samDeployCreateRequire } from "node:module";'
    "const require = samDeployCreateRequire(import.meta.url);"
    "const __filename = import.meta.filename;"
    "const __dirname = import.meta.dirname;"
)
"""Bundled CommonJS packages use these names, which ES modules lack; esbuild renames the user's."""


def output_name(unit: NodeUnit, module_format: ModuleFormat) -> str:
    """Return the bundle's file name, whose ending tells Node which kind of module it is."""
    return f"{unit.output}.mjs" if module_format == "esm" else f"{unit.output}.js"


def arguments(unit: NodeUnit, entry: str, module_format: ModuleFormat, folder: str) -> list[str]:
    """Return esbuild's arguments; `entry` is relative to the source, outputs go to `folder`.

    With facts for the runtime's twin the entry comes on standard input instead.
    """
    major = re.sub(r"\D", "", unit.runtime.removeprefix("nodejs").partition(".")[0])
    return [
        *_entry(unit, entry),
        "--bundle",
        "--platform=node",
        f"--target={unit.language or f'node{major}'}",
        f"--format={module_format}",
        "--tree-shaking=true",
        "--keep-names",
        # Licences ask that their notices be kept.
        "--legal-comments=eof",
        *(["--minify"] if unit.minify else []),
        *(["--sourcemap=linked", "--sources-content=false"] if unit.source_maps else []),
        *(f"--external:{module}" for module in unit.external),
        *unit.options,
        *([f"--banner:js={_REQUIRE}"] if module_format == "esm" else []),
        f"--outfile={folder}/{output_name(unit, module_format)}",
        f"--metafile={folder}/{METAFILE}",
        "--log-level=warning",
        "--log-limit=0",
        "--color=false",
    ]


def _entry(unit: NodeUnit, entry: str) -> list[str]:
    if not unit.facts:
        return [f"./{entry}"]
    return [f"--sourcefile={twin.ENTRY}", *twin.aliases()]
