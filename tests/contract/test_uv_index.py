"""A private package index with a password, as uv and pip users have it. No network."""

from __future__ import annotations

import base64
import io
import os
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sam_deploy.build import Store, run
from sam_deploy.errors import BuildError
from sam_deploy.events import ignore
from sam_deploy.plan.model import BuildUnit
from sam_deploy.plan.targets import aws_target

WHEEL = "pure-1-py3-none-any.whl"
PASSWORD = "p@ss"


def wheel() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        opened.writestr("pure.py", "")
        opened.writestr(
            "pure-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: pure\nVersion: 1"
        )
        opened.writestr("pure-1.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        opened.writestr("pure-1.dist-info/RECORD", "")
    return content.getvalue()


PAGES = {
    "/simple/pure/": f'<a href="/files/{WHEEL}">{WHEEL}</a>'.encode(),
    f"/files/{WHEEL}": wheel(),
}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer as a simple index (PEP 503) that wants a name and a password."""
        expected = "Basic " + base64.b64encode(f"me:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != expected:
            status, content = HTTPStatus.UNAUTHORIZED, b""
        elif self.path in PAGES:
            status, content = HTTPStatus.OK, PAGES[self.path]
        else:
            status, content = HTTPStatus.NOT_FOUND, b""
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep the test output clean."""


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def unit() -> BuildUnit:
    return BuildUnit(
        key="layer/deps",
        name="deps",
        kind="layer",
        archive="deps.zip",
        target=aws_target("python3.12", "x86_64"),
        requirements=("pure",),
    )


def test_a_password_in_the_address_is_used_and_kept_out_of_the_lock(
    host: str, unit: BuildUnit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By uv when it chooses, and by us when we fetch."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://me:p%40ss@{host}/simple")
    made = run([unit], tmp_path, Store(tmp_path / "store"), ignore)["layer/deps"]
    with zipfile.ZipFile(made.path) as opened:
        assert "python/pure.py" in opened.namelist()
    (lock,) = (tmp_path / "locks").iterdir()
    assert [] == [word for word in (PASSWORD, "p%40ss", "me:") if word in lock.read_text()]


def test_an_index_of_the_project_takes_its_password_from_the_environment(
    host: str, unit: BuildUnit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address is committed, the password is not."""
    table = f"[[tool.uv.index]]\nname = 'corp'\nurl = 'http://{host}/simple'\ndefault = true\n"
    (tmp_path / "pyproject.toml").write_text(table)
    monkeypatch.setenv("UV_INDEX_CORP_USERNAME", "me")
    monkeypatch.setenv("UV_INDEX_CORP_PASSWORD", PASSWORD)
    assert 1 == run([unit], tmp_path, Store(tmp_path / "store"), ignore).built


def test_a_missing_password_is_told(
    host: str, unit: BuildUnit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index without the password looks empty, so the hint says what is missing."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://{host}/simple")
    with pytest.raises(BuildError, match="cannot be resolved") as caught:
        run([unit], tmp_path, Store(tmp_path / "store"), ignore)
    assert "name and password" in caught.value.hint


def test_an_index_that_does_not_answer_is_told(
    unit: BuildUnit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody should look for a mistake in the requirements then."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:1/simple")
    with pytest.raises(BuildError, match="cannot be resolved") as caught:
        run([unit], tmp_path, Store(tmp_path / "store"), ignore)
    assert "check the connection" in caught.value.hint


def test_the_keyring_gives_the_password(
    host: str, unit: BuildUnit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address names the user alone; uv asks for the password, and so do we when we fetch."""
    asked = tmp_path / "asked"
    command = tmp_path / "bin" / "keyring"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\necho "$@" >> "{asked}"\n[ "$1 $3" = "get me" ] && echo p@ss\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("UV_KEYRING_PROVIDER", "subprocess")
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://me@{host}/simple")
    assert 1 == run([unit], tmp_path, Store(tmp_path / "store"), ignore).built
    address = f"http://{host}/simple"
    assert f"get {address} me" in asked.read_text().splitlines()[-1]
    (lock,) = (tmp_path / "locks").iterdir()
    assert PASSWORD not in lock.read_text()


def test_an_index_of_pip_conf_is_used_where_nothing_is_said_to_uv(
    host: str, unit: BuildUnit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Companies' computers have it; with its password, for uv and for us."""
    path = tmp_path / "pip.conf"
    path.write_text(f"[global]\nindex-url = http://me:p%40ss@{host}/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(path))
    for name in ("UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    assert 1 == run([unit], tmp_path, Store(tmp_path / "store"), ignore).built


def test_an_index_in_a_requirements_file_opens_with_its_password(
    host: str, unit: BuildUnit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file names a variable, as pip has it, so the secret is not committed."""
    monkeypatch.setenv("TOKEN", "p%40ss")
    path = tmp_path / "requirements.txt"
    path.write_text(f"--index-url http://me:${{TOKEN}}@{host}/simple\npure\n")
    asking = replace(unit, requirements=(), requirements_file=path)
    assert 1 == run([asking], tmp_path, Store(tmp_path / "store"), ignore).built
