"""The engine is played here: it puts wheels where a container would."""

from __future__ import annotations

import hashlib
import io
import struct
import threading
import zipfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from sam_deploy.build.container.check import Ask
from sam_deploy.build.container.engine import TIMED_OUT, Engine, Finished, Machine
from sam_deploy.build.container.wheelhouse import Containers, Source, build_wheels
from sam_deploy.build.store import Store
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import Target
from sam_deploy.plan.targets import aws_target

X86_64, AARCH64 = 62, 183
TARGET = aws_target("python3.12", "x86_64")
GOOD = "fast_lib-1.0-cp312-cp312-linux_x86_64.whl"


def elf(machine: int) -> bytes:
    return b"\x7fELF" + bytes(14) + struct.pack("<H", machine) + bytes(20)


def wheel(machine: int = X86_64) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        opened.writestr("fast_lib/_c.cpython-312-x86_64-linux-gnu.so", elf(machine))
        opened.writestr("fast_lib-1.0.dist-info/METADATA", "Name: fast-lib\nVersion: 1.0\n")
        opened.writestr("fast_lib-1.0.dist-info/RECORD", "")
    return content.getvalue()


@dataclass(slots=True)
class Docker:
    """Plays an engine whose containers make these files, or end in this way."""

    made: Mapping[str, bytes] = field(default_factory=dict)
    ended: Finished = field(default_factory=lambda: Finished(0, "", ""))
    commands: list[list[str]] = field(default_factory=list)
    given: list[list[str]] = field(default_factory=list)

    def engine(self, system: str = "darwin") -> Engine:
        """Return the engine that is played."""
        return Engine(Machine(system, lambda _: None, self._run, lambda _: None))

    def _run(self, arguments: Sequence[str], _: Mapping[str, str], __: float) -> Finished:
        self.commands.append(list(arguments))
        if arguments[1] == "run":
            folders = dict(_mounts(arguments))
            self.given.append(sorted(path.name for path in folders["/given"].iterdir()))
            for name, content in self.made.items():
                (folders["/made"] / name).write_bytes(content)
        return self.ended


def _mounts(arguments: Sequence[str]) -> Sequence[tuple[str, Path]]:
    values = [arguments[i + 1] for i, option in enumerate(arguments) if option == "--mount"]
    parts = [dict(p.partition("=")[::2] for p in value.split(",")) for value in values]
    return [(part["target"], Path(part["source"])) for part in parts]


@pytest.fixture
def source(tmp_path: Path) -> Source:
    path = tmp_path / "fast_lib-1.0.tar.gz"
    path.write_bytes(b"sources")
    name = canonicalize_name("fast-lib")
    return Source(name, "1.0", path, hashlib.sha256(b"sources").hexdigest())


def refused(docker: Docker, source: Source, store: Store, target: Target = TARGET) -> BuildError:
    with pytest.raises(BuildError) as caught:
        build_wheels([source], target, "Api", store, docker.engine())
    assert [] == list(store.temporary.glob("*"))
    return caught.value


def test_what_the_container_makes_comes_into_the_store(source: Source, store: Store) -> None:
    """Under its hash; the container is given the source releases and nothing else."""
    docker = Docker({GOOD: wheel()})
    found = build_wheels([source], TARGET, "Api", store, docker.engine())[source.name]
    assert wheel() == found.path.read_bytes()
    assert store.wheel(found.sha256, GOOD) == found.path
    assert [["fast_lib-1.0.tar.gz"]] == docker.given
    assert 1 == len(docker.commands)


BAD = {
    "another architecture": ("fast_lib-1.0-cp312-cp312-linux_aarch64.whl", "does not run on"),
    "another Python": ("fast_lib-1.0-cp311-cp311-linux_x86_64.whl", "does not run on"),
    "a newer glibc": ("fast_lib-1.0-cp312-cp312-manylinux_2_39_x86_64.whl", "does not run on"),
    "another version": ("fast_lib-1.1-cp312-cp312-linux_x86_64.whl", "the container made fast_lib"),
    "no wheel": ("notes.whl", "the container made nothing"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_wheel_that_does_not_fit_is_refused(source: Source, store: Store, case: str) -> None:
    """As one of the index would be; nothing of it is remembered."""
    name, why = BAD[case]
    assert refused(Docker({name: wheel()}), source, store).why.find(why) >= 0
    assert store.built(source.key(TARGET)) is None


def test_native_code_of_another_machine_is_refused(source: Source, store: Store) -> None:
    """Whatever the tag says."""
    error = refused(Docker({GOOD: wheel(AARCH64)}), source, store)
    assert error.what.endswith("_c.cpython-312-x86_64-linux-gnu.so` does not run on x86_64")


ENDS = {
    "the compiler": (
        Finished(1, "", "gcc -c x.c\nx.c:1:10: fatal error: libpq-fe.h: No such file\nmore\n"),
        "x.c:1:10: fatal error: libpq-fe.h: No such file",
        "the image has compilers and few libraries",
    ),
    "another processor": (
        Finished(255, "", "exec /var/lang/bin/python3.12: exec format error"),
        "this computer cannot run x86_64 images",
        "let Docker emulate it",
    ),
    "docker itself": (
        Finished(125, "", "docker: pull access denied.\n\nRun 'docker run --help'"),
        "docker: pull access denied. Run 'docker run --help'",
        "correct it until `docker run --rm public.ecr.aws/sam/build-python3.12:latest-x86_64 true`",
    ),
    "time": (Finished(TIMED_OUT, "", ""), "it was given 30 minutes", "choose a version that has"),
    "silence": (Finished(1, "", ""), "pip gave no reason", "the image has compilers"),
}


@pytest.mark.parametrize("case", ENDS)
def test_a_container_that_fails_is_explained(source: Source, store: Store, case: str) -> None:
    """In the words of the compiler or of Docker, with the way out."""
    ended, why, hint = ENDS[case]
    error = refused(Docker(ended=ended), source, store)
    assert "`fast-lib` 1.0, wanted by `Api`, could not be built in a container" == error.what
    assert why == error.why
    assert error.hint.startswith(hint)


def test_a_container_without_an_end_is_removed(source: Source, store: Store) -> None:
    """Ending the client would leave it running."""
    docker = Docker(ended=Finished(TIMED_OUT, "", ""))
    refused(docker, source, store)
    name = docker.commands[0][docker.commands[0].index("--name") + 1]
    assert ["docker", "rm", "--force", name] == docker.commands[1]


def test_archives_for_this_computer_are_not_built_in_a_container(
    source: Source, store: Store
) -> None:
    """The images are Lambda's; the embedded cloud runs on this computer."""
    host = Target("python3.12", "3.12.11", "x86_64", (2, 36), host=True)
    docker = Docker()
    assert "the build images are for Lambda" in refused(docker, source, store, host).why
    assert [] == docker.commands


def containers(docker: Docker, store: Store, asked: list[Ask]) -> Containers:
    def find(ask: Ask) -> Engine:
        asked.append(ask)
        return docker.engine()

    return Containers(store, lambda _: False, find=find)


def quiet(step: str, detail: str) -> None:
    assert ("container", "public.ecr.aws/sam/build-python3.12:latest-x86_64: `fast-lib` 1.0") == (
        step,
        detail,
    )


def test_what_was_built_once_needs_no_engine(source: Source, store: Store) -> None:
    """Of the same release, runtime and architecture; another one is built anew."""
    docker, asked = Docker({GOOD: wheel()}), list[Ask]()
    first = containers(docker, store, asked).wheels([source], TARGET, "Api", quiet)
    again = containers(docker, store, asked).wheels([source], TARGET, "Other", quiet)
    assert first == again
    assert (1, 1) == (len(asked), len(docker.commands))
    assert source.key(TARGET) != source.key(aws_target("python3.12", "arm64"))
    assert source.key(TARGET) != source.key(aws_target("python3.13", "x86_64"))


def test_two_units_at_once_build_a_release_once(source: Source, store: Store) -> None:
    """The second waits for the first."""
    docker, asked = Docker({GOOD: wheel()}), list[Ask]()
    shared = containers(docker, store, asked)
    barrier = threading.Barrier(2)

    def build(unit: str) -> object:
        barrier.wait()
        return shared.wheels([source], TARGET, unit, quiet)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(build, ["Api", "Other"])
    assert first == second
    assert 1 == len(docker.commands)


USERS: Mapping[str, tuple[Callable[[Docker], Engine], bool]] = {
    "Linux": (lambda docker: docker.engine("linux"), True),
    "macOS": (lambda docker: docker.engine("darwin"), False),
    "rootless": (lambda docker: Engine(docker.engine("linux").machine, rootless=True), False),
}


@pytest.mark.parametrize("case", USERS)
def test_files_belong_to_the_user_who_builds(source: Source, store: Store, case: str) -> None:
    """On Linux the user is named; elsewhere Docker sees to it."""
    engine, named = USERS[case]
    docker = Docker({GOOD: wheel()})
    build_wheels([source], TARGET, "Api", store, engine(docker))
    assert named == ("--user" in docker.commands[0])
