"""Two functions in two regions, and three environments: what the model promotes."""

from sam_deploy import App, Environment, FeatureSet, Function

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[
        Environment("dev"),
        Environment("staging", promote_from="dev"),
        Environment("prod", promote_from="staging"),
    ],
    feature_sets=[FeatureSet("core", regions=["eu-west-1", "us-east-1"])],
    functions=[
        Function("Api", source="functions/Api"),
        Function("Worker", source="functions/Worker"),
    ],
)
