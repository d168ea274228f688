"""Real esbuild from npm, and Node to run what it made."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sam_deploy.build import Artifact, Store, run
from sam_deploy.build.node import esbuild, install
from sam_deploy.errors import BuildError
from sam_deploy.events import BuildProgress, Event, Note, ignore
from sam_deploy.plan.model import NodeUnit

NODE = shutil.which("node")
SDK = "@aws-sdk/client-dynamodb"

pytestmark = pytest.mark.skipif(NODE is None, reason="Node is not installed")

HANDLER = """\
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { log } from "@acme/logger";

export const handler = async (event: { name: string }): Promise<{ said: string; sdk: string }> => ({
  said: log(`hello ${event.name}`),
  sdk: DynamoDBClient.name,
});
"""
MONOREPO = {
    "package.json": '{"private": true, "workspaces": ["packages/*", "services/*"]}',
    "tsconfig.json": '{"compilerOptions": {"strict": true}}',
    "packages/logger/package.json": '{"name": "@acme/logger", "main": "src/index.ts"}',
    "packages/logger/src/index.ts": """\
        export const log = (text: string): string => `[acme] ${text}`;
        export const neverUsed = (): string => "this text is shaken off";
        """,
    "services/hello/package.json": """\
        {"name": "hello", "dependencies": {"@acme/logger": "*", "@aws-sdk/client-dynamodb": "*"}}
        """,
    "services/hello/src/index.ts": HANDLER,
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store in which the pinned esbuild is installed, by npm, for all tests here."""
    made = Store(tmp_path_factory.mktemp("store"))
    install.install(made)
    return made


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), encoding="utf-8")
    return folder


def monorepo(folder: Path) -> Path:
    """A repository as `npm install` leaves it: workspace packages are links in `node_modules`."""
    write(folder, MONOREPO)
    fake_sdk(folder)
    (folder / "node_modules/@acme").mkdir()
    (folder / "node_modules/@acme/logger").symlink_to("../../packages/logger")
    return folder


def fake_sdk(folder: Path) -> None:
    package = folder / "node_modules" / SDK
    write(package, {"index.js": 'exports.DynamoDBClient = class Sdk { t = "sdk inside" };'})


def unit(source: Path, handler: str = "src/index.handler", **fields: object) -> NodeUnit:
    return NodeUnit(
        key="function/Hello",
        name="Hello",
        archive="Hello.zip",
        runtime="nodejs20.x",
        source=source.resolve(),
        handler=handler,
        **{"external": ("@aws-sdk/*",), **fields},  # type: ignore[arg-type]
    )


def build(
    made: NodeUnit, store: Store, project: Path, report: Callable[[Event], None] = ignore
) -> Artifact:
    return run([made], project, store, report)["function/Hello"]


def contents(artifact: Artifact) -> dict[str, bytes]:
    with zipfile.ZipFile(artifact.path) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def node(code: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    assert NODE is not None
    return subprocess.run(
        [NODE, *options, "--input-type=module", "-e", code],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def call(artifact: Artifact, folder: Path, event: object) -> object:
    """Return what the handler answers, run as the runtime does: unpacked, with the AWS SDK."""
    with zipfile.ZipFile(artifact.path) as opened:
        opened.extractall(folder)
        name = next(n for n in opened.namelist() if n in {"index.js", "index.mjs"})
    fake_sdk(folder)
    code = f'import {{ handler }} from "./{name}"; console.log(JSON.stringify(await handler('
    done = node(f"{code}{json.dumps(event)})))", folder)
    assert 0 == done.returncode, done.stderr
    return json.loads(done.stdout)


def test_a_typescript_function_with_a_workspace_package_runs(store: Store, tmp_path: Path) -> None:
    """One CommonJS file holds it all but the AWS SDK, which the runtime has."""
    project = monorepo(tmp_path / "repo")
    made = build(unit(project / "services/hello"), store, project)
    files = contents(made)
    assert ["index.js"] == list(files)
    assert b"sdk inside" not in files["index.js"]
    assert {"said": "[acme] hello you", "sdk": "Sdk"} == call(
        made, tmp_path / "task", {"name": "you"}
    )


@pytest.mark.long
def test_what_is_not_used_is_not_shipped(store: Store, tmp_path: Path) -> None:
    """Unused exports are left out, and by default the rest is minified, with function names."""
    project = monorepo(tmp_path / "repo")
    small = contents(build(unit(project / "services/hello"), store, project))["index.js"]
    large = contents(build(unit(project / "services/hello", minify=False), store, project))
    assert b"shaken off" not in small + large["index.js"]
    assert len(small) < len(large["index.js"])
    assert b'"handler"' in small


@pytest.mark.long
def test_npm_workspaces_and_the_project_s_own_esbuild(store: Store, tmp_path: Path) -> None:
    """What `npm install` makes of a repository is found, and its own esbuild is preferred."""
    files = {
        **MONOREPO,
        "package.json": """\
            {"private": true, "workspaces": ["packages/*", "services/*"],
             "devDependencies": {"esbuild": "0.25.12"}}
            """,
        "services/hello/package.json": '{"name": "hello", "dependencies": {"@acme/logger": "*"}}',
        "services/hello/src/index.ts": """\
            import { log } from "@acme/logger";
            export const handler = async () => log("from npm");
            """,
    }
    project = write(tmp_path / "repo", files)
    npm = shutil.which("npm")
    assert npm is not None
    subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=project,
        check=True,
        capture_output=True,
        timeout=180,
    )
    heard: list[Event] = []
    made = build(unit(project / "services/hello"), store, project, heard.append)
    steps = [event.detail for event in heard if isinstance(event, BuildProgress)]
    assert ["src/index.ts with esbuild 0.25.12"] == steps
    assert "[acme] from npm" == call(made, tmp_path / "task", {})


ES_MODULES = {
    "top-level await": {
        "src/index.ts": """\
            const name = await Promise.resolve("awaited");
            export const handler = async () => name;
            """
    },
    "import.meta": {
        "src/index.ts": 'export const handler = async () => import.meta.url && "awaited";'
    },
    "the ending": {"src/index.mts": 'export const handler = async () => "awaited";'},
    "the package": {
        "package.json": '{"type": "module"}',
        "src/index.ts": 'export const handler = async () => "awaited";',
    },
    "a CommonJS package inside": {
        "package.json": '{"type": "module"}',
        "src/index.ts": """\
            import { createRequire } from "node:module";
            import old from "old";
            const require = createRequire(import.meta.url);
            export const handler = async () => old() + require("node:os").EOL.trim();
            """,
        "node_modules/old/package.json": '{"name": "old"}',
        "node_modules/old/index.js": """\
            const path = require("path");
            module.exports = () => "awa" + path.basename(__dirname).replace(/.*/, "") + "ited";
            """,
    },
}


@pytest.mark.long
@pytest.mark.parametrize("reason", ES_MODULES)
def test_code_that_needs_it_becomes_an_es_module(store: Store, tmp_path: Path, reason: str) -> None:
    """It is `index.mjs` then, and CommonJS packages inside it still find `require`."""
    project = write(tmp_path / "project", ES_MODULES[reason])
    heard: list[Event] = []
    made = build(unit(project), store, project, heard.append)
    assert ["index.mjs"] == list(contents(made))
    assert "awaited" == call(made, tmp_path / "task", {})
    assert [] == [event for event in heard if isinstance(event, Note)]


@pytest.mark.long
def test_a_javascript_function_in_commonjs_is_bundled(store: Store, tmp_path: Path) -> None:
    """`exports.handler` is as good as `export`."""
    project = write(
        tmp_path / "project", {"handler.js": "exports.handler = async (event) => event.n + 1;\n"}
    )
    made = build(unit(project, "handler.handler"), store, project)
    assert 8 == call(made, tmp_path / "task", {"n": 7})


@pytest.mark.long
def test_source_maps_lead_back_to_the_sources(store: Store, tmp_path: Path) -> None:
    """With `--enable-source-maps` a traceback names the TypeScript file and its line."""
    project = monorepo(tmp_path / "repo")
    write(
        project / "services/hello",
        {"src/index.ts": '\n\nexport const handler = () => {\n  throw new Error("no");\n};\n'},
    )
    made = build(unit(project / "services/hello", source_maps=True), store, project)
    files = contents(made)
    assert ["index.js", "index.js.map"] == sorted(files)
    source_map = json.loads(files["index.js.map"])
    assert (["src/index.ts"], None) == (source_map["sources"], source_map.get("sourcesContent"))
    with zipfile.ZipFile(made.path) as opened:
        opened.extractall(tmp_path / "task")
    code = 'import { handler } from "./index.js"; handler()'
    done = node(code, tmp_path / "task", "--enable-source-maps")
    assert f"{tmp_path / 'task' / 'src/index.ts'}:4:" in done.stderr


@pytest.mark.long
@pytest.mark.parametrize("size", ["minified", "readable"])
def test_the_bytes_are_the_same_in_every_folder(store: Store, tmp_path: Path, size: str) -> None:
    """Also those of the source map, whose paths are relative to the source folder."""
    sums = set()
    for name, made_in in (("one", store), ("deeper/down/two", Store(tmp_path / "another"))):
        project = monorepo(tmp_path / name)
        if made_in is not store:  # the same program, without asking npm again
            shutil.copytree(store.root / "node", made_in.root / "node", symlinks=True)
        made = build(
            unit(project / "services/hello", source_maps=True, minify=size == "minified"),
            made_in,
            project,
        )
        assert not made.reused
        assert str(tmp_path).encode() not in b"".join(contents(made).values())
        sums.add(made.sha256)
    assert 1 == len(sums)


@pytest.mark.long
def test_nothing_changed_starts_no_process(store: Store, tmp_path: Path) -> None:
    """The archive is there again although esbuild is gone, and also after a touch."""
    project = monorepo(tmp_path / "repo")
    mine = Store(tmp_path / "store")
    shutil.copytree(store.root / "node", mine.root / "node", symlinks=True)
    hello = unit(project / "services/hello")
    first = build(hello, mine, project)
    shutil.rmtree(mine.root / "node" / f"esbuild-{esbuild.PINNED}")
    os.utime(project / "services/hello/src/index.ts")
    shutil.rmtree(project / ".sam-deploy")
    heard: list[Event] = []
    second = build(hello, mine, project, heard.append)
    assert (False, True) == (first.reused, second.reused)
    assert first.sha256 == second.sha256
    assert [] == [event for event in heard if isinstance(event, BuildProgress)]
    assert (project / ".sam-deploy/build/Hello.zip").is_file()


CHANGES = {
    "the handler": {"services/hello/src/index.ts": HANDLER.replace("hello", "goodbye")},
    "a workspace package": {
        "packages/logger/src/index.ts": "export const log = (text: string) => `(new) ${text}`;"
    },
    "a file that is found first": {
        # before, "./words" meant words/index.ts
        "services/hello/src/words.ts": 'export const WORD = "shadow";'
    },
    "a tsconfig": {"tsconfig.json": '{"compilerOptions": {"alwaysStrict": true, "target": "es5"}}'},
    "where the package's code is": {
        "packages/logger/package.json": '{"name": "@acme/logger", "main": "src/other.ts"}',
        "packages/logger/src/other.ts": 'export const log = (text: string) => "other " + text;',
    },
    "a nearer package of that name": {
        "services/hello/node_modules/@acme/logger/index.js": "exports.log = (t) => 'near ' + t;",
        "services/hello/node_modules/.package-lock.json": "{}",
    },
    "the kind of module": {"services/hello/package.json": '{"name": "hello", "type": "module"}'},
}


@pytest.mark.long
@pytest.mark.parametrize("what", CHANGES)
def test_a_change_makes_it_anew(store: Store, tmp_path: Path, what: str) -> None:
    """Whatever went in, or decides what goes in, is noticed; and undoing it finds the archive."""
    project = monorepo(tmp_path / "repo")
    write(
        project,
        {
            "services/hello/src/words/index.ts": 'export const WORD = "folder";',
            "services/hello/src/index.ts": HANDLER.replace("hello ", "${WORD} ").replace(
                "\n\n", '\nimport { WORD } from "./words";\n\n'
            ),
        },
    )
    hello = unit(project / "services/hello")
    first = build(hello, store, project)
    before = {path: (project / path) for path in CHANGES[what]}
    kept = {path: file.read_text() if file.exists() else None for path, file in before.items()}
    write(project, CHANGES[what])
    second = build(hello, store, project)
    assert not second.reused
    if what != "a tsconfig":  # nothing that esbuild would do otherwise
        assert first.sha256 != second.sha256
    for path, text in kept.items():
        if text is None:
            (project / path).unlink()
        else:
            (project / path).write_text(text)
    shutil.rmtree(project / "services/hello/node_modules", ignore_errors=True)
    assert first.sha256 == build(hello, store, project).sha256


ELSEWHERE = {
    "an earlier target of paths": (
        {
            "tsconfig.json": """\
                {"compilerOptions": {"paths": {"@lib/*": ["./overrides/*", "./shared/lib/*"]}}}
                """,
            "overrides/other.ts": "",
            "shared/lib/conf.ts": 'export const said = () => "shared";',
            "src/index.ts": """\
                import { said } from "@lib/conf";
                export const handler = async () => said();
                """,
        },
        {"overrides/conf.ts": 'export const said = () => "overridden";'},
        ("shared", "overridden"),
    ),
    "one more file of a pattern": (
        {
            "texts/deep/notes.md": "",
            "texts/a.json": '"a"',
            "src/index.ts": """\
                export const handler = async (name: string) => {
                  try { return (await import(`../texts/${name}.json`)).default; }
                  catch { return "none"; }
                };
                """,
        },
        {"texts/deep/b.json": '"b"'},
        ("none", "b"),
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("what", ELSEWHERE)
def test_a_new_file_in_a_folder_of_which_nothing_was_bundled_is_noticed(
    store: Store, tmp_path: Path, what: str
) -> None:
    """When an import can come to mean it; until then the archive is the same."""
    files, new, (before, after) = ELSEWHERE[what]
    project = write(tmp_path / "project", files)
    first = build(unit(project), store, project)
    assert before == call(first, tmp_path / "first", "deep/b")
    again = build(unit(project), store, project)
    assert (True, first.sha256) == (again.reused, again.sha256)
    write(project, new)
    second = build(unit(project), store, project)
    assert not second.reused
    assert after == call(second, tmp_path / "second", "deep/b")


def test_a_budget_holds_for_what_was_bundled_before(store: Store, tmp_path: Path) -> None:
    """Lowering it fails the next build with what is largest; raising it finds the archive again."""
    code = f"export const handler = async () => {'x' * 1_500_000!r};\n"
    project = write(tmp_path / "project", {"src/index.ts": code})
    first = build(unit(project), store, project)
    for _ in range(2):
        with pytest.raises(BuildError, match=r"`Hello` is 1\.5 MB unpacked") as caught:
            build(unit(project, budget_bytes=1_000_000), store, project)
        assert "its budget is 1 MB; the largest: (own) 1.5 MB" == caught.value.why
    again = build(unit(project, budget_bytes=2_000_000), store, project)
    assert (True, first.sha256) == (again.reused, again.sha256)


@pytest.mark.long
def test_everything_that_is_wrong_is_said_at_once(store: Store, tmp_path: Path) -> None:
    """Each with file and line, as seen from the project, and what to do about it."""
    project = write(
        tmp_path / "repo",
        {
            "package-lock.json": "{}",
            "functions/Hello/package.json": '{"dependencies": {"left-pad": "1"}}',
            "functions/Hello/src/index.ts": """\
                import pad from "left-pad";
                import { x } from "./missing";
                import native from "./addon.node";
                export const handler = () => [pad, x, native];
                """,
            "functions/Hello/src/addon.node": "",
        },
    )
    with pytest.raises(BuildError) as caught:
        build(unit(project / "functions/Hello"), store, project)
    here = "functions/Hello/src/index.ts"
    lines = caught.value.why.splitlines()
    assert f'{here}:1: Could not resolve "left-pad"; `left-pad` is not installed' == lines[0]
    assert f'{here}:2: Could not resolve "./missing"' == lines[1]
    assert lines[2].startswith(f"{here}:3: ")
    assert lines[2].endswith("is machine code of this computer, which one file cannot hold")
    assert "run `npm ci`" in caught.value.hint
    assert 3 == caught.value.exit_code


@pytest.mark.long
def test_an_export_that_is_not_there_is_found_before_the_deployment(
    store: Store, tmp_path: Path
) -> None:
    """The error lists what the file exports, and the nearest name."""
    project = write(
        tmp_path / "project",
        {"src/index.ts": "export const handle = () => 1;\nexport function main() {}\n"},
    )
    with pytest.raises(BuildError) as caught:
        build(unit(project), store, project)
    assert "`src/index.ts` does not export `handler`; it exports handle, main" == caught.value.why
    assert "did you mean `src/index.handle`?" == caught.value.hint


@pytest.mark.long
def test_further_files_are_packed_and_secrets_are_not(store: Store, tmp_path: Path) -> None:
    """`include` names what lies beside the bundle; a file that holds secrets is refused."""
    project = write(
        tmp_path / "project",
        {
            "src/index.ts": "export const handler = () => 1;\n",
            "templates/mail.html": "<p>",
            "templates/draft.html": "<p>",
            "notes.txt": "",
            ".env.local": "KEY=1",
            "node_modules/pkg/templates/theirs.html": "",
        },
    )
    packed = unit(project, include=("templates/",), exclude=("draft.*",))
    made = build(packed, store, project)
    assert ["index.js", "templates/mail.html"] == sorted(contents(made))
    with pytest.raises(BuildError, match="it holds secrets"):
        build(unit(project, include=(".env.local",)), store, project)
    key = "aws_secret_access_key = " + "A" * 40
    write(project, {"src/index.ts": f"export const handler = () => `{key}`;\n"})
    with pytest.raises(BuildError, match="it holds an AWS secret access key"):
        build(unit(project), store, project)


@pytest.mark.long
def test_two_functions_may_be_the_first_to_need_esbuild(tmp_path: Path) -> None:
    """It is installed once, whichever asks first."""
    mine = Store(tmp_path / "store")
    with ThreadPoolExecutor(2) as pool:
        programs = list(pool.map(install.install, [mine, mine]))
    assert programs[0] == programs[1]
    done = subprocess.run([programs[0], "--version"], capture_output=True, text=True, check=True)
    assert esbuild.PINNED == done.stdout.strip()
    assert [] == list(mine.temporary.iterdir())


def meddling(project: Path, store: Store, times: int) -> Path:
    """A project whose esbuild is followed by an editor that saves the handler so many times."""
    write(project, {"src/index.ts": "export const handler = async () => 0;\n"})
    package = project / "node_modules/esbuild"
    program = package / "node_modules/@esbuild" / esbuild.platform_name() / "bin/esbuild"
    script = f"""\
        #!/bin/sh
        {install.install(store)} "$@" || exit 1
        count=$(cat saved 2>/dev/null || echo 0)
        [ "$count" -ge {times} ] && exit 0
        echo $((count + 1)) > saved
        echo "export const handler = async () => $((count + 1));" > src/index.ts
        """
    write(package, {"package.json": '{"version": "0.0.0"}'})
    write(program.parent, {"esbuild": script})
    program.chmod(0o755)
    return project


@pytest.mark.long
def test_a_file_saved_while_it_is_bundled_is_bundled_again(store: Store, tmp_path: Path) -> None:
    """The archive holds what its fingerprint says."""
    project = meddling(tmp_path / "project", store, 1)
    made = build(unit(project), store, project)
    assert 1 == call(made, tmp_path / "task", {})
    assert build(unit(project), store, project).reused


@pytest.mark.long
def test_a_file_that_is_saved_without_end_is_an_error(store: Store, tmp_path: Path) -> None:
    """After three tries, with the reason."""
    project = meddling(tmp_path / "project", store, 99)
    with pytest.raises(BuildError, match="changed 3 times while they were being bundled"):
        build(unit(project), store, project)


@pytest.mark.long
def test_the_command_builds_node_functions_beside_python_ones(store: Store, tmp_path: Path) -> None:
    """`sam-deploy build` reads the configuration and makes an archive of each."""
    project = write(
        tmp_path / "project",
        {
            "deploy.py": """\
                from sam_deploy import App, Bundle, Environment, FeatureSet, Function

                app = App(
                    name="mixed",
                    home_region="eu-west-1",
                    environments=[Environment("dev")],
                    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
                    functions=[
                        Function("Py", source="functions/Py"),
                        Function(
                            "Ts",
                            source="functions/Ts",
                            runtime="nodejs22.x",
                            handler="src/index.handler",
                            bundle=Bundle(source_maps=True),
                        ),
                    ],
                )
                """,
            "functions/Py/handler.py": "def handler(event, context):\n    return 1\n",
            "functions/Ts/src/index.ts": "export const handler = async () => 1;\n",
        },
    )
    done = subprocess.run(
        [sys.executable, "-m", "sam_deploy", "-C", str(project), "build"],
        env={**os.environ, "SAM_DEPLOY_CACHE_DIR": str(store.root)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    with zipfile.ZipFile(project / ".sam-deploy/build/Ts.zip") as opened:
        assert ["index.js", "index.js.map"] == opened.namelist()
    assert (project / ".sam-deploy/build/Py.zip").is_file()


def test_the_embedded_cloud_gets_the_sdk_of_the_project(store: Store, tmp_path: Path) -> None:
    """Node on this machine has no AWS SDK: what is installed is bundled, for the laptop alone."""
    project = monorepo(tmp_path / "repo")
    source = project / "services/hello"
    shipped = contents(build(unit(source), store, project))["index.js"]
    local = build(unit(source, host=True), store, project)
    assert b"sdk inside" not in shipped
    assert b"sdk inside" in contents(local)["index.js"]

    task = tmp_path / "task"
    with zipfile.ZipFile(local.path) as opened:
        opened.extractall(task)
    said = 'console.log(JSON.stringify(await handler({ name: "you" })));'
    done = node(f'import {{ handler }} from "./index.js"; {said}', task)
    assert (0, "") == (done.returncode, done.stderr)
    assert {"said": "[acme] hello you", "sdk": "Sdk"} == json.loads(done.stdout)


def test_without_an_installed_sdk_the_embedded_cloud_gets_what_is_shipped(
    store: Store, tmp_path: Path
) -> None:
    """There is nothing to bundle then; other names in `external` stay outside as well."""
    files = {"index.js": 'exports.handler = async () => require("@aws-sdk/client-s3").S3;'}
    project = write(tmp_path / "project", files)
    shipped = build(unit(project, "index.handler"), store, project)
    local = build(unit(project, "index.handler", host=True), store, project)
    assert shipped.sha256 == local.sha256

    fake_sdk(project)
    outside = unit(project, "index.handler", host=True, external=("@aws-sdk/*", "layered"))
    (project / "index.js").write_text('exports.handler = async () => require("layered").x;\n')
    assert b'require("layered")' in contents(build(outside, store, project))["index.js"]
