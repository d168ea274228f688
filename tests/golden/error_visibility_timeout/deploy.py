"""The queue gives up before the function, and the batch is too large."""

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
            timeout_seconds=60,
            triggers=[on_queue("Orders", batch_size=100)],
        )
    ],
    queues=[Queue("Orders", visibility_timeout_seconds=30)],
)
