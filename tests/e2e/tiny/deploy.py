"""One function behind a route; the tests choose its regions."""

from sam_deploy import App, Bucket, Environment, FeatureSet, Function, HttpApi, Layer, Queue, Route

app = App(
    name="tiny",
    home_region="eu-west-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    layers=[Layer("greetings", source="layers/greetings")],
    queues=[Queue("Jobs")],
    buckets=[Bucket("tiny-files")],
    http_api=HttpApi(),
    functions=[
        Function(
            "Hello",
            source="functions/Hello",
            memory_mb=256,
            layers=["greetings"],
            routes=[Route("GET", "/hello")],
            uses=["Jobs", "tiny-files"],
        ),
    ],
)
