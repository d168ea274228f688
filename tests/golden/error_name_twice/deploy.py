"""A queue and a bucket of one name, and a function twice."""

from sam_deploy import App, Bucket, Environment, FeatureSet, Function, Queue

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    functions=[
        Function("Api", source="functions/api"),
        Function("Api", source="functions/other"),
    ],
    queues=[Queue("reports")],
    buckets=[Bucket("reports")],
)
