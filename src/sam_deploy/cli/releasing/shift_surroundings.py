"""What a shift needs to know of where it runs: the project, the API's address, and its pace.

Tests that must not last for minutes set `SAM_DEPLOY_POLL_SECONDS` and `SAM_DEPLOY_GRACE_SECONDS`.
"""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Final

from sam_deploy.cli.options import Globals
from sam_deploy.errors import ConfigError

if TYPE_CHECKING:
    from sam_deploy.cli.wiring import Place
    from sam_deploy.config.model import App
    from sam_deploy.promotion.shifting.pace import Around

POLL: Final = "SAM_DEPLOY_POLL_SECONDS"
GRACE: Final = "SAM_DEPLOY_GRACE_SECONDS"
EMBEDDED_POLL_SECONDS: Final = 2.0
"""The embedded cloud judges alarms every second, and bills nobody for looks."""


def of(chosen: Globals, app: App, place: Place) -> Around:
    """Return what is around a shift of an app in a place."""
    from sam_deploy.promotion.shifting import pace  # noqa: PLC0415 - boto3

    usual = EMBEDDED_POLL_SECONDS if place.cloud else pace.POLL_SECONDS
    return pace.Around(
        folder=chosen.project,
        address=functools.partial(_address, app, place),
        pace=pace.Pace(_given(POLL, usual), _given(GRACE, pace.GRACE_SECONDS)),
    )


def _given(name: str, usual: float) -> float:
    text = os.environ.get(name, "")
    try:
        value = float(text) if text else usual
    except ValueError:
        value = 0.0
    if value <= 0:
        raise ConfigError(
            f"{name} is no number of seconds",
            why=f"it is `{text}`",
            hint="it is there for tests: unset it",
        )
    return value


def _address(app: App, place: Place, region: str, environment: str) -> str:
    """Return where the API of an environment answers in a region; '' when it has none there."""
    from sam_deploy import naming  # noqa: PLC0415 - with its only user
    from sam_deploy.aws import CloudFormation  # noqa: PLC0415 - half a second
    from sam_deploy.config import physical  # noqa: PLC0415 - costs pydantic

    names = [
        naming.api_part_id(kind, environment, "Url")
        for kind in (naming.http_api_id(), naming.REST_API)
    ]
    for feature_set in app.feature_sets:
        stack = physical.stack_name(app, feature_set, physical.owner(app, environment))
        found = CloudFormation(place.aws, region).describe_stack(stack)
        outputs = found.outputs if found else {}
        url = next((outputs[each] for each in names if each in outputs), "")
        if url:
            return place.address(region, url) if place.address else url
    return ""
