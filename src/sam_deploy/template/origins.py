"""From which web pages a browser may call: an environment's own domain and what is added. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import App, Cors, Environment
from sam_deploy.errors import ConfigError


def web_origins(app: App, environment: Environment) -> tuple[str, ...]:
    """Return `https://dev.dzgro.com` and the environment's extra origins."""
    label = physical.domain_label(environment)
    own = (f"https://{naming.environment_domain(app.domain, label)}",) if app.domain else ()
    return (*own, *environment.extra_origins)


def required_web_origins(app: App, environments: Sequence[Environment], who: str) -> list[str]:
    """Return the web origins of these environments, each once.

    Raises `ConfigError` when there is none: `who` needs to know which pages may call it.
    """
    found = [origin for each in environments for origin in web_origins(app, each)]
    if not found:
        raise ConfigError(
            f"{who} has no web origin",
            why="the app has no `domain`, and its environments have no `extra_origins`",
            hint='give the app a `domain="example.com"`, or the environment `extra_origins`',
        )
    return list(dict.fromkeys(found))


def allowed_origins(
    app: App, cors: Cors, environments: Sequence[Environment], who: str
) -> list[str]:
    """Return the origins that `cors` names, else the environments' own."""
    return list(cors.origins) or required_web_origins(app, environments, who)
