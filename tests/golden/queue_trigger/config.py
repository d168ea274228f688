"""A queue calls a function, hears from SNS in one of two regions, and a second function writes."""

from sam_deploy import (
    App,
    AttributeReader,
    Environment,
    FeatureSet,
    Function,
    Queue,
    SnsPublisher,
    on_queue,
)

app = App(
    name="orders",
    home_region="eu-west-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1", "us-east-1"])],
    queues=[
        Queue(
            "Orders",
            visibility_timeout_seconds=360,
            max_receive_count=3,
            senders=[SnsPublisher({"eu-west-1": ["074266271188"]})],
            readers=[AttributeReader("arn:aws:iam::926844853897:role/ReviewerRole")],
        )
    ],
    functions=[
        Function(
            "Worker",
            source="functions/worker",
            timeout_seconds=60,
            environment={"MODE": "orders"},
            triggers=[on_queue("Orders", batch_size=100, batching_window_seconds=5)],
            settings=["API_KEY"],
        ),
        Function("Shop", source="functions/shop", uses=["Orders.write"]),
    ],
)
