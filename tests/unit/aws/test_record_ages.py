"""How old a document is, by the clock of the store that has it."""

from __future__ import annotations

import pytest
from tests.unit.aws.answering import REGION, Answer, account

from sam_deploy.aws import Records

WRITTEN = "Mon, 30 Nov 2026 05:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "age"),
    [
        ({"Last-Modified": WRITTEN, "Date": "Mon, 30 Nov 2026 05:05:01 GMT"}, 301.0),
        ({"Last-Modified": WRITTEN, "Date": "Mon, 30 Nov 2026 04:59:59 GMT"}, 0.0),
        ({"Last-Modified": WRITTEN, "Date": "soon"}, None),
        ({"Last-Modified": WRITTEN}, None),
        ({"Date": WRITTEN}, None),
    ],
)
def test_both_times_are_of_the_same_answer(headers: dict[str, str], age: float | None) -> None:
    """LastModified and Date; without one of them nobody guesses."""
    aws = account(s3=lambda _: Answer(body="{}", headers={"ETag": '"x"', **headers}))
    found = Records(aws, REGION, "bucket", "123456789012").read("locks/shop.json")
    assert found is not None
    assert (b"{}", '"x"', age) == (found.body, found.etag, found.age_seconds)
