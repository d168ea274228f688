"""The pure parts of the launcher and its patches, which are loaded by path as in the emulator."""

from __future__ import annotations

import importlib.util
import queue
from types import ModuleType

import pytest

from sam_deploy.local.emulator import LAUNCHER


def load(name: str) -> ModuleType:
    path = LAUNCHER.with_name("patches") / f"{name}.py" if name != "launcher" else LAUNCHER
    spec = importlib.util.spec_from_file_location(f"loaded_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("", ["a", "b"]),
        ("all", ["a", "b"]),
        ("none", []),
        ("b", ["b"]),
        ("b, a", ["b", "a"]),
    ],
)
def test_a_setting_names_patches(setting: str, expected: list[str]) -> None:
    """All, none, or a list of names."""
    assert expected == load("launcher").chosen(setting, ["a", "b"])


def test_an_unknown_patch_is_refused() -> None:
    """A misspelt name does not pass for a patch that was applied."""
    with pytest.raises(ValueError, match="names no patch: c"):
        load("launcher").chosen("a,c", ["a", "b"])


@pytest.mark.parametrize(
    ("weights", "point", "expected"),
    [
        ({}, 0.0, None),
        ({"2": 0.3}, 0.0, "2"),
        ({"2": 0.3}, 0.299, "2"),
        ({"2": 0.3}, 0.3, None),
        ({"2": 0.3}, 0.999, None),
        ({"2": 0.1, "3": 0.2}, 0.15, "3"),
        ({"2": 1.0}, 0.999, "2"),
        ({"2": 0.0}, 0.0, None),
    ],
)
def test_a_point_falls_into_the_share_of_a_version(
    weights: dict[str, float], point: float, expected: str | None
) -> None:
    """Shares lie one after another from 0; the rest up to 1 is the main version's."""
    assert expected == load("alias_weights").draw(weights, point)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["a", "b", "{mark}1"], "a\nb"),
        (["{mark}1"], ""),
        (["a", "", "{mark}1"], "a\n"),
        (["last{mark}1"], "last"),
        (["{mark}0", "a", "{mark}1"], "a"),
        (["a"], "a"),
    ],
)
def test_a_log_is_read_to_the_mark_of_its_call(lines: list[str], expected: str) -> None:
    """Marks of earlier calls are left out, and a missing mark is not waited for long."""
    logs = load("prompt_logs")
    waiting: queue.Queue[str] = queue.Queue()
    for line in [*lines, "of the next call"] if lines[-1].endswith("1") else lines:
        waiting.put(line.format(mark=logs.MARK))
    assert expected == logs.read_to_mark(waiting, f"{logs.MARK}1")


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({}, True),
        ({"host": "anything.example"}, True),
        ({"origin": "http://localhost:5173"}, True),
        ({"origin": "http://app.localhost:3000"}, True),
        ({"origin": "http://127.0.0.1:8000"}, True),
        ({"origin": "http://[::1]:8000"}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "http://localhost.evil.example"}, False),
        ({"origin": "http://evil.example:4566"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({"origin": "http://[bad"}, False),
        ({"sec-fetch-mode": "navigate", "host": "127.0.0.1:4566"}, True),
        ({"sec-fetch-mode": "cors", "host": "evil.example:4566"}, False),
        (
            {"origin": "http://localhost:5173", "sec-fetch-mode": "cors", "host": "evil.example"},
            False,
        ),
    ],
)
def test_programs_and_own_pages_are_told_from_foreign_ones(
    headers: dict[str, str],
    own: bool,  # noqa: FBT001
) -> None:
    """By origin, and by host where a browser leaves the origin out."""
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    assert own is load("own_machine_only").is_own(raw)
