"""A writer in one region and readers in three, on a global table that exists already."""

from sam_deploy import App, Environment, FeatureSet, Function, FunctionUrl, Key, Table

app = App(
    name="global-table",
    home_region="us-east-1",
    environments=[Environment("demo")],
    feature_sets=[
        FeatureSet("writer", regions=["us-east-1"], stack_name="global-table-writer"),
        FeatureSet(
            "reader",
            regions=["us-east-2", "us-west-1", "us-west-2"],
            stack_name="global-table-reader",
        ),
    ],
    tables=[
        Table("demo", partition_key=Key("id"), existing=True, physical_name="global-table-demo"),
        # and one that is made here, to see how: once, in the first region
        Table(
            "ours",
            partition_key=Key("id"),
            replicas=["us-east-1", "us-east-2", "us-west-1", "us-west-2"],
        ),
    ],
    functions=[
        Function(
            "Writer",
            source="functions/writer",
            handler="app.lambda_handler",
            timeout_seconds=30,
            url=FunctionUrl(),
            environment={"TABLE_NAME": "global-table-demo"},
            uses=["demo.write", "ours.write"],
        ),
        Function(
            "Reader",
            source="functions/reader",
            handler="app.lambda_handler",
            feature_set="reader",
            timeout_seconds=30,
            url=FunctionUrl(),
            environment={"TABLE_NAME": "global-table-demo"},
            uses=["demo.read", "ours.read"],
        ),
    ],
)
