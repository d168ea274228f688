from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from dzgroshared.models import QueueModel
from dzgroshared.storage import Bucket

pytest.importorskip("fastapi")
pytest.importorskip("mangum")

from api import reports

FUNCTION = "arn:aws:lambda:ap-south-1:123456789012:function:ApiFunction"
NEW = {"kind": "dzgro", "marketplace": "IN", "day": "2026-01-02", "lines": []}

Call = Callable[..., tuple[int, Any]]


@pytest.fixture
def sent() -> list[tuple[str, Any]]:
    return []


@pytest.fixture
def api(
    function: Callable[..., ModuleType],
    bucket: Bucket,
    sent: list[tuple[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Call]:
    """Call the handler with a payload 2.0 event; the bucket and the queues are in memory."""
    monkeypatch.setenv("AWS_REGION", "ap-south-1")
    handler = function("Api")

    def send(queue: str, message: QueueModel) -> str:
        sent.append((queue, message))
        return "m-1"

    handler.APP.dependency_overrides = {
        reports.report_data: lambda: bucket,
        reports.sender: lambda: send,
    }

    def call(
        method: str, path: str, body: bytes | None = None, *, prefix: str = "/dev", query: str = ""
    ) -> tuple[int, Any]:
        event = {
            "version": "2.0",
            "rawPath": prefix + path,
            "rawQueryString": query,
            "headers": {"content-type": "application/json"},
            "requestContext": {
                "stage": "dev",
                "http": {"method": method, "path": prefix + path, "sourceIp": "127.0.0.1"},
            },
            "stageVariables": {"LambdaAlias": "dev"},
            "body": base64.b64encode(body).decode() if body is not None else None,
            "isBase64Encoded": body is not None,
        }
        context = SimpleNamespace(invoked_function_arn=f"{FUNCTION}:dev", function_version="7")
        answer = handler.handler(event, context)
        return answer["statusCode"], json.loads(answer["body"])

    yield call
    handler.APP.dependency_overrides = {}


pytestmark = [
    pytest.mark.usefixtures("dev"),
    # Mangum asks for the thread's event loop in the way of Python 3.9.
    pytest.mark.filterwarnings("ignore:There is no current event loop:DeprecationWarning"),
]


@pytest.mark.parametrize("prefix", ["/dev", ""])
def test_the_stage_in_the_path_makes_no_difference(api: Call, prefix: str) -> None:
    """It is there on the API's own address, and not there on a custom domain."""
    expected = {
        "status": "healthy",
        "environment": "dev",
        "alias": "dev",
        "version": "7",
        "region": "ap-south-1",
    }
    assert (200, expected) == api("GET", "/api/health", prefix=prefix)


def test_a_path_that_only_begins_like_the_stage_is_another_path(api: Call) -> None:
    """/development is not /dev: only whole segments are taken away."""
    assert 404 == api("GET", "/api/health", prefix="/development")[0]


@pytest.mark.parametrize(
    ("kind", "queue", "model"),
    [
        ("dzgro", "DzgroReports", "DzgroReportQM"),
        ("amazon", "AmazonReports", "AmazoMarketplaceDailyReportQM"),
    ],
)
def test_a_new_report_is_stored_and_queued(
    api: Call, bucket: Bucket, sent: list[tuple[str, Any]], kind: str, queue: str, model: str
) -> None:
    """The message names the report, which is there before it."""
    status, answer = api("POST", "/api/reports", json.dumps({**NEW, "kind": kind}).encode())

    assert (202, queue, model) == (status, answer["queue"], answer["model"])
    [(to, message)] = sent
    assert (queue, model, UUID(answer["id"])) == (to, type(message).__name__, message.report_id)
    stored = bucket.get_json(f"reports/{answer['id']}.json")
    assert (kind, "7") == (stored["kind"], stored["created_by"]["version"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "other"},
        {"marketplace": "India"},
        {"day": "tomorrow"},
        {"surprise": 1},
        {"lines": [{"sku": "a", "units": -1, "amount": 1}]},
        {"document_url": "no address"},
    ],
)
def test_a_wrong_report_changes_nothing(
    api: Call, objects: dict[str, bytes], sent: list[tuple[str, Any]], wrong: dict[str, Any]
) -> None:
    """422, nothing stored, nothing queued."""
    assert 422 == api("POST", "/api/reports", json.dumps({**NEW, **wrong}).encode())[0]
    assert ({}, []) == (objects, sent)


def test_reports_are_listed_page_by_page(api: Call) -> None:
    """Following `next` until there is none finds every report once."""
    body = json.dumps(NEW).encode()
    made = {api("POST", "/api/reports", body)[1]["id"] for _ in range(5)}
    found: list[str] = []
    query = "limit=2"
    for _ in range(3):
        page = api("GET", "/api/reports", query=query)[1]
        found += page["reports"]
        query = f"limit=2&after={page['next']}"

    assert sorted(made) == found
    assert page["next"] is None


def test_a_report_shows_its_csv_once_it_was_counted(
    api: Call, bucket: Bucket, objects: dict[str, bytes]
) -> None:
    """Uploading stores the file where the other function looks; its result appears here."""
    report_id = api("POST", "/api/reports", json.dumps(NEW).encode())[1]["id"]

    status, answer = api("PUT", f"/api/reports/{report_id}/csv", b"a,b\n1,2\n")

    key = f"uploads/{report_id}.csv"
    assert (202, key, 8) == (status, answer["key"], answer["size_bytes"])
    assert b"a,b\n1,2\n" == objects[key]
    assert api("GET", f"/api/reports/{report_id}")[1]["csv"] is None
    bucket.put_json(f"results/{key}.json", {"rows": 1})
    assert {"rows": 1} == api("GET", f"/api/reports/{report_id}")[1]["csv"]


@pytest.mark.parametrize(("method", "suffix", "body"), [("GET", "", None), ("PUT", "/csv", b"a")])
def test_a_report_that_is_not_there_is_not_found(
    api: Call, objects: dict[str, bytes], method: str, suffix: str, body: bytes | None
) -> None:
    """Neither shown nor given a file."""
    status, answer = api(method, f"/api/reports/{uuid4()}{suffix}", body)

    assert 404 == status
    assert "no report" in answer["detail"]
    assert {} == objects


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 422), (b" \n", 422), (b"a" * (4 * 1024 * 1024 + 1), 413)]
)
def test_an_empty_or_huge_csv_is_refused(
    api: Call, objects: dict[str, bytes], body: bytes, status: int
) -> None:
    """Nothing is stored, so nothing is started."""
    report_id = api("POST", "/api/reports", json.dumps(NEW).encode())[1]["id"]

    assert status == api("PUT", f"/api/reports/{report_id}/csv", body)[0]
    assert [f"reports/{report_id}.json"] == list(objects)
