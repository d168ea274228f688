from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sam_deploy.build.node import esbuild, install
from sam_deploy.build.node.esbuild import Esbuild, environment, of_project, platform_name, run
from sam_deploy.build.store import Store
from sam_deploy.errors import BuildError

NPM_OFFLINE = """\
npm warn old
npm error code ENOTFOUND
npm error network request failed
npm error A complete log of this run can be found in: /home/me/x.log
"""

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="programs have another name")


def package(folder: Path, native: str) -> Path:
    """An installed esbuild, with the program for this platform at `native`."""
    folder.mkdir(parents=True)
    (folder / "package.json").write_text('{"version": "0.25.0"}')
    program = folder / native / "@esbuild" / platform_name() / "bin/esbuild"
    program.parent.mkdir(parents=True)
    program.touch()
    return program.resolve()


@needs_posix
@pytest.mark.parametrize("native", ["..", "node_modules"])
def test_the_project_s_own_is_found_upwards(tmp_path: Path, native: str) -> None:
    """As Node would find it; its program lies beside the package, or below it."""
    program = package(tmp_path / "node_modules/esbuild", native)
    source = tmp_path / "services/a"
    source.mkdir(parents=True)
    found = of_project(source)
    assert found is not None
    assert found.program is not None
    assert ("0.25.0", program) == (found.version, found.program.resolve())


@needs_posix
def test_pnpm_s_links_are_followed(tmp_path: Path) -> None:
    """With pnpm, the program is beside the real package, not beside the link."""
    real = tmp_path / "node_modules/.pnpm/esbuild@0.25.0/node_modules/esbuild"
    program = package(real, "..")
    link = tmp_path / "services/a/node_modules/esbuild"
    link.parent.mkdir(parents=True)
    link.symlink_to(real)
    found = of_project(tmp_path / "services/a")
    assert found is not None
    assert found.program is not None
    assert program == found.program.resolve()


def test_a_project_without_one_gets_none(tmp_path: Path) -> None:
    """Then the pinned version is used."""
    assert of_project(tmp_path) is None
    assert Esbuild("1", None) != of_project(tmp_path)


def test_credentials_and_hidden_settings_do_not_reach_node_tools() -> None:
    """What changes a bundle has to show in a file."""
    given = {
        "PATH": "/bin",
        "AWS_SECRET_ACCESS_KEY": "x",
        "NODE_PATH": "/x",
        "NODE_OPTIONS": "--inspect",
        "ESBUILD_BINARY_PATH": "/x",
        "npm_config_registry": "mine",
    }
    assert {"PATH": "/bin", "npm_config_registry": "mine"} == environment(given)


def test_a_program_that_cannot_be_started_is_an_error_of_ours(tmp_path: Path) -> None:
    """Not a traceback."""
    with pytest.raises(BuildError, match="could not be started"):
        run(tmp_path / "nothing", [], tmp_path)


def test_without_npm_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Node.js, which brings npm."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError) as caught:
        install.install(Store(tmp_path / "store"))
    assert "install Node.js (npm comes with it), then build again" == caught.value.hint
    assert [] == list((tmp_path / "store/tmp").iterdir())


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        (NPM_OFFLINE, "network request failed"),
        ("npm ERR! code E404\nnpm ERR! 404 Not Found\n", "404 Not Found"),
        ("killed\n", "killed"),
        ("", "npm gave no reason"),
    ],
)
def test_npm_s_reason_is_told_without_its_logs(stderr: str, reason: str) -> None:
    """In its own words."""
    assert reason == install.reason(stderr)


def test_the_pinned_version_is_one_version() -> None:
    """A range would make other bytes on another day."""
    assert all(part.isdigit() for part in esbuild.PINNED.split("."))
