"""A trigger and a use of a queue that is not there."""

from sam_deploy import App, Environment, FeatureSet, Function, Queue, on_queue

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    functions=[
        Function(
            "Worker",
            source="functions/worker",
            triggers=[on_queue("Order")],
            uses=["Order.read"],
        )
    ],
    queues=[Queue("Orders")],
)
