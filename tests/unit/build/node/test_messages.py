from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy.build.node.messages import (
    Message,
    failure,
    install_command,
    package_name,
    parsed,
    shown,
)
from sam_deploy.plan.model import NodeUnit

SAID = """\
✘ [ERROR] Could not resolve "left-pad"

    src/index.ts:1:14:
      1 │ import a from "left-pad";
        ╵               ~~~~~~~~~~

  You can mark the path "left-pad" as external to exclude it from the bundle.

▲ [WARNING] "import.meta" is not available with the "cjs" output format and will be empty [empty-import-meta]

    src/my file.ts:12:3:
      12 │ import.meta.url
         ╵ ~~~~~~~~~~~

✘ [ERROR] No matching export in "src/other.ts" for import "zz"

    ../lib/y.ts:2:9:
      2 │ import { zz } from "./other";
        ╵          ~~

  Did you mean to import "second" instead?

    src/other.ts:1:13:
      1 │ export const second = 1;
        ╵              ~~~~~~

X [ERROR] Cannot read directory ".": no place here
"""  # noqa: E501 - as esbuild writes it


def unit(source: Path) -> NodeUnit:
    return NodeUnit("function/F", "F", "F.zip", "nodejs20.x", source, "src/index.handler")


def test_every_message_is_found_with_its_own_place() -> None:
    """Places of notes belong to notes; a message may have none; old terminals draw an X."""
    assert (
        Message("error", 'Could not resolve "left-pad"', "", "src/index.ts", 1),
        Message(
            "warning",
            '"import.meta" is not available with the "cjs" output format and will be empty',
            "empty-import-meta",
            "src/my file.ts",
            12,
        ),
        Message(
            "error", 'No matching export in "src/other.ts" for import "zz"', "", "../lib/y.ts", 2
        ),
        Message("error", 'Cannot read directory ".": no place here'),
    ) == parsed(SAID)


def test_a_place_is_shown_as_seen_from_the_project() -> None:
    """The user is in the project, esbuild in the source folder."""
    message = Message("error", "wrong", "", "../../lib/y.ts", 2)
    assert "lib/y.ts:2: wrong" == shown(message, Path("/p/functions/Api"), Path("/p"))


def test_a_failure_without_messages_keeps_the_words_of_esbuild(tmp_path: Path) -> None:
    """A crash of esbuild is no reason to say nothing."""
    error = failure(unit(tmp_path), tmp_path, (), "panic: out of\n memory")
    assert "panic: out of memory" == error.why


@pytest.mark.parametrize(
    ("lock_file", "command"),
    [
        ("package-lock.json", "npm ci"),
        ("pnpm-lock.yaml", "pnpm install"),
        ("yarn.lock", "yarn install"),
        ("README.md", "npm install"),
    ],
)
def test_the_nearest_lock_file_says_how_to_install(
    tmp_path: Path, lock_file: str, command: str
) -> None:
    """The command is that of the package manager the project uses."""
    (tmp_path / lock_file).touch()
    source = tmp_path / "services" / "a"
    source.mkdir(parents=True)
    assert command == install_command(source)


@pytest.mark.parametrize(
    ("specifier", "package"),
    [("x", "x"), ("x/lib/y.js", "x"), ("@acme/x", "@acme/x"), ("@acme/x/y/z", "@acme/x")],
)
def test_the_package_of_an_import(specifier: str, package: str) -> None:
    """Scoped packages have two parts."""
    assert package == package_name(specifier)


def missing(folder: Path) -> tuple[str, str]:
    said = (Message("error", 'Could not resolve "@acme/log"', "", "src/index.ts", 1),)
    error = failure(unit(folder / "services/a"), folder, said, "")
    return error.why.partition("; ")[2], error.hint


def test_a_package_that_nobody_asks_for_is_to_be_added(tmp_path: Path) -> None:
    """Installing again would not help."""
    reason, hint = missing(tmp_path)
    assert "no package.json asks for it" == reason
    assert "add `@acme/log` to package.json and install it" == hint


def test_a_package_that_is_asked_for_is_to_be_installed(tmp_path: Path) -> None:
    """Asked for anywhere above the importing file, as workspaces do."""
    (tmp_path / "package.json").write_text('{"devDependencies": {"@acme/log": "1"}}')
    (tmp_path / "pnpm-lock.yaml").touch()
    assert ("`@acme/log` is not installed", "run `pnpm install`") == missing(tmp_path)


def test_a_workspace_package_that_is_not_built_is_to_be_built(tmp_path: Path) -> None:
    """The link is there, but what its package.json names is made by a build."""
    package = tmp_path / "packages/log"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"name": "@acme/log", "main": "dist/index.js"}')
    (tmp_path / "node_modules/@acme").mkdir(parents=True)
    (tmp_path / "node_modules/@acme/log").symlink_to(package)
    reason, hint = missing(tmp_path)
    assert "the file that its package.json names does not exist" == reason
    assert "build the workspace package `@acme/log` first" == hint
