"""Below Lambda's minimum."""

from sam_deploy import App, Environment, FeatureSet, Function

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    functions=[Function("Api", source="functions/api", memory_mb=100)],
)
