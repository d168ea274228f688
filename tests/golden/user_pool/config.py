"""People sign in by e-mail; a function adds claims to their tokens."""

from sam_deploy import (
    App,
    Environment,
    FeatureSet,
    Function,
    ResourceServer,
    UserPool,
    UserPoolClient,
    on_user_pool,
)

app = App(
    name="club",
    domain="example.com",
    home_region="eu-west-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev", domain_label=None)],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    user_pools=[
        UserPool(
            "Club",
            clients=[UserPoolClient(callback_path="/welcome", logout_path="/bye")],
            resource_servers=[ResourceServer("club", scopes=["read", "write"])],
            email_from="hello@example.com",
        )
    ],
    functions=[
        Function(
            "Claims",
            source="functions/claims",
            timeout_seconds=5,
            triggers=[on_user_pool("Club", ["PreTokenGeneration", "PostConfirmation"])],
            uses=["Club.read"],
        )
    ],
)
