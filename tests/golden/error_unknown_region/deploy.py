"""Two regions that AWS does not have."""

from sam_deploy import App, Environment, FeatureSet

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1", "eu-weast-2", "moon-1"])],
)
