"""The pure parts of the launcher and its patches, which are loaded by path as in the emulator."""

from __future__ import annotations

import importlib.util
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
    ("kind", "size", "expected"),
    [
        ("RequestResponse", 6_291_456, ""),
        (
            "RequestResponse",
            6_291_457,
            (
                "6291457 byte payload is too large for the RequestResponse invocation type"
                " (limit 6291456 bytes)"
            ),
        ),
        ("Event", 1_048_576, ""),
        (
            "Event",
            1_048_577,
            "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)",
        ),
    ],
)
def test_a_payload_above_its_limit_is_refused_in_lambdas_words(
    kind: str, size: int, expected: str
) -> None:
    """6 MB for a call that waits, 1 MB for one that does not."""
    assert expected == load("request_limits").refusal(kind, size)


@pytest.mark.parametrize(
    ("trace", "depth"),
    [
        ("", 0),
        ("Root=1-a;Parent=b;Sampled=0", 0),
        ("Root=1-a;Sampled=0;Lineage=1:a87bd80c:3", 3),
        ("Root=1-a;Lineage=1:a87bd80c:12;Sampled=0", 12),
        ("Lineage=nonsense", 0),
    ],
)
def test_a_trace_header_tells_how_deep_functions_call_each_other(trace: str, depth: int) -> None:
    """The SDK passes it on; Lambda ends a loop by it."""
    assert depth == load("own_workers").depth_of(trace)


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


@pytest.mark.parametrize(
    "name", ["shop-sam-ApiRole-EEF9D69D3BDDE", "shop-sam-files-eef9d69d3bdde", "EEF9D69"]
)
def test_a_name_that_is_made_up_belongs_to_a_region(name: str) -> None:
    """Its suffix differs by region; what is in front, its length and its case stay."""
    patch = load("regional_names")
    here, there = (patch.of_region(name, region) for region in ("eu-west-1", "us-east-1"))
    assert here != there
    assert here == patch.of_region(name, "eu-west-1")
    assert (len(name), name[:-13]) == (len(here), here[:-13])
    assert (name == name.lower()) is (here == here.lower())
