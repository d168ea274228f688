"""One global table, made by the first of three regions; functions in all of them read it."""

from sam_deploy import (
    App,
    Capacity,
    Environment,
    FeatureSet,
    Function,
    Index,
    Key,
    Table,
    on_table,
)

REGIONS = ["us-east-1", "us-east-2", "us-west-2"]

app = App(
    name="world",
    home_region="us-east-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=REGIONS)],
    tables=[
        Table("demo", Key("id"), replicas=REGIONS, time_to_live="ends"),
        Table(
            "counts",
            Key("id"),
            indexes=[Index("by-day", Key("day"))],
            capacity=Capacity(read=5, write=5, max_read=50, max_write=50),
            replicas=REGIONS,
            deletion_protection=True,
            kms_key="alias/world",
        ),
    ],
    functions=[
        Function("Writer", source="functions/writer", timeout_seconds=10, uses=["demo.write"]),
        Function("Reader", source="functions/reader", timeout_seconds=10, uses=["demo.read"]),
        Function(
            "Count",
            source="functions/count",
            timeout_seconds=10,
            uses=["counts"],
            triggers=[on_table("demo", starting_position="TRIM_HORIZON", environments=["prod"])],
        ),
    ],
)
