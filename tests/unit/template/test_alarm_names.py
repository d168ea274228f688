from __future__ import annotations

import re
from pathlib import Path

import pytest

from sam_deploy import config, plan, template
from sam_deploy.template.watching import alarm_names

APP = """
from sam_deploy import App, Environment, FeatureSet, Function, HttpApi, Queue, QueueTrigger, Route

app = App(
    name="orders",
    home_region="eu-west-1",
    environments=[
        Environment("dev"),
        Environment("staging", promote_from="dev", alarms="normal"),
        Environment("prod", promote_from="staging", alarms="strict"),
    ],
    feature_sets=[
        FeatureSet("core", regions=["eu-west-1", "us-east-1"]),
        FeatureSet("mail", regions=["eu-west-1"]),
    ],
    topology="{topology}",
    queues=[Queue("Jobs")],
    http_api=HttpApi(),
    functions=[
        Function("Api", source="api", routes=[Route("GET", "/")]),
        Function("Mailer", source="mailer", feature_set="mail"),
    ],
)
"""


def found(folder: Path, topology: str) -> config.App:
    (folder / "deploy.py").write_text(
        APP.replace("{topology}", topology).replace(", QueueTrigger", ""), encoding="utf-8"
    )
    for name in ("api", "mailer"):
        (folder / name).mkdir()
        (folder / name / "handler.py").write_text("def handler(event, context): ...\n")
    return config.load(folder)


@pytest.mark.parametrize("topology", ["shared", "isolated"])
@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_the_alarms_of_an_environment_are_those_that_its_stacks_make(
    tmp_path: Path, topology: str, environment: str
) -> None:
    """By name and region, in both topologies: a canary watches just these (R201)."""
    app = found(tmp_path, topology)
    own = environment if topology == "isolated" else ""
    stacks = plan.make(app, tmp_path, plan.Request(environment=own)).stacks
    made: dict[str, list[str]] = {}
    for stack in stacks:
        keys = {f"function/{each.name}": "key" for each in app.functions}
        body = template.render(app, stack, keys).body
        names = re.findall(rf"AlarmName: (orders-{environment}-\S+)", body)
        for region in stack.regions:
            made.setdefault(region, []).extend(names)
    assert {region: sorted(names) for region, names in made.items()} == {
        region: sorted(names) for region, names in alarm_names(app, environment).items()
    }
    assert (environment == "dev") == (not any(made.values()))
