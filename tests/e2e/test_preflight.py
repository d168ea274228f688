"""What is in the way is told before anything is written, by the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from sam_deploy import naming

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

REGIONS = ("eu-west-1", "us-east-1")
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
OTHER_NAMES = (
    ('name="tiny"', 'name="other"'),
    ('queues=[Queue("Jobs")]', 'queues=[Queue("Others")]'),
    ('buckets=[Bucket("tiny-files")]', 'buckets=[Bucket("other-files")]'),
    ('uses=["Jobs", "tiny-files"]', 'uses=["Others", "other-files"]'),
    ('Function(\n            "Hello"', 'Function(\n            "Other"'),
)


def written(project: Project) -> dict[str, Any]:
    """Return every stack, change set and bucket of the project's cloud."""
    buckets = project.client("s3", REGIONS[0]).list_buckets()["Buckets"]
    found: dict[str, Any] = {"buckets": [each["Name"] for each in buckets]}
    for region in REGIONS:
        formation = project.client("cloudformation", region)
        stacks = project.stacks(region)
        found[region] = stacks
        found[f"change sets of {region}"] = {
            stack: [each["ChangeSetId"] for each in answer["Summaries"]]
            for stack in stacks
            for answer in [formation.list_change_sets(StackName=stack)]
        }
    return found


@pytest.mark.slow
def test_names_that_are_taken_stop_a_deployment_before_any_write(
    tiny: Project, make_tiny: Callable[..., Project]
) -> None:
    """A queue and a bucket that nobody's stack holds: both in one list, exit 5 (R317).

    Not a stack, no change set and no bucket is made, the artifact bucket included.
    """
    project = make_tiny("other")
    file = project.folder / "deploy.py"
    text = file.read_text(encoding="utf-8")
    for old, new in OTHER_NAMES:
        assert 1 == text.count(old), old
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    queue, bucket = naming.queue_name("Others", "dev"), naming.bucket_name("other-files", "prod")
    queues, storage = (tiny.client(each, REGIONS[0]) for each in ("sqs", "s3"))
    url = queues.create_queue(QueueName=queue)["QueueUrl"]
    storage.create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGIONS[0]}
    )
    try:
        before = written(tiny)
        command = ("deploy", "--target", "aws", "--auto-approve", "--json")
        ran = project.run(*command, environment={"AWS_ENDPOINT_URL": tiny.endpoint, **KEYS})
        assert before == written(tiny)
    finally:
        queues.delete_queue(QueueUrl=url)
        storage.delete_bucket(Bucket=bucket)
    assert 5 == ran.code, ran.err
    assert "2 names are taken that `other-sam` needs in `eu-west-1`" == ran.json["error"]["what"]
    assert f'queue `{queue}` (`OthersDevQ`, queues["Others"], deploy.py:' in ran.err
    assert f'bucket `{bucket}` (`OtherFilesProdBucket`, buckets["other-files"], ' in ran.err
    assert "`existing=True`" in ran.json["error"]["hint"]
    assert "Traceback" not in ran.err
