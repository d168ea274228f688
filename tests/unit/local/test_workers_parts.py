"""The pure parts of the workers: words, variables, places, and what `serve` makes of an archive."""

from __future__ import annotations

import io
import json
import os
import signal
import stat
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from sam_deploy.local.serving.placing import beside, own_entries
from sam_deploy.local.workers import report, variables
from sam_deploy.local.workers.model import Function, Outcome, Placed
from sam_deploy.local.workers.output import Output
from sam_deploy.local.workers.place import PlaceError, Places, unpack
from sam_deploy.local.workers.programs import NoProgramError, Programs

FUNCTION = Function(
    key=("Orders",),
    name="Orders",
    version="7",
    runtime="python3.12",
    handler="app.handler",
    region="eu-west-1",
    place=lambda: Placed(Path("/code")),
    memory_mb=256,
)


def outcome(**values: object) -> Outcome:
    given = {"init_ms": None, "max_memory_mb": 40, "status": "", **values}
    return Outcome(b"", False, (), "stream", 12.345, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            {},
            (
                "REPORT RequestId: r\tDuration: 12.35 ms\tBilled Duration: 13 ms\t"
                "Memory Size: 256 MB\tMax Memory Used: 40 MB\t"
            ),
        ),
        (
            {"init_ms": 100.0},
            (
                "REPORT RequestId: r\tDuration: 12.35 ms\tBilled Duration: 113 ms\t"
                "Memory Size: 256 MB\tMax Memory Used: 40 MB\tInit Duration: 100.00 ms\t"
            ),
        ),
        (
            {"status": "timeout"},
            (
                "REPORT RequestId: r\tDuration: 12.35 ms\tBilled Duration: 13 ms\t"
                "Memory Size: 256 MB\tMax Memory Used: 40 MB\tStatus: timeout\t"
            ),
        ),
        (
            {"status": "error"},
            (
                "REPORT RequestId: r\tDuration: 12.35 ms\tBilled Duration: 13 ms\t"
                "Memory Size: 256 MB\tMax Memory Used: 40 MB\t"
                "Status: error\tError Type: Runtime.ExitError\t"
            ),
        ),
    ],
)
def test_the_report_is_lambdas(values: dict[str, object], expected: str) -> None:
    """A start is billed, too, and how the platform ended a call is said."""
    assert ["END RequestId: r", expected] == report.end_lines(FUNCTION, "r", outcome(**values))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (0, "Runtime exited without providing a reason"),
        (1, "Runtime exited with error: exit status 1"),
        (-signal.SIGKILL, "Runtime exited with error: signal: killed"),
        (-signal.SIGUSR1, f"Runtime exited with error: signal: signal {int(signal.SIGUSR1)}"),
    ],
)
def test_an_exit_is_told_in_lambdas_words(code: int, expected: str) -> None:
    """With the signal's name where it has one."""
    assert expected == report.exit_words(code)


def made(function: Function, placed: Placed) -> dict[str, str]:
    return variables.of_worker(
        function,
        placed,
        api="127.0.0.1:1",
        log_stream="stream",
        home=Path("/home"),
        program=Path("/usr/bin/python3.12"),
    )


def test_layers_are_on_every_search_path() -> None:
    """Programs, libraries, and packages of Node."""
    node = replace(FUNCTION, runtime="nodejs20.x")
    found = made(node, Placed(Path("/code"), Path("/layers")))
    assert "/layers/nodejs/node20/node_modules:/layers/nodejs/node_modules" == found["NODE_PATH"]
    assert found["PATH"].endswith(":/layers/bin")
    assert "/code:/code/lib:/layers/lib" == found["LD_LIBRARY_PATH"]


def test_json_logs_have_a_level() -> None:
    """INFO unless the function names another."""
    logged = replace(FUNCTION, log_format="JSON")
    found = made(logged, Placed(Path("/code")))
    assert ("JSON", "INFO") == (found["AWS_LAMBDA_LOG_FORMAT"], found["AWS_LAMBDA_LOG_LEVEL"])
    assert "AWS_LAMBDA_LOG_FORMAT" not in made(FUNCTION, Placed(Path("/code")))


def test_a_function_runs_on_the_python_of_its_runtime() -> None:
    """Where there is one; a package that was built for the cloud runs on the cloud's."""
    programs = Programs(Path("/own"), Path("/packages"), {"3.11": Path("/other")})
    placed = Placed(Path("/code"))
    assert Path("/other") == programs.of("python3.11", placed)
    assert Path("/own") == programs.of("python3.13", placed)
    assert Path("/own") == programs.of("python3.11", Placed(Path("/code"), for_host=True))
    assert [True, False, True] == [
        programs.is_exact(name) for name in ("python3.11", "python3.13", "nodejs20.x")
    ]
    for runtime in ("nodejs20.x", "java21"):
        with pytest.raises(NoProgramError):
            programs.of(runtime, placed)


def archive(files: dict[str, str], modes: dict[str, int] | None = None) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as opened:
        for name, text in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (modes or {}).get(name, 0o644) << 16
            opened.writestr(info, text)
    return data.getvalue()


def test_later_layers_lie_over_earlier_ones(tmp_path: Path) -> None:
    """As in /opt; the same layers in the same order are unpacked once."""
    places = Places(tmp_path)
    layers = [archive({"a": "1", "b": "1"}), archive({"b": "2"})]
    found = places.layers(layers)
    assert found is not None
    assert ("1", "2") == ((found / "a").read_text(), (found / "b").read_text())
    assert found == places.layers(layers)
    assert found != places.layers(layers[::-1])
    assert None is places.layers([])


def test_what_is_neither_used_nor_newly_asked_for_is_dropped(tmp_path: Path) -> None:
    """A worker that starts may not have begun with its folder; what is asked for again is there."""
    places = Places(tmp_path)
    first, second = (places.layers([archive({"a": text})]) for text in "12")
    assert first is not None
    assert second is not None
    places.drop_unused(set())
    assert {first, second} == set(tmp_path.iterdir())
    third = places.code(archive({"a": "3"}))
    places.drop_unused({second})
    assert {second, third} == set(tmp_path.iterdir())
    assert first == places.layers([archive({"a": "1"})])
    assert "1" == (first / "a").read_text()


def test_modes_and_links_are_kept(tmp_path: Path) -> None:
    """A program can be run, a link leads where it led."""
    unpack(
        archive(
            {"bin/tool": "#!", "lib.so": "lib.so.1", "lib.so.1": "x"},
            {"bin/tool": 0o755, "lib.so": stat.S_IFLNK | 0o777},
        ),
        tmp_path,
    )
    assert os.access(tmp_path / "bin" / "tool", os.X_OK)
    assert "x" == (tmp_path / "lib.so").read_text()


@pytest.mark.parametrize("data", [archive({"../out": "x"}), archive({"/out": "x"}), b"no zip"])
def test_an_archive_that_leads_out_is_refused(tmp_path: Path, data: bytes) -> None:
    """And nothing of it stays."""
    places = Places(tmp_path / "placed")
    with pytest.raises(PlaceError):
        places.code(data)
    assert [] == list((tmp_path / "placed").iterdir())
    assert not (tmp_path / "out").exists()


def test_a_package_with_modules_for_this_python_was_built_for_it(tmp_path: Path) -> None:
    """By the names of its compiled modules."""
    places = Places(tmp_path)
    tag = "cpython-{}{}".format(*sys.version_info[:2])
    here = places.code(archive({f"fast/_core.{tag}-x86_64-linux-gnu.so": ""}))
    other = places.code(archive({"fast/_core.cpython-30-x86_64-linux-gnu.so": ""}))
    assert [True, False, False] == [places.is_for_host(each) for each in (here, other, None)]


def test_a_line_is_an_event_and_a_carriage_return_a_line_of_it() -> None:
    """What comes in pieces is put together; a last line needs no end."""
    reading, writing = os.pipe()
    output = Output(reading, os.getpid())
    for part in (b"on", b"e\ntwo\rlines\n", b"la", b"st"):
        os.write(writing, part)
        output.read()
    assert ["one", "two\nlines", "last"] == [event.message for event in output.take()]
    for part in (b"\xff\n", *[b"x" * 30_000] * 10):
        os.write(writing, part)
        output.read()
    os.close(writing)
    assert not output.read()
    first, *rest = (event.message for event in output.take())
    assert ("\ufffd", 300_000) == (first, sum(map(len, rest)))
    assert max(map(len, rest)) <= 256 * 1024
    output.close()


BUILT = archive(
    {
        "handler.py": "",
        "__pycache__/handler.cpython-312.pyc": "",
        "requests/__init__.py": "",
        "requests/__pycache__/__init__.cpython-312.pyc": "",
        "sam_deploy_runtime/app.json": "{}",
    }
)
BESIDE = {
    "python/requests/__init__.py",
    "python/requests/__pycache__/__init__.cpython-312.pyc",
    "python/sam_deploy_runtime/app.json",
}


@pytest.mark.parametrize("deleted", [False, True])
def test_what_lies_beside_the_source_is_what_only_the_archive_has(
    tmp_path: Path, *, deleted: bool
) -> None:
    """Dependencies and the runtime module; nothing of the source, also when it is gone since."""
    built, handler = tmp_path / "built.zip", tmp_path / "source" / "handler.py"
    built.write_bytes(BUILT)
    handler.parent.mkdir()
    handler.write_text("")
    own = own_entries(built, handler.parent)
    if deleted:
        handler.unlink()
    data = beside(BUILT, own)
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert BESIDE == set(opened.namelist())
    assert data == beside(BUILT, own)


def test_errors_of_the_platform_have_no_trace() -> None:
    """Type and message alone."""
    found = json.loads(report.timed_out(FUNCTION, "r"))
    words = "RequestId: r Error: Task timed out after 3.00 seconds"
    assert {"errorType": "Sandbox.Timedout", "errorMessage": words} == found
