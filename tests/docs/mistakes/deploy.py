"""A project with mistakes, for the picture in the README."""

from sam_deploy import App, Environment, FeatureSet, Function, Layer, Queue, on_queue

app = App(
    name="orders",
    home_region="eu-west-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1", "us-eest-1"])],
    layers=[Layer("pandas", requirements=["pandas==2.3.3"])],
    queues=[Queue("Orders", visibility_timeout_seconds=180)],
    functions=[
        Function(
            "Worker",
            source="worker",
            timeout_seconds=30,
            memory_mb=100,
            layers=["panda"],
            triggers=[on_queue("Order")],
        ),
        Function("Mailer", source="mailer", timout_seconds=10),
    ],
)
