"""Schemathesis on the deployed API, by its own OpenAPI: nobody can make it fail.

Requests go through API Gateway and Lambda as on AWS: 5xx would be the application's fault, or that
of what is in front of it.
"""

from __future__ import annotations

from typing import Any

import httpx
import hypothesis
import pytest

schemathesis = pytest.importorskip("schemathesis")

EXAMPLES = 6


@pytest.fixture(scope="session")
def schema() -> Any:
    """The API as the application describes it itself."""
    from src.main import app  # noqa: PLC0415 - conftest says where it is

    return schemathesis.openapi.from_dict(app.openapi())


def test_no_request_makes_it_fail(
    by_config: Any, owner_of_config: httpx.Client, schema: Any
) -> None:
    """The owner, who may call everything, gets no 5xx from any of its operations."""
    operations = [each.ok() for each in schema.get_all_operations()]
    assert len(operations) > 30
    token = {"Authorization": owner_of_config.headers["Authorization"]}
    for operation in operations:

        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy())
        def every(case: Any) -> None:
            answer = case.call(base_url=by_config.url, headers=token, timeout=30)
            assert answer.status_code < 500, (case.as_curl_command(), answer.text)

        every()
