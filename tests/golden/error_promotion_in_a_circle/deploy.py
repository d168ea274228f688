"""No environment to begin with."""

from sam_deploy import App, Environment, FeatureSet

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[
        Environment("staging", promote_from="prod"),
        Environment("prod", promote_from="staging"),
    ],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
)
