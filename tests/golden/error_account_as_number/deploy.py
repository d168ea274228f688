"""Account ids lose their zeros as numbers."""

from sam_deploy import App, Environment, FeatureSet, Queue, SnsPublisher

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    queues=[Queue("Changes", senders=[SnsPublisher({"eu-west-1": [834862128520, "12"]})])],
)
