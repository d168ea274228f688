"""The runtime's twin in bundles that real esbuild makes and real Node runs."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from sam_deploy.build import Artifact, Store, run
from sam_deploy.build.node import install
from sam_deploy.errors import BuildError
from sam_deploy.events import ignore
from sam_deploy.plan.model import NodeUnit

NODE = shutil.which("node")
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:F"
FACTS: dict[str, Any] = {
    "app": "shop",
    "environments": ["dev", "prod"],
    "home_region": "eu-west-1",
    "resources": {},
    "settings": ["HOST"],
    "secrets": [],
    "log_levels": {"dev": "DEBUG"},
}
ASKS = 'import { environment } from "sam-deploy-runtime";\n'
CALL = """
import { createRequire } from "node:module";
const require = createRequire(process.cwd() + "/");
const found = "INDEX".endsWith(".mjs") ? await import("./INDEX") : require("./INDEX");
const call = (alias) => found.NAME({}, { invokedFunctionArn: "ARN:" + alias });
console.log(JSON.stringify([await call("dev"), await call("prod")]));
"""

pytestmark = pytest.mark.skipif(NODE is None, reason="Node is not installed")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store in which the pinned esbuild is installed, by npm, for all tests here."""
    made = Store(tmp_path_factory.mktemp("store"))
    install.install(made)
    return made


def build(
    folder: Path, store: Store, files: dict[str, str], handler: str, **fields: Any
) -> Artifact:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    given = {"external": ("@aws-sdk/*",), "facts": json.dumps(FACTS), **fields}
    unit = NodeUnit("function/F", "F", "F.zip", "nodejs20.x", folder.resolve(), handler, **given)
    return run([unit], folder, store, ignore)["function/F"]


def contents(artifact: Artifact) -> dict[str, bytes]:
    with zipfile.ZipFile(artifact.path) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def call(artifact: Artifact, folder: Path, name: str) -> Any:
    with zipfile.ZipFile(artifact.path) as opened:
        opened.extractall(folder)
        index = next(each for each in opened.namelist() if each.startswith("index."))
    code = CALL.replace("INDEX", index).replace("NAME", name).replace("ARN", ARN)
    assert NODE is not None
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", code],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return json.loads(done.stdout or json.dumps(done.stderr))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "text", "handler"),
    [
        ("src/index.ts", "export const run = async () => environment();", "src/index.run"),
        ("index.mts", "await null; export const run = () => environment();", "index.run"),
        ("index.js", "export default async () => environment();", "index.default"),
        ("index.js", "export { ask as run } from './ask.js';", "index.run"),
    ],
)
def test_a_handler_of_any_kind_knows_its_environment(
    tmp_path: Path, store: Store, file: str, text: str, handler: str
) -> None:
    """TypeScript, ES modules, default exports, exports of other files (C17)."""
    files = {
        file: ASKS + text,
        "ask.js": f"{ASKS}export const ask = async () => environment();",
    }
    made = build(tmp_path / "source", store, files, handler)

    name = handler.rpartition(".")[2]
    assert ["dev", "prod"] == call(made, tmp_path / "unpacked", name)


def test_a_commonjs_handler_knows_its_environment(tmp_path: Path, store: Store) -> None:
    """`require` finds the same module, with the same call."""
    text = """
    const { environment } = require("sam-deploy-runtime");
    exports.run = async () => environment();
    """
    made = build(tmp_path / "source", store, {"index.js": text}, "index.run")

    assert ["dev", "prod"] == call(made, tmp_path / "unpacked", "run")


@pytest.mark.parametrize("text", ["export const handler = () => 1;", "exports.handler = () => 1;"])
def test_a_missing_export_is_answered_with_the_nearest(
    tmp_path: Path, store: Store, text: str
) -> None:
    """As without the twin, although its entry has the export."""
    with pytest.raises(BuildError) as caught:
        build(tmp_path, store, {"index.js": text}, "index.handlr")

    assert "`index.js` does not export `handlr`; it exports handler" in caught.value.why
    assert "did you mean `index.handler`?" == caught.value.hint


def test_facts_and_nothing_else_make_another_archive(tmp_path: Path, store: Store) -> None:
    """Unchanged facts start nothing; changed ones are in the archive."""
    files = {"index.js": f"{ASKS}export const run = () => environment();"}
    first = build(tmp_path, store, files, "index.run")
    again = build(tmp_path, store, files, "index.run")
    facts = json.dumps({**FACTS, "log_levels": {"dev": "ERROR"}})
    other = build(tmp_path, store, files, "index.run", facts=facts)

    assert (False, True, False) == (first.reused, again.reused, other.reused)
    assert first.sha256 == again.sha256
    assert b'log_levels:{dev:"ERROR"}' in contents(other)["index.js"]


def test_a_bundle_names_no_place_of_this_machine(tmp_path: Path, store: Store) -> None:
    """Readable, with its map, in two folders: the same bytes, and the twin under its own name."""
    files = {"src/index.ts": f"{ASKS}export const run = () => environment();"}
    made = [
        contents(
            build(
                tmp_path / name,
                store,
                files,
                "src/index.run",
                minify=False,
                source_maps=True,
            )
        )
        for name in ("here", "there/below")
    ]

    assert made[0] == made[1]
    sources = json.loads(made[0]["index.js.map"])["sources"]
    assert {"src/index.ts", "sam-deploy-runtime/index.mjs"} <= set(sources)
    assert str(tmp_path).encode() not in b"".join(made[0].values())


def test_settings_are_left_out_where_nobody_reads_one(tmp_path: Path, store: Store) -> None:
    """Tree shaking takes away what the code does not use."""
    asks = build(
        tmp_path / "asks", store, {"i.js": f"{ASKS}export const run = environment;"}, "i.run"
    )
    reads = build(
        tmp_path / "reads",
        store,
        {"i.js": 'import { setting } from "sam-deploy-runtime"; export const run = setting;'},
        "i.run",
    )

    assert b"could not be read" not in contents(asks)["index.js"]
    assert b"could not be read" in contents(reads)["index.js"]


def test_a_function_bundles_the_sdk_only_if_it_is_installed(tmp_path: Path, store: Store) -> None:
    """With `external=[]` and no SDK in the project the import is left to the runtime."""
    files = {"i.js": 'import { setting } from "sam-deploy-runtime"; export const run = setting;'}
    without = build(tmp_path / "without", store, files, "i.run", external=())
    files |= {
        "node_modules/@aws-sdk/client-ssm/index.js": "exports.SSMClient = class { x = 'bundled'; };"
    }
    installed = build(tmp_path / "installed", store, files, "i.run", external=())

    assert b"@aws-sdk/client-ssm" in contents(without)["index.js"]
    assert b"bundled" in contents(installed)["index.js"]
