"""Two layers that CloudFormation cannot tell apart."""

from sam_deploy import App, Environment, FeatureSet, Function, Layer

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    functions=[Function("Api", source="functions/api")],
    layers=[Layer("a-b", requirements=["six"]), Layer("a.b", requirements=["attrs"])],
)
