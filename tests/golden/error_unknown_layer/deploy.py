"""A slip in a layer's name."""

from sam_deploy import App, Environment, FeatureSet, Function, Layer

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    functions=[Function("Api", source="functions/api", layers=["pymong"])],
    layers=[Layer("pymongo", requirements=["pymongo==4.15.0"])],
)
