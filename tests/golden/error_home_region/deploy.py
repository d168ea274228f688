"""Nothing is deployed at home."""

from sam_deploy import App, Environment, FeatureSet

app = App(
    name="shop",
    home_region="ap-south-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
)
