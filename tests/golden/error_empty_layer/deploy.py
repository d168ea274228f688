"""One layer with nothing, one with too much."""

from sam_deploy import App, Environment, FeatureSet, Layer

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    layers=[
        Layer("empty"),
        Layer("both", requirements=["six"], source="layers/both"),
    ],
)
