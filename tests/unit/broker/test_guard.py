"""What is guarded, as `deploy.py` says it, and how that is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.unit.broker.conftest import HOME, OTHER, SETTINGS

from sam_deploy import config
from sam_deploy.broker import guard
from sam_deploy.broker.around import Around
from sam_deploy.broker.client import Guarding
from sam_deploy.cli.main import group
from sam_deploy.cli.releasing import broker_screens
from sam_deploy.errors import ConfigError

APP = """\
app = App(
    name="orders",
    home_region="eu-west-1",
    topology="{topology}",
    environments=[
        Environment("dev"),
        Environment("staging", promote_from="dev"),
        Environment("prod", promote_from="staging"),
    ],
    feature_sets=[FeatureSet("core", regions=["eu-west-1", "us-east-1"])],
    promotion=Promotion(
        recipients=["lead@orders.example"], sender="noreply@orders.example", broker="{broker}"
    ),
    functions=[Function("Api", source="api")],
)
"""


@pytest.fixture
def project(write_project: Callable[[str], Path]) -> Callable[..., Path]:
    """Writes an app with a broker."""

    def write(topology: str = "shared", broker: str = "orders-broker") -> Path:
        folder = write_project(APP.format(topology=topology, broker=broker))
        (folder / "api").mkdir()
        (folder / "api" / "handler.py").write_text("def handler(e, c): ...\n", encoding="utf-8")
        return folder

    return write


def test_every_promoted_environment_is_guarded(project: Callable[..., Path]) -> None:
    """And the first one is not: deployments move it."""
    told = guard.settings_of(config.load(project()))
    both = {"ApiFunction": ("eu-west-1", "us-east-1")}
    assert {"staging": both, "prod": both} == told.guarded
    assert {"staging": "dev", "prod": "staging"} == told.sources
    assert told.guards("us-east-1", "ApiFunction", "prod")
    assert not told.guards("us-east-1", "ApiFunction", "dev")
    assert not told.guards("eu-west-3", "ApiFunction", "prod")


def test_isolated_environments_have_functions_of_their_own(project: Callable[..., Path]) -> None:
    """Those of the first one are no business of the broker."""
    app = config.load(project("isolated"))
    told = guard.settings_of(app)
    assert {"ApiStagingFunction", "ApiProdFunction"} == {name for _, name in told.places}
    assert {} == told.sources
    assert ("ApiDevFunction", "dev") == told.origins["staging"]["ApiStagingFunction"]
    assert ("ApiStagingFunction", "staging") == told.origins["prod"]["ApiProdFunction"]
    assert 3 == len(guard.stacks_of(app))


@pytest.mark.parametrize("broker", ["a b", "arn:aws:lambda:eu-west-1:1:function:x", ""])
def test_a_broker_has_a_name_or_an_arn(project: Callable[..., Path], broker: str) -> None:
    """Told with every other mistake, before anything is asked."""
    with pytest.raises(ConfigError) as refused:
        config.load(project(broker=broker))
    assert "promotion.broker" in str(refused.value.problems)


@pytest.mark.parametrize(
    ("broker", "region"),
    [("gate", "eu-west-1"), ("arn:aws:lambda:us-east-1:123456789012:function:gate", "us-east-1")],
)
def test_its_parts_are_called_as_the_app_calls_it(
    project: Callable[..., Path], broker: str, region: str
) -> None:
    """So that template, policies and `deploy.py` are about the same function."""
    names = guard.names_of(config.load(project(broker=broker)))
    assert ("gate", region, "alias/gate") == (names.name, names.region, names.key_alias)


def test_an_app_that_asks_nobody_has_no_broker(write_project: Callable[[str], Path]) -> None:
    """The hint says what to add."""
    text = APP.format(topology="shared", broker="x")
    start, end = text.index("    promotion="), text.index("    functions=")
    folder = write_project(
        (text[:start] + text[end:]).replace('functions=[Function("Api", source="api")],', "")
    )
    with pytest.raises(ConfigError) as refused:
        guard.settings_of(config.load(folder))
    assert 'broker="orders-broker"' in refused.value.hint


def test_the_template_is_written_where_it_is_wanted(project: Callable[..., Path]) -> None:
    """With the next command; without `--out` it is shown."""
    folder = project()
    out = folder / "broker.yaml"
    run = CliRunner().invoke(group, ["-C", str(folder), "broker", "template", "--out", str(out)])
    assert 0 == run.exit_code, run.output
    shown = CliRunner().invoke(group, ["-C", str(folder), "broker", "template"])
    assert out.read_text(encoding="utf-8") == shown.stdout
    assert "--stack-name orders-broker --region eu-west-1" in run.stderr


def test_a_policy_needs_an_account(project: Callable[..., Path]) -> None:
    """It names ARNs; one of nowhere would deny nothing."""
    arguments = ["-C", str(project()), "broker", "policy", "people"]
    with pytest.raises(ConfigError, match="which account"):
        CliRunner().invoke(group, arguments, catch_exceptions=False, standalone_mode=False)
    made = CliRunner().invoke(group, [*arguments, "--account", "123456789012"])
    assert 0 == made.exit_code, made.output
    assert '"lambda:UpdateAlias"' in made.stdout
    with pytest.raises(ConfigError, match="no part 2"):
        CliRunner().invoke(
            group,
            [*arguments, "--account", "123456789012", "--part", "2"],
            catch_exceptions=False,
            standalone_mode=False,
        )


def said(**change: object) -> Guarding:
    """What a broker says of itself that is as it should be."""
    made = Guarding("orders", "123456789012", SETTINGS.guarded, SETTINGS.recipients, "1", {}, ())
    return replace(made, **change)  # type: ignore[arg-type]


def test_what_the_broker_knows_otherwise_is_told() -> None:
    """Functions, regions and recipients that it does not have, or has too many of."""
    assert () == broker_screens.differences(SETTINGS, said())
    other = said(
        guarded={"prod": {"ApiFunction": (HOME,), "OldFunction": (HOME,)}}, recipients=("x@y.zz",)
    )
    assert (
        "asks x@y.zz",
        f"does not know prod of ApiFunction in {OTHER}",
        f"does not know prod of JobsFunction in {HOME}",
        f"knows prod of OldFunction in {HOME}, too",
    ) == broker_screens.differences(SETTINGS, other)
    assert ("it is the broker of bills, not of orders",) == broker_screens.differences(
        SETTINGS, said(app="bills")
    )


@pytest.mark.parametrize(
    ("around", "words"),
    [
        (Around("me"), "me cannot go around it"),
        (Around("me", ("lambda:UpdateAlias on X",)), "me COULD GO AROUND IT:"),
        (Around("me", unknown="denied"), "Whether me could go around it is not known: denied"),
    ],
)
def test_the_status_says_whether_it_can_be_gone_around(around: Around, words: str) -> None:
    """Yes, no, or that it cannot know: never yes for not knowing."""
    text = broker_screens.status_text("orders-broker", said(around=("prod of X",)), (), around)
    assert words in text
    assert "Moved past the broker:\n  prod of X" in text
    told = broker_screens.status_json("orders-broker", said(), (), around)
    assert (around.unknown or None) == told["around_unknown"]
    assert (None if around.unknown else list(around.ways)) == told["around"]
