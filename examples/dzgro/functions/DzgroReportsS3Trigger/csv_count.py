"""Rows and columns of a CSV file of any length, with pandas."""

from typing import Any

import pandas as pd

ROWS_AT_A_TIME = 50_000


def count(stream: Any) -> dict[str, Any]:  # noqa: ANN401 - any stream of bytes
    """Return the number of rows and the columns; only a part of the file is in memory.

    A file that cannot be read as CSV will not get better by trying again, so it is a result too:
    `problem` says what is wrong with it.
    """
    rows = 0
    columns: list[str] = []
    problem: str | None = None
    try:
        with pd.read_csv(stream, chunksize=ROWS_AT_A_TIME) as chunks:
            for chunk in chunks:
                rows += len(chunk)
                columns = [str(name) for name in chunk.columns]
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        problem = str(error).strip()
    return {"rows": rows, "columns": columns, "problem": problem}
