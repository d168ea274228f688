from __future__ import annotations

import json

from sam_deploy.cli.inspecting.audit_screens import blocking, report_json, report_text
from sam_deploy.template import Finding
from sam_deploy.template.checks.audit import RULES

OPEN = Finding(
    "bucket-public-access",
    "error",
    "DataProdBucket",
    "AccessControl",
    "is PublicRead",
    'buckets["data"]',
    7,
    "prod",
)
WARNED = Finding("queue-tls", "warning", "JobsDevQ", "", "may be reached without TLS")
LIMIT = Finding("limit-layers", "error", "ApiFunction", "Layers", "has 6 layers of a function")
WAIVED = Finding(
    "visibility-timeout",
    "warning",
    "JobsDevQ",
    "VisibilityTimeout",
    "is 900 s",
    'queues["Jobs"]',
    9,
    "dev",
    "the documents fix 900 s",
)
FOUND = [("shop", [OPEN, LIMIT, WARNED, WAIVED]), ("shop-extra", [])]


def test_findings_are_told_by_severity_and_rule_with_what_to_do() -> None:
    """Waived ones stand at the end, with their reason; a stack without findings says so."""
    expected = """\
shop: 2 errors, 1 warning, 1 waived

errors
  bucket-public-access: one wrong policy or ACL makes a bucket public; the four blocks make that \
impossible
    deploy.py:7: buckets["data"] (DataProdBucket.AccessControl): is PublicRead
    to do: set all four of PublicAccessBlockConfiguration; serve files through CloudFront
  limit-layers
    ApiFunction.Layers: has 6 layers of a function

warnings
  queue-tls: SQS answers plain HTTP, too, unless a policy denies it
    JobsDevQ: may be reached without TLS
    to do: add a QueuePolicy that denies sqs:* when aws:SecureTransport is false

waived
  visibility-timeout: the documents fix 900 s
    deploy.py:9: queues["Jobs"] (JobsDevQ.VisibilityTimeout): is 900 s

shop-extra: nothing found"""
    assert expected == report_text(FOUND, RULES)


def test_the_document_has_every_finding_with_its_place() -> None:
    """Waived ones too; only what is open is counted as an error or a warning."""
    document = json.loads(report_json(FOUND))
    assert (2, 1, 1) == (document["errors"], document["warnings"], document["waived"])
    assert ["shop", "shop-extra"] == [each["stack"] for each in document["stacks"]]
    first, *_, last = document["stacks"][0]["findings"]
    assert {
        "rule": "bucket-public-access",
        "severity": "error",
        "logical_id": "DataProdBucket",
        "property": "AccessControl",
        "message": "is PublicRead",
        "path": 'buckets["data"]',
        "line": 7,
        "environment": "prod",
        "waived_reason": "",
    } == first
    assert "the documents fix 900 s" == last["waived_reason"]


def test_only_errors_that_are_not_waived_block() -> None:
    """Neither warnings nor what has a reason."""
    assert 2 == blocking(FOUND)
    assert 0 == blocking([("shop", [WARNED, WAIVED])])
