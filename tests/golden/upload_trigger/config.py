"""Uploads to a bucket call a function; the bucket forgets after a week."""

from sam_deploy import App, Bucket, Cors, Environment, FeatureSet, Function, on_upload

app = App(
    name="reports",
    domain="example.com",
    home_region="eu-west-1",
    environments=[
        Environment("dev", extra_origins=["http://localhost:4200"]),
        Environment("prod", promote_from="dev", domain_label=None),
    ],
    feature_sets=[FeatureSet("core", regions=["eu-west-1", "us-east-1"])],
    buckets=[Bucket("incoming-reports", expire_days=7, cors=Cors(["PUT"]))],
    functions=[
        Function(
            "Reader",
            source="functions/reader",
            triggers=[on_upload("incoming-reports", prefix="in/", suffix=".csv")],
            uses=["incoming-reports.read"],
        )
    ],
)
