"""A source tree full of traps, built by the command line: what is shipped, left out and refused."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.campaigns.project import ended, kill
from tests.campaigns.traps import Traps, make, put

KEY = "-----BEGIN " + "PRIVATE KEY-----\nMIIEcanary\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIID\n"
CANARY = "canary-3f9c"
NAMES = (
    "Grüße aus Köln.txt",
    "données été.json",
    "данные.txt",
    "δεδομένα.txt",
    "数据.json",
    "データ.txt",
    "데이터.txt",
    "נתונים.txt",
    "بيانات.txt",
    "ข้อมูล.txt",
    "🦊 fox.txt",
    "a  b\tc.txt",
    "line\nbreak.txt",
    "'quotes\" & $(dollar) `ticks`; *.txt",
    "-rf",
    "#hash",
    "!bang",
    "percent%20.txt",
    "e\N{COMBINING ACUTE ACCENT}.txt",
    "\N{LATIN SMALL LETTER E WITH ACUTE}.txt",
    "x" * 251 + ".txt",
    "/".join(["deep"] * 60) + "/end.txt",
    "env/__init__.py",
    "credentials.py",
    "environment.txt",
    "build/lib.txt",
    "dist/page.html",
    "lib/tests/data.txt",
    "upper/README",
    "upper/readme",
)
MEMORY_BYTES = 400_000_000
HUGE_BYTES = 3_000_000_000
ELF = {"x86_64": 62, "arm64": 183}


@pytest.fixture
def traps(tmp_path: Path) -> Traps:
    return make(tmp_path)


SECRETS = {
    ".env": CANARY,
    ".env.local": CANARY,
    ".env.production": CANARY,
    "config/.env": CANARY,
    ".envrc": CANARY,
    ".aws/credentials": CANARY,
    "deep/er/.aws/config": CANARY,
    ".netrc": CANARY,
    "_netrc": CANARY,
    ".pypirc": CANARY,
    "pip.conf": f"[global]\nindex-url = https://user:{CANARY}@index.example/simple\n",
    ".ssh/known_hosts": CANARY,
    "id_rsa": CANARY,
    "keys/id_ed25519": CANARY,
    "server.pem": KEY + CANARY,
    "server.key": KEY + CANARY,
    "AuthKey.p8": KEY + CANARY,
    ".git/config": CANARY,
}


def test_no_secret_is_shipped_and_none_is_told(traps: Traps) -> None:
    """In a function and in a layer; the certificate beside the keys is."""
    for folder in (traps.source, traps.layer):
        put(folder, SECRETS | {"ca.pem": CERTIFICATE})
    built = traps.site.build()
    assert (0, False) == (built.code, CANARY in built.out + built.err), built.err
    for archive, expected in (("Api.zip", {"handler.py"}), ("shared.zip", {"python/shared.py"})):
        with zipfile.ZipFile(traps.site.shown / archive) as opened:
            held = {name: opened.read(name) for name in opened.namelist()}
        assert [] == [name for name, content in held.items() if CANARY.encode() in content]
        prefix = "python/" if archive == "shared.zip" else ""
        ours = {name for name in held if "sam_deploy_runtime" not in name}
        assert {*expected, f"{prefix}ca.pem"} == ours


@pytest.mark.long
@pytest.mark.parametrize("path", [".env.local", ".aws/credentials", "id_rsa", ".netrc"])
def test_a_link_inside_the_tree_does_not_smuggle_a_secret(traps: Traps, path: str) -> None:
    """The name of a link is harmless; what counts is where it leads."""
    put(traps.source, {path: CANARY})
    (traps.source / "settings.txt").symlink_to(path)
    built = traps.site.build()
    if built.code == 0:
        with zipfile.ZipFile(traps.site.shown / "Api.zip") as opened:
            leaked = [n for n in opened.namelist() if CANARY.encode() in opened.read(n)]
        assert [] == leaked
    else:
        assert (3, True) == (built.code, "settings.txt" in built.err)


@pytest.mark.long
def test_a_linked_folder_inside_the_tree_does_not_smuggle_secrets(traps: Traps) -> None:
    """`settings -> .aws` is still `.aws`."""
    put(traps.source, {".aws/credentials": CANARY})
    (traps.source / "settings").symlink_to(".aws", target_is_directory=True)
    built = traps.site.build()
    if built.code == 0:
        with zipfile.ZipFile(traps.site.shown / "Api.zip") as opened:
            assert "settings/credentials" not in opened.namelist()
    else:
        assert (3, True) == (built.code, "settings" in built.err)


@pytest.mark.long
def test_a_secret_under_a_harmless_name_stops_the_build(traps: Traps) -> None:
    """A private key is one whatever it is called; the message has the path, not the value."""
    put(traps.source, {"data/blob.bin": KEY + CANARY})
    told = traps.refused()
    assert "data/blob.bin" in told.err
    assert not any(word in told.out + told.err for word in (CANARY, "MIIE"))


@pytest.mark.long
@pytest.mark.parametrize("target", ["../../deploy.py", "/etc/hostname", "../../layers/shared"])
def test_a_link_out_of_the_tree_is_refused(traps: Traps, target: str) -> None:
    """To a file of the project, of the system, or to a folder beside: nobody asked for it."""
    (traps.source / "link").symlink_to(target)
    assert "leads out of" in traps.refused().err
    traps.options(function='exclude=["link"]')
    assert {"handler.py"} == traps.shipped()


@pytest.mark.long
def test_a_link_inside_the_tree_is_followed(traps: Traps) -> None:
    """Lambda gets the content in both places, as a file and not as a link."""
    put(traps.source, {"texts/en.txt": "hello"})
    (traps.source / "default.txt").symlink_to("texts/en.txt")
    (traps.source / "alias").symlink_to("texts", target_is_directory=True)
    (traps.source / "texts" / "again").symlink_to("..", target_is_directory=True)
    expected = {"handler.py", "default.txt", "alias/en.txt", "texts/en.txt"}
    assert expected <= traps.shipped()


def test_names_of_every_alphabet_arrive_as_they_are(traps: Traps) -> None:
    """Spaces, line breaks, quotes, both ways to write é, 255 bytes, and sixty folders deep."""
    put(traps.source, dict.fromkeys(NAMES, "x"))
    assert {"handler.py", *NAMES} == traps.shipped()


@pytest.mark.long
def test_info_zip_unpacks_names_of_every_alphabet(traps: Traps, tmp_path: Path) -> None:
    """An independent reader finds the same files; `-^` keeps the line break in a name."""
    unzip = shutil.which("unzip")
    if unzip is None:
        pytest.skip("unzip is not installed")
    put(traps.source, dict.fromkeys(NAMES, "x"))
    expected = traps.shipped()
    out = tmp_path / "out"
    command = [unzip, "-^", "-q", str(traps.site.shown / "Api.zip"), "-d", str(out)]
    subprocess.run(command, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    found = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert expected == {name for name in found if not name.startswith("sam_deploy_runtime/")}


@pytest.mark.long
@pytest.mark.parametrize("name", [b"latin-\xe9.txt", b"back\\slash.txt", b"c:drive.txt"])
def test_a_name_that_cannot_be_shipped_is_named(traps: Traps, name: bytes) -> None:
    """The error shows the user's file and how to go on, not the authors of a package."""
    Path(os.fsdecode(os.fsencode(traps.source) + b"/" + name)).write_text("x")
    told = traps.refused().err
    assert ascii(os.fsdecode(name)).strip("'")[:4] in told
    assert "exclude" in told
    assert "version of the package" not in told


def fifo(path: Path) -> None:
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the address of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.long
@pytest.mark.parametrize("name", ["data", "data.pem", "data.py"])
@pytest.mark.parametrize("trap", [fifo, unix_socket, dangling])
def test_what_is_no_file_is_refused_and_nothing_hangs(
    traps: Traps, trap: Callable[[Path], None], name: str
) -> None:
    """A pipe, a socket and a dangling link; reading a pipe would wait for ever."""
    trap(traps.source / name)
    process = traps.site.start()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        kill(process)
        pytest.fail("the build hangs")
    built = ended(process)
    assert (3, 1) == (built.code, built.err.count("error:")), built.err
    assert name in built.err
    traps.options(function=f'exclude=["{name}"]')
    assert {"handler.py"} == traps.shipped()


@pytest.mark.long
@pytest.mark.parametrize("trap", [Path.mkdir, dangling, fifo])
def test_requirements_that_cannot_be_read_are_not_taken_for_none(
    traps: Traps, trap: Callable[[Path], None]
) -> None:
    """A function without its dependencies would fail only in Lambda."""
    trap(traps.source / "requirements.txt")
    assert "requirements.txt" in traps.refused().err


@pytest.mark.long
def test_a_folder_in_place_of_the_handler_is_an_error(traps: Traps) -> None:
    """`handler.py/` holds no function."""
    (traps.source / "handler.py").unlink()
    put(traps.source, {"handler.py/x.txt": "x"})
    assert "handler" in traps.refused().err


@pytest.mark.long
def test_a_very_deep_tree_is_no_bug(traps: Traps) -> None:
    """Deeper than Python recurses: shipped or refused, without a traceback."""
    folder = traps.source
    here = os.open(folder, os.O_RDONLY)
    for _ in range(1_300):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open("end.txt", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    built = traps.site.build()
    subprocess.run(["/bin/rm", "-rf", str(folder / "d")], check=True)  # rmtree recurses as well
    assert built.code in {0, 3}, built.err


@pytest.mark.long
def test_a_huge_file_is_refused_before_it_is_read(traps: Traps) -> None:
    """Lambda takes 250 MB: three gigabytes need not be hashed, packed or held to know that."""
    with (traps.source / "huge.bin").open("wb") as file:
        file.truncate(HUGE_BYTES)
    process = subprocess.Popen(
        traps.site.command(),
        env=traps.site.variables(),
        cwd=traps.site.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: resource.setrlimit(  # noqa: PLW1509 - the child has one thread
            resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES)
        ),
    )
    built = ended(process)
    assert (3, 1) == (built.code, built.err.count("error:")), built.err
    assert "250 MB" in built.err


def shared_object(machine: int) -> bytes:
    return (
        b"\x7fELF\x02\x01\x01"
        + bytes(9)
        + (3).to_bytes(2, "little")
        + machine.to_bytes(2, "little")
        + bytes(44)
    )


@pytest.mark.long
def test_vendored_native_code_is_shipped_when_it_fits(traps: Traps) -> None:
    """SAM drops every `*.so` of the user's; ours checks the machine."""
    (traps.source / "lib").mkdir()
    (traps.source / "lib" / "fast.so").write_bytes(shared_object(ELF["x86_64"]))
    (traps.source / "lib" / "libz.so.1").write_bytes(shared_object(ELF["x86_64"]))
    assert {"handler.py", "lib/fast.so", "lib/libz.so.1"} == traps.shipped()
    (traps.source / "lib" / "fast.so").write_bytes(shared_object(ELF["arm64"]))
    assert "fast.so" in traps.refused().err
