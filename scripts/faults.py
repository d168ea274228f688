"""Write docs/faults.md: what can go wrong, what must hold then, and which tests have shown it.

    uv run pytest --run-slow --faults-out FILE     run the tests and note what they prove
    uv run scripts/faults.py FILE ...              put the outcomes into the page, with today's date
    uv run scripts/faults.py                       only bring texts and names of tests up to date
    uv run scripts/faults.py --check               exit 1 when the page is not current

Rows and texts are in faults.toml, and what of a row is still `open` or comes `later`; a test
proves the rows that its marker `fault(NUMBER)` names.
Rows that a run has not met keep the outcome of an earlier one.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
DATA: Final = ROOT / "docs" / "faults.toml"
PAGE: Final = ROOT / "docs" / "faults.md"
ROW: Final = re.compile(r"^\| (\d+) \| .* \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)
SHOWN_TESTS: Final = 3
HEAD: Final = """\
# Faults

What can go wrong from building to releasing, and what then must hold. Faults are injected for
real: `tests/faults` puts a proxy between sam-deploy and the embedded cloud, which loses requests
and answers, throttles, cuts uploads, and kills the process at a chosen call.

Made by `scripts/faults.py` from `faults.toml`, the tests' marker `fault(NUMBER)` and the outcomes
of runs. S1 is the worst, S3 the mildest.

"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a row's tests came to, and when (ISO date)."""

    result: str
    date: str


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is current."""
    rows: Mapping[str, Any] = tomllib.loads(DATA.read_text(encoding="utf-8"))
    before = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    tests = marked()
    unknown = sorted(set(tests) - set(rows), key=int)
    if unknown:
        print(f"tests name rows that faults.toml does not have: {', '.join(unknown)}")
        return 1
    # a row without a date has never been run
    found = ROW.findall(before)
    outcomes = {number: Outcome(result, date) for number, result, date in found if date}
    files = [each for each in arguments if each != "--check"]
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    outcomes |= read(merged(files), tests, today)
    text = page(rows, tests, outcomes)
    if "--check" in arguments:
        print("current" if text == before else "run `uv run scripts/faults.py`: not current")
        return 0 if text == before else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


def marked() -> dict[str, list[str]]:
    """Return row -> `file::test` of all tests that name it, in the order of files and lines."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for row in named(node):
                    found[row].append(f"{file.relative_to(ROOT)}::{node.name}")
    return found


def named(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """Yield the rows of a function's `@pytest.mark.fault(NUMBER, ...)`."""
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.fault":
            yield from (ast.unparse(argument) for argument in mark.args)


def merged(files: list[str]) -> dict[str, dict[str, str]]:
    """Return what several runs have noted, as if they had been one."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for name in files:
        for number, cases in json.loads(Path(name).read_text(encoding="utf-8")).items():
            found[number].update(cases)
    return found


def read(
    run: Mapping[str, Mapping[str, str]], tests: Mapping[str, list[str]], date: str
) -> dict[str, Outcome]:
    """Return the outcomes of a run. Rows of which no test has run are left out.

    The cases of a parametrized test count as one, which passes when all of them do.
    """
    outcomes = {}
    for number, cases in run.items():
        came: dict[str, set[str]] = defaultdict(set)
        for name, outcome in cases.items():
            came[name.partition("[")[0]].add(outcome)
        ran = {name: came[name] for name in tests.get(number, ()) if came[name] - {"skipped"}}
        failed = sum(1 for each in ran.values() if "failed" in each)
        if ran:
            passed = f"{len(ran) - failed} of {len(tests[number])} passed"
            outcomes[number] = Outcome(f"{passed}, {failed} failed" if failed else passed, date)
    return outcomes


def page(
    rows: Mapping[str, Any], tests: Mapping[str, list[str]], outcomes: Mapping[str, Outcome]
) -> str:
    """Return the whole page."""
    later = [number for number in rows if rows[number].get("later")]
    missing = [number for number in rows if not tests.get(number) and number not in later]
    partly = [number for number in rows if tests.get(number) and rows[number].get("open")]
    failed = [n for n, outcome in outcomes.items() if tests.get(n) and "failed" in outcome.result]
    table = [
        "| | | fault | what must hold | tests | result | date |",
        "|---|---|---|---|---|---|---|",
    ]
    for number, row in rows.items():
        names = [f"`{each}`" for each in tests.get(number, ())]
        proof = "<br>".join(names[:SHOWN_TESTS])
        proof += f"<br>and {len(names) - SHOWN_TESTS} more" if len(names) > SHOWN_TESTS else ""
        known = outcomes.get(number) if names else None
        waits = f"comes with {row['later']}" if "later" in row else "not yet proven"
        result = known or Outcome("not run" if names else waits, "")
        cells = (number, row["severity"], row["fault"], row["expected"], proof)
        table.append(f"| {' | '.join(cells)} | {result.result} | {result.date} |")
    whole = len(rows) - len(missing) - len(partly) - len(later)
    count = (
        f"{len(rows)} faults: {whole} have tests for all that must hold, {len(partly)} for a part"
    )
    count += f" of it, {len(missing)} have none"
    count += f", {len(later)} come later" if later else ""
    count += f"; {len(failed)} fail." if failed else "."
    rest = ["", "## Proven in part", "", "What is not:", ""]
    rest += [f"- {number}: {rows[number]['open']}" for number in partly] or ["- nothing"]
    rest += ["", "## Not yet proven", "", ", ".join(missing) or "none", ""]
    return HEAD + "\n".join([count, "", *table, *rest])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
