from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from sam_deploy.build import check
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import BuildUnit, Target

TARGET = Target("python3.11", "3.11.13", "x86_64", (2, 26))
UNIT = BuildUnit(
    key="function/Api",
    name="Api",
    kind="function",
    archive="Api.zip",
    target=TARGET,
    source=Path("/src"),
    handler="pkg.app.main",
)


def defines(source: str, unit: BuildUnit = UNIT) -> bool:
    return check.check_handler(unit, ["pkg/app.py"], lambda _: source.encode())


@pytest.mark.parametrize(
    "source",
    [
        "def main(event, context): ...",
        "async def main(event, context): ...",
        "class main: ...",
        "main = Mangum(app)",
        "main: Handler = make()",
        "a, (main, b) = make()",
        "from other import main",
        "from other import something as main",
        "from other import *",
        "import main.sub",
        "try:\n    from fast import main\nexcept ImportError:\n    pass",
        "if DEBUG:\n    pass\nelse:\n    def main(e, c): ...",
        "with x() as main:\n    pass",
        "match x:\n    case 1:\n        def main(e, c): ...",
        "def __getattr__(name): ...",
        "globals()['ma' + 'in'] = 1",
    ],
)
def test_a_handler_may_be_defined_in_any_way(source: str) -> None:
    """What only running the module can tell is accepted."""
    assert defines(source)


def test_a_missing_function_is_named_with_near_misses() -> None:
    """The file, what was looked for, what is there."""
    with pytest.raises(BuildError) as caught:
        defines("def mian(event, context): ...\nother: int\n_hidden = 1")
    assert "Function `Api` has no handler `pkg.app.main`" == caught.value.what
    assert "`pkg/app.py` does not define `main`; it defines mian" == caught.value.why
    assert "did you mean `mian`?" == caught.value.hint


def test_a_function_inside_a_function_is_not_the_handler() -> None:
    """Lambda takes attributes of the module."""
    with pytest.raises(BuildError, match="no handler"):
        defines("def outer():\n    def main(e, c): ...")


def test_a_syntax_error_is_shown_with_its_line() -> None:
    """Better now than at the first call."""
    with pytest.raises(BuildError, match="cannot be compiled") as caught:
        defines("def main(:\n")
    assert "line 1" in caught.value.why


def test_syntax_of_a_newer_python_is_not_judged() -> None:
    """This interpreter cannot tell what Python 3.14 accepts."""
    newer = replace(UNIT, target=Target("python3.14", "3.14.0", "x86_64", (2, 34)))
    assert defines("def main(:\n", newer)


def test_a_missing_module_is_named_with_near_misses() -> None:
    """The module may be in another folder, or have another name."""
    assert not check.check_handler(UNIT, ["other.py"], lambda _: b"")
    error = check.handler_missing(UNIT, ["src/pkg/app.py", "x.py"])
    assert "`/src` has neither `pkg/app.py` nor `pkg/app/__init__.py`" == error.why
    assert "did you mean `src.pkg.app.main`?" == error.hint


def test_a_package_may_be_the_module() -> None:
    """`pkg/app/__init__.py` defines `pkg.app`, too."""
    assert check.check_handler(UNIT, ["pkg/app/__init__.py"], lambda _: b"main = 1")


def test_slashes_are_folders() -> None:
    """Lambda accepts `pkg/app.main` for `pkg.app.main`."""
    assert ("pkg/app.py", "pkg/app/__init__.py") == check.handler_files("pkg/app.main")


@pytest.mark.fault(41)
def test_more_than_250_mb_is_refused_with_the_largest() -> None:
    """Exactly 250 MB is still allowed."""
    check.check_size(UNIT, check.MAX_UNPACKED_BYTES, [])
    packages = [("small", 1_000_000), ("torch", 200_000_000)]
    with pytest.raises(BuildError) as caught:
        check.check_size(UNIT, check.MAX_UNPACKED_BYTES + 1, packages)
    assert "torch 200 MB, small 1 MB" in caught.value.why


@pytest.mark.parametrize(
    "content",
    [
        b"-----BEGIN " + b"PRIVATE KEY-----\nx",
        b"\n-----BEGIN RSA " + b"PRIVATE KEY-----\nx",
        b"[default]\naws_secret_access_key = " + b"a" * 40 + b"\n",
        b'{"aws_secret_access_key": "' + b"A/+9" * 10 + b'"}',
    ],
)
@pytest.mark.fault(17)
def test_credentials_in_a_file_are_refused_without_showing_them(content: bytes) -> None:
    """Only the path is told."""
    with pytest.raises(BuildError) as caught:
        check.check_content("conf/x.ini", content)
    assert "`conf/x.ini` is not shipped" == caught.value.what
    assert "aaaa" not in caught.value.why


@pytest.mark.parametrize(
    "content",
    [
        b"KEY_HEAD = '-----BEGIN " + b"PRIVATE KEY-----'\n",
        b"aws_secret_access_key = os.environ['X']\n",
        b"",
    ],
)
def test_code_that_speaks_of_credentials_is_shipped(content: bytes) -> None:
    """A mention is not a secret."""
    check.check_content("x.py", content)


def elf(machine: int) -> bytes:
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 3, machine)


@pytest.mark.fault(43)
def test_native_code_for_another_machine_is_refused() -> None:
    """ELF says in `e_machine` what it is for; what is no ELF is not judged."""
    check.check_native("a.so", elf(62), TARGET)
    check.check_native("a.so", b"INPUT(libx.so)", TARGET)
    with pytest.raises(BuildError, match="does not run on x86_64") as caught:
        check.check_native("a.so", elf(183), TARGET)
    assert "it is compiled for arm64" == caught.value.why


@pytest.mark.fault(43)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("p/_x.cpython-311-x86_64-linux-gnu.so", True),
        ("p/_x.abi3.so", True),
        ("p/_x.cpython-312-x86_64-linux-gnu.so", False),
        ("p/_x.cpython-311-darwin.so", False),
        ("p/attach_linux_amd64.so", False),
    ],
)
def test_only_modules_that_the_target_imports_are_judged(name: str, *, expected: bool) -> None:
    """Debuggers carry libraries for many machines."""
    assert expected == check.is_importable(name, TARGET)
