"""Buckets, tables with a stream, settings, a secret that AWS makes up, a CDN with its own name."""

from sam_deploy import (
    App,
    Bucket,
    Capacity,
    Cors,
    Distribution,
    Environment,
    FeatureSet,
    Function,
    Index,
    Key,
    Queue,
    Secret,
    Setting,
    Table,
    on_table,
    on_upload,
)

app = App(
    name="shop",
    domain="example.com",
    hosted_zone_id="Z1D633PJN98FT9",
    home_region="eu-west-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev", domain_label=None)],
    feature_sets=[FeatureSet("core", regions=["eu-west-1", "us-east-1"])],
    queues=[Queue("Lost")],
    buckets=[
        Bucket("shop-files", expire_days=3, cors=Cors(["GET", "PUT"]), kms_key="alias/shop"),
        Bucket("shop-old", physical_name="{environment}-archive", existing=True),
    ],
    tables=[
        Table(
            "orders",
            Key("customer"),
            Key("at", "N"),
            indexes=[
                Index("by-day", Key("day"), Key("at", "N"), include=["total"]),
                Index("by-state", Key("state"), keys_only=True),
            ],
            capacity=Capacity(read=1, write=1, max_read=20, max_write=10),
            stream="NEW_AND_OLD_IMAGES",
            time_to_live="ends",
        ),
        Table("sessions", Key("id"), time_to_live="ends", physical_name="{environment}-sessions"),
        Table("people", physical_name="{environment}-people", existing=True),
    ],
    settings=[
        Setting("PAGE_SIZE", value={"dev": "10", "prod": "50"}, description="Rows of a page"),
        Setting("MODE"),
        Secret("SIGNING_KEY", generate=True),
        Secret("PAYMENTS_KEY"),
    ],
    distributions=[
        Distribution(
            "assets", bucket="shop-assets", domain_label="assets", default_ttl_seconds=3600
        ),
        Distribution("docs", bucket="shop-docs", default_root_object="index.html", cors=False),
    ],
    functions=[
        Function(
            "Orders",
            source="functions/orders",
            timeout_seconds=30,
            uses=["orders", "sessions.read", "people.read", "shop-old.read"],
            settings=["PAGE_SIZE", "MODE", "SIGNING_KEY", "PAYMENTS_KEY"],
            triggers=[
                on_table("orders", filters=[{"eventName": ["INSERT"]}], on_failure="Lost"),
                on_upload("shop-files", prefix="in/", suffix=".csv"),
            ],
        )
    ],
)
