"""The interpreter here is the one that runs the tests: only finding others needs uv."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sam_deploy.build.inspect.contents import Subject, take_apart
from sam_deploy.build.inspect.import_log import parse
from sam_deploy.build.inspect.import_process import Importing
from sam_deploy.build.inspect.import_time import Question, measure, refuse_foreign_code
from sam_deploy.build.inspect.model import Contents
from sam_deploy.build.inspect.runtime import is_missing
from sam_deploy.build.inspect.unpacked import Folders, unpack, unpacked
from sam_deploy.build.interpreters import Interpreters
from sam_deploy.build.store import Store
from sam_deploy.errors import RefusedError
from sam_deploy.plan.model import Architecture
from sam_deploy.plan.targets import aws_target

PYTHON = Path(sys.executable)


@pytest.fixture
def archive(tmp_path: Path) -> Callable[..., Contents]:
    def make(name: str, **files: str) -> Contents:
        path = tmp_path / f"{name}.zip"
        with zipfile.ZipFile(path, "w") as opened:
            for entry, text in files.items():
                opened.writestr(entry, text)
        return take_apart(Subject(path, name, "function"))

    return make


@pytest.fixture
def folders(archive: Callable[..., Contents]) -> Iterator[Folders]:
    function = archive("Api", **{"handler.py": "import shared\nprint('noise')\n"})
    first = archive("first", **{"python/shared.py": "1 / 0", "python/only.py": ""})
    second = archive("second", **{"python/shared.py": "import time; time.sleep(0.02)\n"})
    with unpacked(function, [first, second]) as found:
        yield found


def test_archives_are_unpacked_as_lambda_does_it(folders: Folders) -> None:
    """The later layer lies over the earlier; the function is searched first."""
    task, layers, runtime = map(Path, folders.search_path)
    assert (folders.task, "python", "python") == (task, layers.name, runtime.name)
    assert ["only.py", "shared.py"] == sorted(path.name for path in layers.iterdir())
    assert "sleep" in (layers / "shared.py").read_text()


def test_nothing_in_the_archives_can_be_written(folders: Folders) -> None:
    """As in Lambda; files and folders alike."""
    for path in (folders.task, folders.layers, *folders.layers.rglob("*")):
        assert 0 == path.stat().st_mode & 0o222


def test_the_folders_are_gone_afterwards(archive: Callable[..., Contents]) -> None:
    """Read-only or not, and whatever went wrong."""
    kept: list[Folders] = []

    def fail() -> None:
        with unpacked(archive("Api", **{"a/b.py": ""}), []) as folders:
            kept.append(folders)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert not kept[0].task.parent.exists()


def test_a_versioned_site_packages_folder_is_searched_too(
    archive: Callable[..., Contents],
) -> None:
    """Lambda has python/lib/python3.x/site-packages on its path, before python/."""
    layer = archive("l", **{"python/lib/python3.12/site-packages/a.py": "", "python/b.py": ""})
    with unpacked(archive("Api", **{"h.py": ""}), [layer]) as folders:
        names = [Path(each).name for each in folders.search_path]
    assert ["task", "site-packages", "python", "python"] == names


def importing(folders: Folders, *modules: str, **variables: str) -> Importing:
    return Importing(PYTHON, modules or ("handler",), "Api", folders, variables)


def test_an_import_is_timed_by_the_process_itself(folders: Folders) -> None:
    """What it prints does no harm, and its start is not counted."""
    answer = importing(folders).run("-X", "importtime")
    assert (0, ".".join(map(str, sys.version_info[:3]))) == (answer.code, answer.python)
    assert 0.02 <= answer.seconds < 5
    assert "shared" in answer.log
    assert "encodings" not in answer.log


def test_modules_are_imported_one_after_the_other(archive: Callable[..., Contents]) -> None:
    """Each shows in the log, also what a later one would have imported out of its sight."""
    shim = "import importlib\nimportlib.import_module('handler')\n"
    with unpacked(archive("Api", **{"handler.py": "", "shim.py": shim}), []) as folders:
        answer = importing(folders, "handler", "shim").run("-X", "importtime")
    names = [each.name for each in parse(answer.log)[0]]
    assert (0, 1, 1) == (answer.code, names.count("handler"), names.count("shim"))


def test_no_bytecode_is_written(folders: Folders) -> None:
    """Even where the folder could be written, as by root."""
    importing(folders).run()
    assert [] == list(folders.task.parent.rglob("*.pyc"))


def test_a_package_of_this_computer_is_not_found(archive: Callable[..., Contents]) -> None:
    """Otherwise a missing dependency would go unnoticed."""
    with unpacked(archive("Api", **{"handler.py": "import pytest"}), []) as folders:
        answer = importing(folders).run()
    assert 1 == answer.code
    assert answer.reason.endswith("ModuleNotFoundError: No module named 'pytest'")


def test_the_runtimes_packages_come_last(archive: Callable[..., Contents]) -> None:
    """Added when they turn out to be missing."""
    function = archive("Api", **{"handler.py": "import boto3"})
    runtime = archive("runtime", **{"python/boto3.py": "", "python/handler.py": "1 / 0"})
    with unpacked(function, []) as folders:
        before = importing(folders).run()
        unpack([runtime], folders.runtime)
        after = importing(folders).run()
    assert (True, 1, 0) == (is_missing(before.reason), before.code, after.code)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ModuleNotFoundError: No module named 'botocore.config'", True),
        ("ModuleNotFoundError: No module named 'boto3_extras'", False),
        ("ModuleNotFoundError: No module named 'numpy'", False),
    ],
)
def test_only_what_the_runtime_brings_is_added(
    text: str,
    expected: bool,  # noqa: FBT001 - a case of the table
) -> None:
    """A dependency of the user's own that is missing stays an error."""
    assert expected == is_missing(text)


def test_an_import_sees_the_functions_variables_and_no_credentials(
    archive: Callable[..., Contents], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of this shell reaches the user's module."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not for you")
    text = "import os, sys\nsys.stderr.write(repr(sorted(os.environ)))\n"
    with unpacked(archive("Api", **{"handler.py": text}), []) as folders:
        answer = importing(folders, MINE="1").run()
    assert "'MINE'" in answer.log
    assert "SECRET" not in answer.log


def test_a_module_that_ends_the_process_is_a_failure(archive: Callable[..., Contents]) -> None:
    """Even with exit code 0."""
    with unpacked(archive("Api", **{"handler.py": "raise SystemExit(0)"}), []) as folders:
        answer = importing(folders).run()
    assert (1, "it ended the process and said nothing") == (answer.code, answer.reason)


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_compiled_code_for_another_machine_is_refused(
    archive: Callable[..., Contents], architecture: Architecture
) -> None:
    """With the file, the package and the reason; pure Python runs anywhere."""
    target = aws_target("python3.12", architecture)
    pure = Question("handler.handler", target, archive("Api", **{"handler.py": ""}))
    refuse_foreign_code(pure, PYTHON)
    layer = archive("native", **{"python/_x.cpython-312-x86_64-linux-gnu.so": "ELF"})
    native = Question("handler.handler", target, pure.function, [layer])
    here = {"x86_64": "x86_64", "aarch64": "arm64"}[os.uname().machine]
    if architecture == here:
        refuse_foreign_code(native, PYTHON)
        return
    with pytest.raises(RefusedError, match="cannot be measured here") as caught:
        refuse_foreign_code(native, PYTHON)
    assert f"has compiled code for {architecture} Linux" in caught.value.why
    assert f"this computer is {here}" in caught.value.why


def test_without_a_python_of_the_target_nothing_is_measured(
    archive: Callable[..., Contents], tmp_path: Path
) -> None:
    """It would be another program's time."""
    question = Question("h.h", aws_target("python3.9", "arm64"), archive("Api", **{"h.py": ""}))
    store = Store(tmp_path / "store")
    nowhere = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    entry = store.root / "interpreters" / "3.9.json"
    entry.parent.mkdir(parents=True)
    entry.write_text(json.dumps({"absent_on": str(tmp_path), "since": 0.0}))
    interpreters = Interpreters(store, tmp_path, nowhere, now=lambda: 1.0)
    with pytest.raises(RefusedError, match=r"There is no Python 3\.9 on this computer"):
        measure(question, interpreters)
