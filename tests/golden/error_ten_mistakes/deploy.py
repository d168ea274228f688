"""All of them are reported at once."""

from sam_deploy import App, Cors, Environment, FeatureSet, Function, HttpApi, Layer, Queue, Route

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    domain="example.com",
    tags={"Team": 7},
    http_api=HttpApi(cors=Cors(["FETCH"])),
    layers=[Layer("pymongo")],
    queues=[
        Queue("Orders", visibility_timeout_seconds=50000),
        Queue("Bills", max_receives=3),
    ],
    functions=[
        Function(
            "Api",
            source="functions/api",
            memory_mb=100,
            layers=["pymong"],
            routes=[Route("GET", "orders")],
            uses=["Invoices"],
        ),
        Function("Worker"),
    ],
)
