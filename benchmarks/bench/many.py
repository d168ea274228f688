"""An app of many functions in feature sets of fifty, with what functions work with. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

PER_FEATURE_SET: Final = 50
QUEUES: Final = 8
BUCKETS: Final = 2
TABLES: Final = 4
ROUTES: Final = 10
"""Of the first feature set, which holds the API."""


def deploy_py(functions: int) -> str:
    """Return a `deploy.py`: two environments, two regions, a stack for every fifty functions."""
    sets = range(-(-functions // PER_FEATURE_SET))
    lines = [
        *("from sam_deploy import *", "", "app = App("),
        '    name="many", domain="example.com", home_region="eu-west-1", dashboard=False,',
        '    environments=[Environment("dev"), Environment("prod", promote_from="dev")],',
        "    http_api=HttpApi(),",
        "    feature_sets=[",
        *(f'        FeatureSet("set{n}", regions=["eu-west-1", "us-east-1"]),' for n in sets),
        "    ],",
        "    queues=[",
        *(
            f'        Queue("Queue{n}x{i}", feature_set="set{n}", visibility_timeout_seconds=180),'
            for n in sets
            for i in range(QUEUES)
        ),
        "    ],",
        "    buckets=[",
        *(
            f'        Bucket("files-{n}-{i}", feature_set="set{n}", expire_days=30),'
            for n in sets
            for i in range(BUCKETS)
        ),
        "    ],",
        "    tables=[",
        *(
            f'        Table("table-{n}-{i}", Key("id"), feature_set="set{n}"),'
            for n in sets
            for i in range(TABLES)
        ),
        "    ],",
        "    functions=[",
        *(line for number in range(functions) for line in _function(number)),
        "    ],",
        ")",
    ]
    return "\n".join(lines) + "\n"


def _function(number: int) -> Iterator[str]:
    n, i = divmod(number, PER_FEATURE_SET)
    queue, bucket, table = i % QUEUES, i % BUCKETS, i % TABLES
    yield f'        Function("Function{number}", source="functions/f{number}",'
    yield f'            feature_set="set{n}", memory_mb=512, timeout_seconds=30,'
    yield f'            environment={{"LEVEL": "info", "NUMBER": "{number}"}},'
    yield f'            uses=["Queue{n}x{queue}", "files-{n}-{bucket}.read", "table-{n}-{table}"],'
    if n == 0 and i < ROUTES:
        yield f'            routes=[Route("GET", "/things/{number}/{{id}}")],'
    if i < QUEUES:
        yield f'            triggers=[on_queue("Queue{n}x{i}", batch_size=5)],'
    yield "        ),"
