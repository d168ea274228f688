"""One table in four regions: written in the first, read in all of them."""

from sam_deploy import App, Environment, FeatureSet, Function, FunctionUrl, Key, Table

HOME = "us-east-1"
OTHERS = ["us-east-2", "us-west-1", "us-west-2"]
TABLE = "global-table-demo"

app = App(
    name="global-table",
    home_region=HOME,
    runtime="python3.12",
    environments=[Environment("demo")],
    feature_sets=[
        FeatureSet("writer", regions=[HOME]),
        FeatureSet("reader", regions=[HOME, *OTHERS]),
    ],
    # made once, in the first region, for all of them; `existing=True` would use one that is there
    tables=[
        Table(
            "items",
            partition_key=Key("id"),
            replicas=[HOME, *OTHERS],
            physical_name=TABLE,
        )
    ],
    functions=[
        Function(
            "Writer",
            source="functions/writer",
            handler="app.lambda_handler",
            timeout_seconds=30,
            url=FunctionUrl(),
            environment={"TABLE_NAME": TABLE},
            uses=["items.write"],
        ),
        Function(
            "Reader",
            source="functions/reader",
            handler="app.lambda_handler",
            feature_set="reader",
            timeout_seconds=30,
            url=FunctionUrl(),
            environment={"TABLE_NAME": TABLE},
            uses=["items.read"],
        ),
    ],
)
