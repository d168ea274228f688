"""The real Docker client, without an engine.

No engine runs where these tests are made, so no image is pulled and no container started. Real are
the client and its answers, the request it makes of our command line (to a server that plays the
engine's API), and the compiler, which runs here instead of in a container.
"""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import platform
import shutil
import socket
import socketserver
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest
from packaging.utils import canonicalize_name

from sam_deploy import build
from sam_deploy.build import Store
from sam_deploy.build.container import Containers, Engine, Machine, Source, build_wheels, prepare
from sam_deploy.build.container.engine import Finished, kept, run
from sam_deploy.errors import BuildError
from sam_deploy.events import ignore
from sam_deploy.plan.model import BuildUnit, Target
from sam_deploy.plan.targets import aws_target

NOBODY = 65534
needs_docker = pytest.mark.skipif(not shutil.which("docker"), reason="no Docker client")
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root may become another user")


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A developer's engine is left alone."""
    monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker-config"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody-listens.sock")


def never(question: str) -> bool:
    pytest.fail(f"nobody has to be asked: {question}")


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """A source release with one C function and no wheel for anything."""
    name = "answer-1.0"
    files = {
        "setup.py": "from setuptools import Extension, setup\n"
        "setup(name='answer', version='1.0', ext_modules=[Extension('_answer', ['answer.c'])])\n",
        "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\n'
        'build-backend = "setuptools.build_meta"\n',
        "answer.c": "#include <Python.h>\n"
        "static PyObject *f(PyObject *s, PyObject *a) { return PyLong_FromLong(42); }\n"
        'static PyMethodDef m[] = {{"answer", f, METH_NOARGS, ""}, {0}};\n'
        'static struct PyModuleDef d = {PyModuleDef_HEAD_INIT, "_answer", 0, -1, m};\n'
        "PyMODINIT_FUNC PyInit__answer(void) { return PyModule_Create(&d); }\n",
        "PKG-INFO": "Metadata-Version: 2.1\nName: answer\nVersion: 1.0\n",
    }
    folder = tmp_path / name
    folder.mkdir()
    for path, text in files.items():
        (folder / path).write_text(text)
    packed = tmp_path / f"{name}.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(folder, name)
    sha256 = hashlib.sha256(packed.read_bytes()).hexdigest()
    return Source(canonicalize_name("answer"), "1.0", packed, sha256)


@needs_docker
def test_an_engine_that_does_not_run_is_told_in_the_client_s_words() -> None:
    """The real client finds nobody at its socket."""
    with pytest.raises(BuildError) as caught:
        prepare(never)
    assert "The Docker engine is not running" == caught.value.what
    assert "nobody-listens.sock" in caught.value.why
    assert 3 == caught.value.exit_code


def test_a_missing_client_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing on the PATH is called docker."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError, match="needs Docker, which is not installed"):
        prepare(never)


@needs_docker
def test_a_context_that_does_not_exist_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken configuration is no stopped engine."""
    monkeypatch.delenv("DOCKER_HOST")
    monkeypatch.setenv("DOCKER_CONTEXT", "nope")
    with pytest.raises(BuildError, match="Docker does not work") as caught:
        prepare(never)
    assert 'context "nope"' in caught.value.why


def _as_nobody(arguments: Sequence[str], variables: Mapping[str, str], seconds: float) -> Finished:
    done = subprocess.run(
        arguments,
        env={**kept(os.environ), **variables, "HOME": "/"},
        user=NOBODY,
        group=NOBODY,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


@needs_docker
@needs_root
def test_a_socket_of_somebody_else_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user, a real socket, and the kernel's refusal."""
    # Not below pytest's folder, which another user may not even enter.
    folder = Path(f"/tmp/sam-deploy-test-{os.getpid()}")  # noqa: S108 - made and removed here
    folder.mkdir(mode=0o755)
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(f"{folder}/docker.sock")
            (folder / "docker.sock").chmod(0o600)
            listening.listen()
            monkeypatch.setenv("DOCKER_HOST", f"unix://{folder}/docker.sock")
            monkeypatch.setenv("DOCKER_CONFIG", f"{folder}/none")
            with pytest.raises(BuildError) as caught:
                prepare(never, Machine(run=_as_nobody))
    finally:
        shutil.rmtree(folder)
    assert "The Docker engine may not be used by this user" == caught.value.what
    assert "usermod -aG docker" in caught.value.hint


@dataclass
class Api:
    """A server that plays the part of the engine's API that is asked before a container starts."""

    address: str
    info: dict[str, Any] = field(default_factory=lambda: {"OSType": "linux"})
    created: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    api: ClassVar[Api]


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server

    def do_HEAD(self) -> None:
        self._answer(200, {})

    def do_GET(self) -> None:
        self._answer(200, self.server.api.info if self.path.endswith("/info") else {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.api.paths.append(self.path)
        if "/containers/create" in self.path:
            self.server.api.created.append(json.loads(body))
        self._answer(500, {"message": "this engine only listens"})

    def _answer(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Api-Version", "1.50")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def address_string(self) -> str:
        return "docker"

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    made = Api(str(tmp_path / "engine.sock"))
    with _Server(made.address, _Handler) as server:
        server.api = made  # type: ignore[misc]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{made.address}")
        yield made
        server.shutdown()
        thread.join()


@needs_docker
def test_an_engine_that_answers_is_found(api: Api) -> None:
    """The real client hands on what the engine says of itself."""
    assert not prepare(never).rootless
    api.info["SecurityOptions"] = ["name=seccomp", "name=rootless"]
    assert prepare(never).rootless
    api.info["OSType"] = "windows"
    with pytest.raises(BuildError, match="Windows containers"):
        prepare(never)


@needs_docker
def test_the_client_asks_for_the_container_that_is_meant(
    api: Api, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Image, program, folders, user and variables arrive; a refusal is told in Docker's words."""
    monkeypatch.setenv("PIP_INDEX_URL", "https://name:word@index/simple")
    target = aws_target("python3.12", "arm64")
    with pytest.raises(BuildError) as caught:
        build_wheels([source], target, "Api", Store(tmp_path / "store"), prepare(never))
    assert "this engine only listens" in caught.value.why
    [wanted] = api.created
    assert "public.ecr.aws/sam/build-python3.12:latest-arm64" == wanted["Image"]
    assert ["python3.12"] == wanted["Entrypoint"]
    assert ["/made", "/given/answer-1.0.tar.gz"] == wanted["Cmd"][-2:]
    assert f"{os.getuid()}:{os.getgid()}" == wanted["User"]
    assert "PIP_INDEX_URL=https://name:word@index/simple" in wanted["Env"]
    mounts = {m["Target"]: m.get("ReadOnly", False) for m in wanted["HostConfig"]["Mounts"]}
    assert {"/given": True, "/made": False} == mounts
    assert wanted["HostConfig"]["AutoRemove"]
    assert "platform=linux%2Farm64" in api.paths[0]


def _here(arguments: Sequence[str], variables: Mapping[str, str], seconds: float) -> Finished:
    """Run what a container would run, in the folders that it would have."""
    values = [arguments[i + 1] for i, option in enumerate(arguments) if option == "--mount"]
    parts = [dict(part.partition("=")[::2] for part in value.split(",")) for value in values]
    folders = {part["target"]: part["source"] for part in parts}
    files = [a.replace("/given", folders["/given"]) for a in arguments if a.startswith("/given/")]
    environment = ["uv", "run", "--no-project", "--with", "pip", "--python", sys.executable]
    options = ["pip", "wheel", "--no-deps", "--wheel-dir", folders["/made"]]
    return run([*environment, "python", "-m", *options, *files], variables, seconds)


@pytest.mark.long
@pytest.mark.skipif(not (shutil.which("cc") and shutil.which("uv")), reason="no compiler")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux compiles for Linux")
def test_native_code_is_compiled_and_fits(source: Source, tmp_path: Path) -> None:
    """A release without any wheel becomes one for the target, by a real pip and a real compiler."""
    target = _this_computer()
    store = Store(tmp_path / "store")
    engine = Engine(Machine(run=_here))
    found = build_wheels([source], target, "Api", store, engine)[source.name]
    major, minor = target.python_minor
    tag = f"cp{major}{minor}-cp{major}{minor}-linux_{platform.machine()}"
    assert f"answer-1.0-{tag}.whl" == found.path.name
    code = "import sys; sys.path.insert(0, sys.argv[1]); import _answer; print(_answer.answer())"
    shutil.unpack_archive(found.path, tmp_path / "unpacked", "zip")
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "unpacked")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "42\n" == done.stdout


@pytest.mark.long
@pytest.mark.skipif(not (shutil.which("cc") and shutil.which("uv")), reason="no compiler")
def test_a_compiler_s_complaint_is_the_reason(source: Source, tmp_path: Path) -> None:
    """A header that is missing is told as the compiler tells it."""
    folder = tmp_path / "answer-1.0"
    (folder / "answer.c").write_text("#include <no-such-header.h>\n")
    with tarfile.open(source.path, "w:gz") as archive:
        archive.add(folder, folder.name)
    engine = Engine(Machine(run=_here))
    with pytest.raises(BuildError, match=r"fatal error: no-such-header\.h"):
        build_wheels([source], _this_computer(), "Api", Store(tmp_path / "store"), engine)


@pytest.mark.long
@pytest.mark.skipif(not (shutil.which("cc") and shutil.which("uv")), reason="no compiler")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux compiles for Linux")
def test_a_layer_of_source_releases_builds_with_containers_only(
    source: Source, tmp_path: Path
) -> None:
    """Without them the error names the option; with them one container makes what is native."""
    project = tmp_path / "project"
    project.mkdir()
    target = _this_computer()
    layer = BuildUnit(
        key="layer/deps",
        name="deps",
        kind="layer",
        archive="deps.zip",
        target=target,
        requirements=("answer==1.0", "docopt==0.6.2"),
    )
    (project / "pyproject.toml").write_text(
        f'[tool.uv]\nfind-links = ["{source.path.parent.as_uri()}"]\n'
    )
    store = Store(tmp_path / "store")
    with pytest.raises(BuildError) as caught:
        build.run([layer], project, store, ignore)
    assert "--use-container" in caught.value.hint
    commands: list[Sequence[str]] = []

    def here(arguments: Sequence[str], variables: Mapping[str, str], seconds: float) -> Finished:
        commands.append(arguments)
        return _here(arguments, variables, seconds)

    containers = Containers(store, never, find=lambda _: Engine(Machine(run=here)))
    made = build.run([layer], project, store, ignore, containers=containers)["layer/deps"]
    with zipfile.ZipFile(made.path) as opened:
        names = opened.namelist()
    assert "python/docopt.py" in names
    assert any(name.startswith("python/_answer.cpython-") for name in names)
    assert 1 == len(commands)
    assert "/given/answer-1.0.tar.gz" == commands[0][-1]
    again = build.run([layer], project, Store(store.root), ignore)["layer/deps"]
    assert (again.reused, made.sha256) == (True, again.sha256)


def _this_computer() -> Target:
    """The Lambda target that has this interpreter's version and this machine."""
    runtime = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    arm = platform.machine() == "aarch64"
    return aws_target(runtime, "arm64" if arm else "x86_64")
