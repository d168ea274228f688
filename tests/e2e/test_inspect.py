"""`sam-deploy inspect`, as a process, on archives that it builds and on those of other tools."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uv

PYTHON = f"python3.{sys.version_info.minor}"
MACHINES = {"x86_64": "x86_64", "aarch64": "arm64"}
HERE = MACHINES[os.uname().machine]
ELSEWHERE = next(each for each in MACHINES.values() if each != HERE)

DEPLOY = f"""\
from sam_deploy import App, Environment, FeatureSet, Function, Layer

app = App(
    name="weighed",
    home_region="eu-west-1",
    runtime="{PYTHON}",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    layers=[
        Layer("old", requirements=["six==1.16.0"]),
        Layer("new", requirements=["six==1.17.0"]),
    ],
    functions=[
        Function("Web", source="functions/Web", layers=["old", "new"]),
        Function("Broken", source="functions/Broken"),
        Function("Elsewhere", source="functions/Elsewhere", architecture="{ELSEWHERE}"),
    ],
)
"""
FILES = {
    "deploy.py": DEPLOY,
    "functions/Web/handler.py": "import requests, six\n\ndef handler(event, context): ...\n",
    "functions/Web/requirements.txt": "requests==2.32.5\n",
    "functions/Broken/handler.py": "import os\n\nos.environ['NOT_SET']\nhandler = print\n",
    "functions/Elsewhere/handler.py": "import pydantic\n\ndef handler(event, context): ...\n",
    "functions/Elsewhere/requirements.txt": "pydantic==2.12.5\n",
}
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a function in every kind of trouble that `inspect` has to tell of."""
    folder = tmp_path_factory.mktemp("weighed")
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


@pytest.fixture(scope="module")
def run(project: Path) -> Run:
    def inspect(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "sam_deploy", "-C", str(project), "inspect"]
        return subprocess.run(
            [*command, "--progress", "plain", *map(str, arguments)],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd=project,
            timeout=180,
            check=False,
        )

    return inspect


def document(ran: subprocess.CompletedProcess[str], code: int = 0) -> Any:
    assert code == ran.returncode, ran.stderr
    return json.loads(ran.stdout)


@contextlib.contextmanager
def edited(project: Path, path: str, old: str, new: str) -> Iterator[None]:
    before = (project / path).read_text()
    (project / path).write_text(before.replace(old, new))
    try:
        yield
    finally:
        (project / path).write_text(before)


def test_every_package_is_explained(run: Run) -> None:
    """Who brought it, which version, and how many bytes; nothing is left over."""
    (web,) = document(run("Web", "--json"))["archives"]
    parts = {part["name"]: part for part in web["parts"]}
    assert {"requests", "idna", "certifi", "urllib3", "your code", "sam_deploy_runtime"} <= set(
        parts
    )
    assert ("2.32.5", ["requests"]) == (parts["requests"]["version"], parts["requests"]["chain"])
    assert ["requests", "idna"] == parts["idna"]["chain"]
    own = parts["your code"]
    assert (1, []) == (own["files"] - own["bytecode"]["files"], own["chain"])
    assert Path(web["path"]).stat().st_size == web["size_bytes"]
    with zipfile.ZipFile(web["path"]) as archive:
        infos = archive.infolist()
    assert len(infos) == sum(part["files"] for part in web["parts"])
    unpacked = sum(info.file_size for info in infos)
    assert unpacked == sum(part["unpacked_bytes"] for part in web["parts"])
    zipped = sum(part["zipped_bytes"] for part in web["parts"])
    assert web["size_bytes"] == zipped + web["overhead_bytes"]


@pytest.mark.long
def test_nothing_inspected_is_stale(project: Path, run: Run) -> None:
    """The archives are built first, so an edit is seen."""
    before = document(run("Broken", "--json"))["archives"][0]
    with edited(project, "functions/Broken/handler.py", "import os", "import os  # noted"):
        after = document(run("Broken", "--json"))["archives"][0]
    assert len("  # noted") == after["unpacked_bytes"] - before["unpacked_bytes"]


@pytest.mark.long
def test_all_archives_are_shown_when_none_is_named(run: Run) -> None:
    """A table of each on standard output, progress and warnings on standard error."""
    ran = run()
    assert 0 == ran.returncode
    headings = [line.partition(":")[0] for line in ran.stdout.splitlines() if "zipped, " in line]
    assert {
        "layer old",
        "layer new",
        "function Web",
        "function Broken",
        "function Elsewhere",
    } == set(headings)
    assert "of 250 MB" in ran.stdout
    assert "pydantic -> pydantic-core" in ran.stdout
    expected = (
        "`Web` gets `six` in different versions: 1.16.0 by layer `old`, 1.17.0 by layer `new`; "
        "files of layer `new` win, what only the others have stays beside them"
    )
    assert expected in ran.stderr
    assert "warning" not in ran.stdout


@pytest.mark.long
def test_a_functions_limits_hold_its_layers(run: Run) -> None:
    """Also when only the function is asked for."""
    found = document(run("Web", "--json"))
    (web,) = found["functions"]
    archives = {each["name"]: each for each in document(run("--json"))["archives"]}
    layers = sum(archives[name]["unpacked_bytes"] for name in ("old", "new"))
    assert ["old", "new"] == web["layers"]
    assert archives["Web"]["unpacked_bytes"] + layers == web["unpacked_bytes"]
    assert ["six"] == [each["package"] for each in found["conflicts"]]


@pytest.mark.slow
def test_an_archive_over_the_budget_is_exit_3(run: Run) -> None:
    """The error names the largest packages; the report is shown all the same."""
    ran = run("Elsewhere", "--budget", "1MB")
    assert 3 == ran.returncode
    assert "pydantic-core" in ran.stdout
    assert "error: An archive is too large" in ran.stderr
    assert "its budget is 1.0 MB; the largest: pydantic-core" in ran.stderr
    found = document(run("Elsewhere", "--budget", "1MB", "--json"), code=3)
    assert (1_000_000, 1) == (found["archives"][0]["budget_bytes"], len(found["problems"]))
    assert 0 == run("Elsewhere", "--budget", "1GB").returncode


@pytest.mark.long
def test_a_configured_budget_does_not_hide_what_is_too_large(project: Path, run: Run) -> None:
    """A build over its budget fails; `inspect` shows why, and fails afterwards."""
    old = 'source="functions/Elsewhere",'
    with edited(project, "deploy.py", old, f"{old} budget_mb=1,"):
        found = document(run("Elsewhere", "--json"), code=3)
    assert 1 == len(found["problems"])
    assert "pydantic-core" in [part["name"] for part in found["archives"][0]["parts"]]


@pytest.mark.long
def test_the_treemap_is_written(run: Run, tmp_path: Path) -> None:
    """A standalone SVG, the same bytes each time."""
    pictures = [tmp_path / "one.svg", tmp_path / "two.svg"]
    for picture in pictures:
        ran = run("--svg", picture)
        assert (0, True) == (ran.returncode, f"wrote {picture}" in ran.stderr)
    texts = [picture.read_text() for picture in pictures]
    assert texts[0] == texts[1]
    root = ET.fromstring(texts[0])  # noqa: S314 - our own file
    assert "img" == root.get("role")
    assert "pydantic-core 2" in texts[0]


@pytest.mark.long
def test_a_zip_of_another_tool_is_explained(run: Run, tmp_path: Path) -> None:
    """As installed by uv: every file of the packages is found, own code is what is left."""
    target = tmp_path / "target"
    command = [uv.find_uv_bin(), "pip", "install", "--target", str(target), "requests==2.32.5"]
    subprocess.run(
        [*command, "--python", sys.executable], check=True, capture_output=True, cwd=tmp_path
    )
    (target / "handler.py").write_text("import requests\n")
    path = tmp_path / "theirs.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(target.rglob("*")):
            if file.is_file() and file.relative_to(target).parts[0] not in {"bin", ".lock"}:
                archive.write(file, file.relative_to(target))
    (found,) = document(run("--archive", path, "--json"))["archives"]
    parts = {part["name"]: part for part in found["parts"]}
    assert ("archive", 1) == (found["kind"], parts["your code"]["files"])
    assert ["requests", "urllib3"] == parts["urllib3"]["chain"]
    assert path.stat().st_size == found["overhead_bytes"] + sum(
        part["zipped_bytes"] for part in found["parts"]
    )
    text = run("--archive", path, "--depth", "1")
    assert "asked for" in text.stdout
    assert "── requests/" in text.stdout


@pytest.mark.long
def test_two_archives_are_compared(run: Run) -> None:
    """Packages by version, and the difference in bytes."""
    archives = {each["name"]: each for each in document(run("old", "new", "--json"))["archives"]}
    assert {"package"} == {part["kind"] for each in archives.values() for part in each["parts"]}
    old, new = (archives[name]["path"] for name in ("old", "new"))
    found = document(run("--diff", old, new, "--json"))
    (six,) = found["packages"]
    assert ("changed", "1.16.0", "1.17.0") == (
        six["change"],
        six["old_version"],
        six["new_version"],
    )
    assert six["unpacked_bytes"] == found["unpacked_bytes"]
    shown = run("--diff", old, new).stdout
    assert "six 1.16.0 -> 1.17.0" in shown
    assert "Both unpack to the same files" in run("--diff", old, old).stdout


@pytest.mark.long
def test_the_import_of_a_handler_is_measured(run: Run) -> None:
    """From the archives of function and layers, by the target's Python; five times."""
    found = document(run("--import-time", "Web", "--json"))
    assert "handler" == found["module"]
    assert found["python"].startswith(f"3.{sys.version_info.minor}.")
    assert (5, sorted(found["seconds"])[2]) == (len(found["seconds"]), found["median_seconds"])
    assert 0 < found["median_seconds"] < 60
    assert {"requests", "six", "handler", "sam_deploy_runtime"} <= {
        each["name"] for each in found["top_level"]
    }
    assert "requests.adapters" in {each["name"] for each in found["imported"]}
    assert [] == found["runtime"]


@pytest.mark.long
@pytest.mark.slow
def test_boto3_is_added_as_the_runtime_has_it(project: Path, run: Run) -> None:
    """A handler imports it without shipping it."""
    new = "import jmespath, os\nos.environ.setdefault('NOT_SET', '')"
    with edited(project, "functions/Broken/handler.py", "import os", new):
        found = document(run("--import-time", "Broken", "--json"))
    assert "boto3" in {label.partition(" ")[0] for label in found["runtime"]}
    assert "jmespath" in {each["name"] for each in found["top_level"]}
    assert not (project / "locks" / "lambda-runtime").exists()


@pytest.mark.long
def test_compiled_code_for_another_machine_is_refused(run: Run) -> None:
    """With the file and the reason; nothing is imported."""
    ran = run("--import-time", "Elsewhere")
    assert 5 == ran.returncode
    assert "The import time of `Elsewhere` cannot be measured here" in ran.stderr
    assert f"has compiled code for {ELSEWHERE} Linux" in ran.stderr


@pytest.mark.long
def test_an_import_that_fails_says_why(run: Run) -> None:
    """In the words of Python."""
    ran = run("--import-time", "Broken")
    assert 3 == ran.returncode
    assert "The handler of `Broken` could not be imported" in ran.stderr
    assert "KeyError: 'NOT_SET'" in ran.stderr


@pytest.mark.long
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["Wbe"], "did you mean `Web`?"),
        (["--import-time", "old"], "`old` is a layer"),
        (["Web", "--diff", "deploy.py", "deploy.py"], "do not go together"),
        (["--import-time", "Web", "--svg", "x.svg"], "are for the archives themselves"),
        (["--budget", "lots"], "`lots` is no size"),
        (["--archive", "gone.zip"], "does not exist"),
    ],
)
def test_a_wrong_command_line_is_exit_2(run: Run, arguments: list[str], expected: str) -> None:
    """And says what to write instead."""
    ran = run(*arguments)
    assert (2, "") == (ran.returncode, ran.stdout)
    assert expected in ran.stderr


@pytest.mark.long
def test_a_file_that_is_no_zip_is_exit_3(run: Run) -> None:
    """Named, with the reason."""
    ran = run("--archive", "deploy.py")
    assert 3 == ran.returncode
    assert "cannot be read as a zip file" in ran.stderr
