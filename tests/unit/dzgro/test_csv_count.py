from __future__ import annotations

import csv
import io
from collections.abc import Callable
from types import ModuleType

import pytest
from dzgroshared.provenance import Provenance
from dzgroshared.storage import Bucket
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("pandas")

CELL = st.text(st.characters(codec="utf-8", exclude_characters="\r\0", exclude_categories=["Cs"]))
Load = Callable[..., ModuleType]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50
)
@given(rows=st.lists(st.tuples(st.integers(), CELL), max_size=20))
def test_every_row_is_counted_whatever_is_in_it(
    function: Load, rows: list[tuple[int, str]]
) -> None:
    """Quotes, commas and line ends in a cell do not make rows: Python's csv module agrees."""
    text = io.StringIO()
    csv.writer(text).writerows([("number", "text"), *rows])

    found = function("DzgroReportsS3Trigger", "csv_count").count(
        io.BytesIO(text.getvalue().encode())
    )

    assert {"rows": len(rows), "columns": ["number", "text"], "problem": None} == found


def test_a_file_longer_than_one_part_is_counted_to_its_end(function: Load) -> None:
    """It is read in parts, and the last one is not full."""
    module = function("DzgroReportsS3Trigger", "csv_count")
    rows = 2 * module.ROWS_AT_A_TIME + 1

    found = module.count(io.BytesIO(b"a,b\n" + b"1,2\n" * rows))

    assert {"rows": rows, "columns": ["a", "b"], "problem": None} == found


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "No columns to parse from file"),
        (b"a,b\n1,2\n1,2,3\n", "Expected 2 fields in line 3, saw 3"),
        (b"a\n\xff\xfe\n", "invalid start byte"),
    ],
    ids=["empty", "ragged", "no utf-8"],
)
def test_a_file_that_is_no_csv_has_its_problem_as_result(
    function: Load, content: bytes, problem: str
) -> None:
    """Lambda would try a failed call twice more, for nothing."""
    found = function("DzgroReportsS3Trigger", "csv_count").count(io.BytesIO(content))

    assert problem in found["problem"]


def test_the_result_lies_under_the_files_key(
    function: Load, bucket: Bucket, objects: dict[str, bytes], call: Provenance
) -> None:
    """It does not end in .csv, so that it does not start the function again."""
    bucket.put("uploads/a b.csv", b"a\n1\n", "text/csv")

    function("DzgroReportsS3Trigger").process("uploads/a b.csv", bucket, call)

    assert ["uploads/a b.csv", "results/uploads/a b.csv.json"] == list(objects)
    found = bucket.get_json("results/uploads/a b.csv.json")
    assert (1, ["a"], "dev", "7") == (
        found["rows"],
        found["columns"],
        found["environment"],
        found["version"],
    )
