"""What `serve` says of what is otherwise there than after a deployment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sam_deploy import config
from sam_deploy.cli.serving.starting import unlike

APP = """
app = App(
    name="shop",
    home_region="eu-west-1",
    runtime="python3.13",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    {apis}
    functions=[Function("Web", source="web", routes=[Route("GET", "/x"{route})])],
)
"""


@pytest.mark.parametrize(
    ("apis", "route", "said"),
    [
        ("http_api=HttpApi(),", "", []),
        ("rest_api=RestApi(),", "", ["payload 2.0"]),
        ("http_api=HttpApi(), rest_api=RestApi(),", ', api="http"', []),
        ("http_api=HttpApi(), rest_api=RestApi(),", ', api="rest"', ["payload 2.0"]),
    ],
)
def test_events_of_a_rest_api_are_those_of_an_http_api_here(
    write_project: Callable[[str], Path], apis: str, route: str, said: list[str]
) -> None:
    """A handler that was written for one of them meets the other, and is told so."""
    project = write_project(APP.format(apis=apis, route=route))
    (project / "web").mkdir()
    told = unlike(config.load(project))
    assert len(said) == len(told)
    assert all(each in line for each, line in zip(said, told, strict=True))
