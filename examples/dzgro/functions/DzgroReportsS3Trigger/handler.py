"""Counts the CSV files that arrive in the bucket of reports.

The result of `uploads/x.csv` is `results/uploads/x.csv.json`: not a .csv, so it starts nothing.
"""

from typing import Any
from urllib.parse import unquote_plus

import csv_count
from dzgroshared.provenance import Provenance, provenance
from dzgroshared.storage import Bucket


def handler(event: dict[str, Any], context: Any) -> None:  # noqa: ANN401 - Lambda's own
    """Count each file of the notification."""
    bucket, call = Bucket.of("dzgro-report-data"), provenance(event, context)
    for record in event["Records"]:
        source = record["s3"]["bucket"]["name"]
        if source != bucket.name:
            raise ValueError(f"{source} is not {bucket.name}, the bucket of {call.environment}")
        # S3 encodes keys in its notifications as in a form: a space comes as +.
        process(unquote_plus(record["s3"]["object"]["key"]), bucket, call)


def process(key: str, bucket: Bucket, call: Provenance) -> None:
    """Count one file and store the result; a file that is no CSV has its problem as result."""
    result = csv_count.count(bucket.open(key))
    bucket.put_json(
        f"results/{key}.json",
        {"bucket": bucket.name, "key": key, **result, **call.as_json()},
    )
