from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sam_deploy.build.node.command import arguments
from sam_deploy.plan.model import NodeUnit

UNIT = NodeUnit(
    key="function/Api",
    name="Api",
    archive="Api.zip",
    runtime="nodejs22.x",
    source=Path("/project/functions/Api"),
    handler="src/index.handler",
    external=("@aws-sdk/*", "sharp"),
)


def test_the_command_line_of_a_bundle() -> None:
    """Everything that decides the bytes is given, so that no default of esbuild does."""
    expected = [
        "./src/index.ts",
        "--bundle",
        "--platform=node",
        "--target=node22",
        "--format=cjs",
        "--tree-shaking=true",
        "--keep-names",
        "--legal-comments=eof",
        "--minify",
        "--external:@aws-sdk/*",
        "--external:sharp",
        "--outfile=/out/index.js",
        "--metafile=/out/meta.json",
        "--log-level=warning",
        "--log-limit=0",
        "--color=false",
    ]
    assert expected == arguments(UNIT, "src/index.ts", "cjs", "/out")


def test_an_es_module_has_another_ending_and_require() -> None:
    """Node tells modules by the ending; bundled CommonJS packages call `require`."""
    made = arguments(replace(UNIT, minify=False), "src/index.ts", "esm", "/out")
    assert "--outfile=/out/index.mjs" in made
    assert "--minify" not in made
    [banner] = [option for option in made if option.startswith("--banner:js=")]
    assert "const require = samDeployCreateRequire(import.meta.url);" in banner


def test_source_maps_are_linked_and_hold_no_sources() -> None:
    """The archive is not the place where sources are published."""
    made = arguments(replace(UNIT, source_maps=True), "src/index.ts", "cjs", "/out")
    assert ["--sourcemap=linked", "--sources-content=false"] == [
        option for option in made if option.startswith("--source")
    ]
