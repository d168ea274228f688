"""From a marked test to its row on the page."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
MARKED = "tests/unit/local/test_ports.py::test_a_port_that_must_be_and_is_taken_is_refused"
ROWS = {
    "1": {"severity": "S1", "fault": "a", "expected": "b"},
    "2": {"severity": "S2", "fault": "c", "expected": "d", "open": "e"},
    "3": {"severity": "S3", "fault": "f", "expected": "g"},
    "4": {"severity": "S2", "fault": "h", "expected": "i", "later": "promotions"},
}
TESTS = {"1": ["t.py::test_x", "t.py::test_y"], "2": ["t.py::test_x"]}


@pytest.fixture(scope="module")
def faults() -> ModuleType:
    """The script, which is no module of a package."""
    spec = importlib.util.spec_from_file_location("faults_page", ROOT / "scripts" / "faults.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_a_run_notes_what_it_has_proven(tmp_path: Path) -> None:
    """The row of a marked test and its outcome are in the file, though a worker has run it."""
    out = tmp_path / "faults.json"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "1", MARKED, "--faults-out", str(out)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert 0 == ran.returncode, ran.stdout + ran.stderr
    assert {"59": {MARKED: "passed"}} == json.loads(out.read_text(encoding="utf-8"))


def test_a_row_holds_when_all_cases_of_all_its_tests_do(faults: ModuleType) -> None:
    """One failing case fails its test; a row whose tests were skipped or not run is no outcome."""
    run = {
        "1": {"t.py::test_x[a]": "passed", "t.py::test_x[b]": "failed", "t.py::test_y": "passed"},
        "2": {"t.py::test_x[a]": "passed"},
        "3": {"t.py::test_z": "skipped"},
    }
    came = faults.read(run, TESTS, "2026-01-02")
    assert {"1": "1 of 2 passed, 1 failed", "2": "1 of 1 passed"} == {
        number: outcome.result for number, outcome in came.items()
    }


def test_the_page_tells_whole_from_part_and_from_nothing(faults: ModuleType) -> None:
    """A row without tests is not proven, and has no result, whatever a run once said."""
    outcomes = {number: faults.Outcome("1 of 1 passed", "2026-01-02") for number in ROWS}
    text = faults.page(ROWS, TESTS, outcomes)
    count = "1 have tests for all that must hold, 1 for a part of it, 1 have none, 1 come later."
    assert f"4 faults: {count}" in text
    assert (
        "| 1 | S1 | a | b | `t.py::test_x`<br>`t.py::test_y` | 1 of 1 passed | 2026-01-02 |" in text
    )
    assert "| 3 | S3 | f | g |  | not yet proven |  |" in text
    assert "| 4 | S2 | h | i |  | comes with promotions |  |" in text
    assert text.endswith("- 2: e\n\n## Not yet proven\n\n3\n")
    again = {n: (result, date) for n, result, date in faults.ROW.findall(text) if date}
    assert {"1", "2"} == set(again)
