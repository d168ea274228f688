from __future__ import annotations

from sam_deploy import App, Environment, FeatureSet
from sam_deploy.cli.menu import Choice, choices


def app(*feature_sets: FeatureSet) -> App:
    return App(
        name="shop",
        home_region="eu-west-1",
        environments=(Environment("dev"), Environment("prod", promote_from="dev")),
        feature_sets=feature_sets,
    )


def test_without_a_project_there_is_the_demo() -> None:
    """The one thing that works in any folder."""
    assert [("demo",)] == [each.arguments for each in choices(None)]


def test_the_menu_comes_from_the_configuration() -> None:
    """The first feature set stands for everything, the others for themselves."""
    core = FeatureSet("core", regions=("eu-west-1", "us-east-1"), title="Core Product Features")
    extra = FeatureSet("extra", regions=("us-west-2", "us-east-1"))
    assert (
        Choice(
            "Core Product Features (eu-west-1, us-east-1, us-west-2); publishes to dev",
            ("deploy",),
        ),
        Choice("extra (us-west-2, us-east-1); publishes to dev", ("deploy", "extra")),
    ) == choices(app(core, extra))[:2]


def test_the_menu_names_the_environment_that_deploying_moves() -> None:
    """Not the one that happens to stand first."""
    shop = App(
        name="shop",
        home_region="eu-west-1",
        environments=(Environment("prod", promote_from="dev"), Environment("dev")),
        feature_sets=(FeatureSet("core", regions=("eu-west-1",)),),
    )
    assert choices(shop)[0].title.endswith("publishes to dev")


def test_every_choice_is_a_command_line() -> None:
    """What the menu runs is what it shows."""
    listed = choices(app(FeatureSet("core", regions=("eu-west-1",))))
    assert [("deploy",), ("status",), ("build",), ("cloud", "status")] == [
        each.arguments for each in listed
    ]
