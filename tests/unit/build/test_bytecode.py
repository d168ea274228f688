from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path

import pytest

from sam_deploy.build import bytecode
from sam_deploy.build.archive import Choice, PlainFile, compiled_name, source_name, splice
from sam_deploy.build.bytecode import Compiler, Job
from sam_deploy.build.interpreters import Interpreter
from sam_deploy.build.store import Store
from sam_deploy.build.wheel_zip import open_wheel
from sam_deploy.errors import BuildError

MakeWheel = Callable[..., Path]

HERE = Interpreter(
    Path(sys.executable), ".".join(map(str, sys.version_info[:3])), sys.implementation.cache_tag
)
SOURCES = {
    "pkg/__init__.py": b"COLOURS = {'red', 'green', 'blue', 'white'}\n",
    "pkg/module.py": b"def shout(text):\n    if text in {'a', 'b'}:\n        raise ValueError\n",
    "pkg/sub/deep.py": b"from pkg.module import shout\n\nclass Deep:\n    'Doc.'\n    size = 3\n",
}


def job(sources: Mapping[str, bytes], content: str = "content") -> Job:
    sizes = tuple(sorted((name, len(source)) for name, source in sources.items()))
    return Job("pkg-1", content, sizes, lambda name: sources[name])


def compiled(sources: Mapping[str, bytes], store: Store, title: str = "content") -> Path:
    compiler = Compiler(store)
    try:
        paths, _ = compiler.paths([job(sources, title)], HERE)
    finally:
        compiler.close()
    return paths[0]


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as opened:
        assert opened.testzip() is None
        return opened.namelist()


def test_every_module_is_compiled_beside_itself(store: Store) -> None:
    """Under the name that Python looks for (PEP 3147)."""
    tag = sys.implementation.cache_tag
    expected = [
        f"pkg/__pycache__/__init__.{tag}.pyc",
        f"pkg/__pycache__/module.{tag}.pyc",
        f"pkg/sub/__pycache__/deep.{tag}.pyc",
    ]
    assert expected == names(compiled(SOURCES, store))


def test_the_bytes_depend_on_the_sources_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not on the folder, the hash seed, the variables, the order of files or the machine's load."""
    first = compiled(SOURCES, Store(tmp_path / "one")).read_bytes()
    for attempt in range(4):
        monkeypatch.setenv("PYTHONHASHSEED", str(attempt + 1))
        monkeypatch.setenv("HOME", str(tmp_path / "elsewhere"))
        monkeypatch.chdir(tmp_path)
        names_in_order = list(SOURCES)
        shuffled = {name: SOURCES[name] for name in names_in_order[attempt % 3 :: -1]} | SOURCES
        store = Store(tmp_path / f"a longer folder {attempt}")
        assert first == compiled(shuffled, store).read_bytes()


def test_python_loads_it_and_does_not_look_at_the_source(store: Store, tmp_path: Path) -> None:
    """Unchecked hash: a source that changes afterwards is not noticed, as nothing may change."""
    with zipfile.ZipFile(compiled({"app.py": b"VALUE = 'compiled'\n"}, store)) as opened:
        opened.extractall(tmp_path / "task")
    (tmp_path / "task" / "app.py").write_text("VALUE = 'source'\n")
    assert "compiled" == run_in(tmp_path / "task", "import app; print(app.VALUE)").strip()


@pytest.mark.parametrize("root", ["var/task", "opt/python"])
def test_a_traceback_names_the_file_where_it_is(store: Store, tmp_path: Path, root: str) -> None:
    """One archive of compiled files serves layers and functions."""
    folder = tmp_path / root
    with zipfile.ZipFile(compiled(SOURCES, store)) as opened:
        opened.extractall(folder)
    for name, source in SOURCES.items():
        (folder / name).write_bytes(source)
    code = (
        "import traceback\n"
        "from pkg.module import shout\n"
        "try:\n    shout('a')\nexcept ValueError:\n    print(traceback.format_exc())\n"
    )
    traceback = run_in(folder, code)
    assert f'File "{folder}/pkg/module.py", line 3, in shout' in traceback
    assert "raise ValueError" in traceback


def run_in(folder: Path, code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize(
    "source",
    [b"print 'two'\n", b"x = (\n", b"\xff\xfe\x00", b"a = '\x00'\n", b"(" * 5000 + b")" * 5000],
    ids=["python2", "unfinished", "not text", "null", "too deep"],
)
def test_what_does_not_compile_stays_source(store: Store, source: bytes) -> None:
    """A package may carry templates, old code and broken files for its tests."""
    made = compiled({"bad.py": source, "good.py": b"x = 1\n"}, store)
    assert [compiled_name("good.py", HERE.cache_tag)] == names(made)


def test_a_second_time_nothing_is_compiled(store: Store) -> None:
    """The store has it, also for the next process."""
    first = compiled(SOURCES, store)
    compiler = Compiler(store)
    assert ([first], 0) == compiler.paths([job(SOURCES)], HERE)


def test_another_patch_level_is_compiled_again(store: Store) -> None:
    """The bytes may differ, though the file names do not."""
    compiled(SOURCES, store)
    other = Interpreter(HERE.path, "3.11.99", HERE.cache_tag)
    compiler = Compiler(store)
    _, made = compiler.paths([job(SOURCES)], other)
    compiler.close()
    assert 1 == made


def test_a_large_wheel_is_compiled_by_several_processes(store: Store) -> None:
    """And nothing is lost between the chunks."""
    line = b"x = 'a long line that only makes the file large'\n"
    sources = {f"m{number:03}.py": line * 8000 for number in range(12)}
    assert len(sources) == len(names(compiled(sources, store)))
    assert sum(map(len, sources.values())) > 3 * bytecode.CHUNK_BYTES


def test_a_python_that_does_not_start_is_an_error(store: Store, tmp_path: Path) -> None:
    """With the way out: no traceback of ours."""
    compiler = Compiler(store)
    missing = Interpreter(tmp_path / "no-python", "3.11.1", "cpython-311")
    with pytest.raises(BuildError, match="did not compile") as caught:
        compiler.paths([job(SOURCES)], missing)
    compiler.close()
    assert 'bytecode="off"' in caught.value.hint


def test_a_python_that_is_broken_is_an_error(store: Store, tmp_path: Path) -> None:
    """What it said last is the reason; nothing is packed as if it had no modules."""
    script = tmp_path / "broken"
    script.write_text("#!/bin/sh\ncat > /dev/null\necho no module zlib >&2\nexit 1\n")
    script.chmod(0o755)
    compiler = Compiler(store)
    with pytest.raises(BuildError, match="did not compile") as caught:
        compiler.paths([job(SOURCES)], Interpreter(script, "3.11.1", "cpython-311"))
    compiler.close()
    assert "no module zlib" == caught.value.why


def test_an_interrupted_process_ends_the_work(store: Store, tmp_path: Path) -> None:
    """Ctrl-C reaches it, too: it did not crash, and its files are not tried one by one."""
    script = tmp_path / "interrupted"
    script.write_text(f"#!/bin/sh\ncat > /dev/null\necho x >> {tmp_path}/runs\nkill -INT $$\n")
    script.chmod(0o755)
    compiler = Compiler(store)
    with pytest.raises(CancelledError):
        compiler.paths([job(SOURCES)], Interpreter(script, "3.11.1", "cpython-311"))
    compiler.close()
    assert "x\n" == (tmp_path / "runs").read_text()


def test_a_file_that_ends_the_process_stays_source(store: Store, tmp_path: Path) -> None:
    """Some releases of Python crash on files that are nested too deeply."""
    script = tmp_path / "crashing"
    script.write_text(
        "#!/bin/sh\n"
        'cat > "$0.request"\n'
        'if grep -q CRASH "$0.request"; then kill -9 $$; fi\n'
        f'exec {sys.executable} "$@" < "$0.request"\n'
    )
    script.chmod(0o755)
    compiler = Compiler(store, processes=1)
    sources = {**SOURCES, "pkg/crash.py": b"# CRASH\n"}
    paths, _ = compiler.paths([job(sources)], Interpreter(script, "3.11.1", HERE.cache_tag))
    compiler.close()
    assert sorted(SOURCES) == sorted(map(source_name, names(paths[0])))


def test_tests_and_what_is_no_module_are_not_compiled(make_wheel: MakeWheel) -> None:
    """Nothing imports a file whose path is no dotted name; tests are not run on Lambda."""
    content = {
        "pkg/__init__.py": b"",
        "pkg/tests/test_a.py": b"",
        "pkg/my-script.py": b"",
        "pkg/data.txt": b"",
        "pkg-1.data/purelib/moved.py": b"",
        "pkg-1.data/scripts/tool.py": b"",
        "pkg-1.dist-info/RECORD": b"",
    }
    wheel = open_wheel(make_wheel("pkg-1-py3-none-any.whl", content))
    assert ["moved.py", "pkg/__init__.py"] == [name for name, _ in bytecode.of_wheel(wheel).files]


def test_an_application_is_known_by_its_content() -> None:
    """Paths count, order and other files do not."""
    one = bytecode.of_files("Api", [plain("a.py", b"1"), plain("b.py", b"2"), plain("c.txt", b"")])
    two = bytecode.of_files("Api", [plain("b.py", b"2"), plain("a.py", b"1")])
    other = bytecode.of_files("Api", [plain("b.py", b"1"), plain("a.py", b"2")])
    assert one is not None
    assert two is not None
    assert other is not None
    assert one.content == two.content
    assert one.content != other.content
    assert bytecode.of_files("Data", [plain("a.json", b"{}")]) is None


def plain(path: str, content: bytes) -> PlainFile:
    return PlainFile(path, lambda: content)


@pytest.mark.parametrize("path", ["a.py", "pkg/a.py", "a.b/c.d.py"])
def test_a_compiled_file_names_its_source(path: str) -> None:
    """And the other way round."""
    assert path == source_name(compiled_name(path, "cpython-312"))


def test_two_wheels_with_one_file_bring_one_compiled_file(
    make_wheel: MakeWheel, tmp_path: Path
) -> None:
    """Packages of one namespace share its `__init__.py`; the compiled ones may differ in bytes."""
    shared = b"'Shared.'\n"
    wheels = [
        open_wheel(make_wheel("a-1-py3-none-any.whl", {"ns/__init__.py": shared, "ns/a.py": b"1"})),
        open_wheel(make_wheel("b-1-py3-none-any.whl", {"ns/__init__.py": shared, "ns/b.py": b"2"})),
    ]
    extra = {wheels[0].path: "compiled by a", wheels[1].path: "compiled by b"}
    bytecodes = {
        wheel.path: open_wheel(
            make_wheel(
                f"{wheel.path.stem}.zip",
                {
                    compiled_name(entry.name, "cpython-311"): extra[wheel.path].encode()
                    for entry in wheel.entries
                },
            )
        )
        for wheel in wheels
    }
    out = tmp_path / "out.zip"
    with out.open("wb") as file:
        splice(wheels, [], "python/", file, choice=Choice(bytecode={**bytecodes}))
    with zipfile.ZipFile(out) as opened:
        assert 6 == len(opened.namelist())
        name = "python/" + compiled_name("ns/__init__.py", "cpython-311")
        assert b"compiled by a" == opened.read(name)


def test_what_is_left_out_leaves_its_compiled_file_behind(
    make_wheel: MakeWheel, tmp_path: Path
) -> None:
    """A compiled file without its source would be dead weight."""
    wheel = open_wheel(make_wheel("a-1-py3-none-any.whl", {"a.py": b"1", "b.py": b"2"}))
    compiled_files = {compiled_name(name, "cpython-311"): b"x" for name in ("a.py", "b.py")}
    bytecodes = {wheel.path: open_wheel(make_wheel("a.zip", compiled_files))}
    out = tmp_path / "out.zip"
    with out.open("wb") as file:
        splice(
            [wheel], [], "", file, choice=Choice({wheel.path: frozenset({"b.py"})}, {**bytecodes})
        )
    with zipfile.ZipFile(out) as opened:
        assert [compiled_name("a.py", "cpython-311"), "a.py"] == opened.namelist()


def test_units_that_want_the_same_wheel_wait_for_one(store: Store) -> None:
    """Each job is compiled once, however many threads ask."""
    compiler = Compiler(store)

    def ask(number: int) -> tuple[list[Path], int]:
        return compiler.paths([job(SOURCES), job(SOURCES, str(number))], HERE)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(4)))
    compiler.close()
    assert 1 == len({paths[0] for paths, _ in answers})
    assert 5 == sum(made for _, made in answers)


def test_no_variable_of_the_user_reaches_the_compiler(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A module of the user's in `PYTHONPATH` is not imported by it."""
    (tmp_path / "struct.py").write_text("raise SystemExit('imported')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    with zipfile.ZipFile(compiled({"a.py": b"def f():\n    'kept'\n"}, store)) as opened:
        assert b"kept" in opened.read(opened.namelist()[0])
    assert str(tmp_path) == os.environ["PYTHONPATH"]
