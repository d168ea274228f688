"""A layer's archive has the name of a function's."""

from sam_deploy import App, Environment, FeatureSet, Function, Layer

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    functions=[Function("Api", source="functions/api", layers=["api"])],
    layers=[Layer("api", source="layers/api", archive="Api.zip")],
)
