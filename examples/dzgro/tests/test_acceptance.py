"""The deployed app, from outside: `pytest` in this folder deploys it to a cloud of its own.

`sam_deploy_app` comes from sam-deploy's pytest plugin.
"""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

REPORT = {
    "kind": "dzgro",
    "marketplace": "IN",
    "day": "2026-11-28",
    "lines": [{"sku": "TEA-1", "units": 2, "amount": 19.5}],
}


def call(app: Any, method: str, path: str, **more: Any) -> httpx.Response:
    """Call the API of dev."""
    return httpx.request(method, app.url() + path, trust_env=False, timeout=60, **more)


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_every_environment_is_healthy(sam_deploy_app: Any, environment: str) -> None:
    """And says that it is the one that was asked."""
    answer = httpx.get(sam_deploy_app.url(environment) + "/api/health", trust_env=False, timeout=60)
    assert (200, environment) == (answer.status_code, answer.json()["environment"])


def test_an_uploaded_csv_is_counted(sam_deploy_app: Any) -> None:
    """The API stores it, the bucket calls the function, and the report shows what was counted."""
    made = call(sam_deploy_app, "POST", "/api/reports", json=REPORT)
    assert 202 == made.status_code
    path = f"/api/reports/{made.json()['id']}"
    assert 202 == call(sam_deploy_app, "PUT", f"{path}/csv", content=b"a,b\n1,2\n3,4\n").status_code
    counted = sam_deploy_app.wait_for(
        lambda: call(sam_deploy_app, "GET", path).json()["csv"], seconds=120, what="the count"
    )
    assert 2 == counted["rows"]


def test_a_message_that_nobody_understands_is_kept(sam_deploy_app: Any) -> None:
    """It ends in the dead-letter queue at once, and only there."""
    sqs = sam_deploy_app.client("sqs")
    sqs.send_message(QueueUrl=sam_deploy_app.queue_url("DzgroReports"), MessageBody="nonsense")

    def letters() -> list[str]:
        said = sam_deploy_app.run("cloud", "queues", "--environment", "dev", "--json").stdout
        return [each["latest_dead"] for each in json.loads(said) if each["dead"]]

    assert ["nonsense"] == sam_deploy_app.wait_for(letters, seconds=120, what="the dead letter")


def test_a_report_that_cannot_be_stored_is_an_error_and_no_message(sam_deploy_app: Any) -> None:
    """With S3 gone nothing is queued: whoever asked knows that they have to ask again."""
    with sam_deploy_app.fault(
        "--service", "s3", "--operation", "PutObject", "--error", "AccessDenied"
    ):
        assert 500 == call(sam_deploy_app, "POST", "/api/reports", json=REPORT).status_code
    assert 202 == call(sam_deploy_app, "POST", "/api/reports", json=REPORT).status_code
