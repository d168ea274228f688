"""One function, one environment, one region: the smallest stack there is."""

from sam_deploy import App, Environment, FeatureSet, Function

app = App(
    name="hello",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    functions=[Function("Hello", source="functions/hello")],
)
