"""What the broker of an app guards, and what its parts are called. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sam_deploy import __version__, naming
from sam_deploy.broker.function.settings import BrokerSettings
from sam_deploy.config import physical
from sam_deploy.config.model import App, Promotion
from sam_deploy.config.tree import feature_set_of
from sam_deploy.errors import ConfigError

SUFFIX: Final = "-broker"
HINT: Final = (
    'add `promotion=Promotion(recipients=["..."], sender="...", broker="{name}")` to the app'
)


@dataclass(frozen=True, slots=True)
class BrokerNames:
    """What the parts of a broker are called. One name is enough: they are of different kinds."""

    app: str
    region: str
    """Where it is: the home region, unless `deploy.py` says another one."""
    name: str
    """Of its stack, function, role, table."""

    @property
    def key_alias(self) -> str:
        """Of its key."""
        return f"alias/{self.name}"

    @property
    def log_group(self) -> str:
        """Of its function."""
        return f"/aws/lambda/{self.name}"

    @property
    def partition(self) -> str:
        """Which AWS it is in."""
        prefixes = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
        return next((p for start, p in prefixes.items() if self.region.startswith(start)), "aws")


def names_of(app: App) -> BrokerNames:
    """Return what the parts of an app's broker are called: as `deploy.py` calls it, if it does."""
    given = (app.promotion.broker if app.promotion else None) or f"{app.name}{SUFFIX}"
    parts = given.split(":")
    return BrokerNames(app.name, parts[3] if len(parts) > 1 else app.home_region, parts[-1])


def settings_of(app: App) -> BrokerSettings:
    """Return what the broker of an app guards: every environment that is promoted to.

    Raises `ConfigError` when there is none, or nobody to ask.
    """
    promotion = _promotion(app)
    regions = {each.name: tuple(each.regions) for each in app.feature_sets}
    guarded = {
        naming.alias_name(each.name): {
            physical.function_name(app, function, each.name): regions[
                str(feature_set_of(app, function))
            ]
            for function in app.functions
        }
        for each in app.environments
        if each.promote_from
    }
    if not guarded or not app.functions:
        raise ConfigError(
            "There is nothing that a broker could guard",
            why="no environment is promoted to"
            if app.functions
            else "`deploy.py` has no functions",
            hint='give an environment `promote_from="..."` in `deploy.py`',
        )
    return BrokerSettings(
        app=app.name,
        guarded=guarded,
        sender=promotion.sender,
        sender_region=promotion.region or app.home_region,
        recipients=tuple(promotion.recipients),
        minutes=promotion.minutes,
        attempts=promotion.attempts,
        codes_an_hour=promotion.codes_an_hour,
        codes_a_day=promotion.codes_a_day,
        approval_hours=promotion.approval_hours,
        sources={
            naming.alias_name(each.name): naming.alias_name(each.promote_from)
            for each in app.environments
            if each.promote_from and app.topology == "shared"
        },
        origins=_origins(app) if app.topology == "isolated" else {},
        tool_version=__version__,
    )


def _origins(app: App) -> dict[str, dict[str, tuple[str, str]]]:
    """Return where each guarded function of a stack of its own is promoted from."""
    return {
        naming.alias_name(each.name): {
            physical.function_name(app, function, each.name): (
                physical.function_name(app, function, each.promote_from),
                naming.alias_name(each.promote_from),
            )
            for function in app.functions
        }
        for each in app.environments
        if each.promote_from
    }


def stacks_of(app: App) -> tuple[str, ...]:
    """Return the names of the app's stacks."""
    environments = [each.name for each in app.environments] if app.topology == "isolated" else [""]
    return tuple(
        physical.stack_name(app, each, environment)
        for each in app.feature_sets
        for environment in environments
    )


def _promotion(app: App) -> Promotion:
    if app.promotion is None:
        raise ConfigError(
            "A broker has nobody to ask",
            why="`deploy.py` does not say who receives its codes",
            hint=HINT.format(name=names_of(app).name),
        )
    return app.promotion
