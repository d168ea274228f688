from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from sam_deploy.build.inspect import compare, find_conflicts, problems, usage
from sam_deploy.build.inspect.import_log import Imported, TopLevel
from sam_deploy.build.inspect.import_time import ImportTime
from sam_deploy.build.inspect.model import Contents, Part, StoredFile
from sam_deploy.cli.inspecting import inspect_json, inspect_screens
from sam_deploy.cli.inspecting.inspect_json import Findings

MakeContents = Callable[..., Contents]
PANDAS = Contents(
    name="pandas",
    kind="layer",
    path=Path("pandas.zip"),
    size_bytes=7_500_000,
    parts=(
        Part(
            "package",
            "numpy",
            "2.0",
            (
                StoredFile("python/numpy/core.so", 4_000_000, 9_000_000, 1),
                StoredFile("python/numpy/__pycache__/a.cpython-312.pyc", 500_000, 1_000_000, 1),
            ),
            ("pandas", "numpy"),
        ),
        Part(
            "package",
            "pandas",
            "2.3",
            (StoredFile("python/pandas/a.py", 3_000_000, 6_000_000, 1),),
            ("pandas",),
        ),
    ),
)


def test_one_archive_is_shown_in_full() -> None:
    """Parts by size with their reasons, the zip's own bytes, and the largest folders."""
    expected = """\
layer pandas: 7.5 MB zipped, 16.0 MB unpacked, 3 files

part           zipped  unpacked  share  files  bytecode  why
-------------  ------  --------  -----  -----  --------  ---------------
numpy 2.0      4.5 MB   10.0 MB  62.5%      2    1.0 MB  pandas -> numpy
pandas 2.3     3.0 MB    6.0 MB  37.5%      1         -  asked for
zip directory     0 B

16.0 MB  └── python/
10.0 MB      ├── numpy/
 9.0 MB      │   ├── core.so
 1.0 MB      │   └── __pycache__/
 6.0 MB      └── pandas/
 6.0 MB          └── a.py"""
    assert expected == inspect_screens.report_text(Findings([PANDAS]), None)


def test_several_archives_are_shown_by_what_is_large(make_contents: MakeContents) -> None:
    """The largest archive first, small parts in one row, no trees unless they are asked for."""
    small = {f"p{number} 1": 5 for number in range(3)}
    many = make_contents("many", {"large 1": 10_000, **small})
    text = inspect_screens.report_text(Findings([many, PANDAS]), None)
    assert text.index("layer pandas") < text.index("layer many")
    assert ["3 more            6 B      15 B   0.1%      3"] == [
        line for line in text.splitlines() if line.startswith("3 more")
    ]
    assert "└──" not in text
    assert "└──" in inspect_screens.report_text(Findings([many, PANDAS]), 1)


def test_functions_show_what_they_take_of_the_limits(make_contents: MakeContents) -> None:
    """Themselves and with their layers."""
    function = make_contents("Api", {}, {"handler.py": 2000}, kind="function")
    used = usage("Api", function, {"pandas": PANDAS})
    text = inspect_screens.report_text(Findings([function], [used]), 0)
    expected = """\
function   own  with layers  of 250 MB  direct upload  layers
--------  ----  -----------  ---------  -------------  --------------
Api       2 kB      16.0 MB       6.1%            yes  1 of 5: pandas"""
    assert text.endswith(expected)


def test_the_document_holds_everything(make_contents: MakeContents) -> None:
    """The fields that docs/reference/inspect.md promises, and no others."""
    function = make_contents("Api", {"numpy 1.9": 10}, kind="function")
    used = usage("Api", function, {"pandas": PANDAS})
    budgets = {"layer/pandas": 1_000_000}
    findings = Findings(
        [PANDAS],
        [used],
        find_conflicts(function, [PANDAS]),
        budgets,
        problems([PANDAS], [used], budgets),
    )
    document = json.loads(inspect_json.report_json(findings, 1))
    largest = "numpy 2.0 10.0 MB, pandas 2.3 6.0 MB"
    over = f"layer `pandas` is 16.0 MB unpacked, its budget is 1.0 MB; the largest: {largest}"
    assert {
        "schema": 1,
        "limits": {"unpacked_bytes": 262_144_000, "direct_bytes": 52_428_800, "layers": 5},
        "archives": [
            {
                "name": "pandas",
                "kind": "layer",
                "path": "pandas.zip",
                "size_bytes": 7_500_000,
                "zipped_bytes": 7_500_000,
                "overhead_bytes": 0,
                "unpacked_bytes": 16_000_000,
                "budget_bytes": 1_000_000,
                "files": 3,
                "parts": [
                    {
                        "kind": "package",
                        "name": "numpy",
                        "version": "2.0",
                        "zipped_bytes": 4_500_000,
                        "unpacked_bytes": 10_000_000,
                        "share": 0.625,
                        "files": 2,
                        "bytecode": {
                            "files": 1,
                            "zipped_bytes": 500_000,
                            "unpacked_bytes": 1_000_000,
                        },
                        "chain": ["pandas", "numpy"],
                    },
                    {
                        "kind": "package",
                        "name": "pandas",
                        "version": "2.3",
                        "zipped_bytes": 3_000_000,
                        "unpacked_bytes": 6_000_000,
                        "share": 0.375,
                        "files": 1,
                        "bytecode": {"files": 0, "zipped_bytes": 0, "unpacked_bytes": 0},
                        "chain": ["pandas"],
                    },
                ],
                "tree": {
                    "name": "",
                    "zipped_bytes": 7_500_000,
                    "unpacked_bytes": 16_000_000,
                    "files": 3,
                    "branches": [
                        {
                            "name": "python",
                            "zipped_bytes": 7_500_000,
                            "unpacked_bytes": 16_000_000,
                            "files": 3,
                            "branches": [],
                        }
                    ],
                },
            }
        ],
        "functions": [
            {
                "name": "Api",
                "layers": ["pandas"],
                "size_bytes": 105,
                "own_unpacked_bytes": 10,
                "unpacked_bytes": 16_000_010,
                "share": 0.061035,
                "needs_s3": False,
                "fits": True,
            }
        ],
        "conflicts": [
            {
                "function": "Api",
                "package": "numpy",
                "brought": [
                    {"archive": "layer `pandas`", "version": "2.0"},
                    {"archive": "function `Api`", "version": "1.9"},
                ],
            }
        ],
        "problems": [over],
    } == document


def test_a_difference_is_shown_with_signs(make_contents: MakeContents) -> None:
    """Packages first, own files after them; versions from old to new."""
    old = make_contents("old.zip", {"six 1.16": 1000, "idna 3": 500}, {"a.py": 100})
    new = make_contents("new.zip", {"six 1.17": 1200}, {"a.py": 90})
    expected = """\
old.zip -> new.zip: -155 B zipped (900 B -> 745 B), -310 B unpacked (2 kB -> 1 kB)

change   zipped  unpacked  package
-------  ------  --------  ----------------
removed  -250 B    -500 B  idna 3
changed  +100 B    +200 B  six 1.16 -> 1.17

change   zipped  unpacked  own file
-------  ------  --------  --------
changed    -5 B     -10 B  a.py"""
    assert expected == inspect_screens.difference_text(compare(old, new))
    same = inspect_screens.difference_text(compare(old, old))
    assert "Both unpack to the same files" == same.splitlines()[-1]
    document = json.loads(inspect_json.difference_json(compare(old, new)))
    assert {
        "change": "changed",
        "name": "six",
        "old_version": "1.16",
        "new_version": "1.17",
        "zipped_bytes": 100,
        "unpacked_bytes": 200,
    } == document["packages"][1]


def test_an_import_time_is_shown_with_who_took_it() -> None:
    """The median, the range, and the slowest names and modules."""
    measured = ImportTime(
        function="Api",
        module="handler",
        python="3.12.1",
        seconds=(0.3, 0.1, 0.2),
        imported=(Imported("fastapi.routing", 0.05, 0.15), Imported("handler", 0.01, 0.2)),
        top_level=(TopLevel("fastapi", 0.15, 20), TopLevel("handler", 0.01, 1)),
        runtime=("boto3 1.40",),
    )
    expected = """\
function Api: import of handler takes 200.0 ms with Python 3.12.1 \
(median of 3, 100.0 ms to 300.0 ms)

top-level name  own time  modules
--------------  --------  -------
fastapi         150.0 ms       20
handler          10.0 ms        1

module           own time  with imports
---------------  --------  ------------
fastapi.routing   50.0 ms      150.0 ms
handler           10.0 ms      200.0 ms

own times come from a run with -X importtime, which is slower than the others; \
added, since the Lambda runtime has it: boto3 1.40"""
    assert expected == inspect_screens.import_text(measured)
    document = json.loads(inspect_json.import_json(measured))
    assert (0.2, ["boto3 1.40"]) == (document["median_seconds"], document["runtime"])
