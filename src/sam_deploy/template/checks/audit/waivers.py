"""Collects what the configuration waives. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from sam_deploy.config.model import App
from sam_deploy.config.tree import declarations
from sam_deploy.template.checks.audit.judge import Waivers


def strict_environments(app: App) -> frozenset[str]:
    """Return the environments in which a warning must not be deployed either."""
    return frozenset(each.name for each in app.environments if each.audit == "strict")


def waivers_of(app: App) -> Waivers:
    """Return every `waive={"rule": "reason"}` of `deploy.py` by its path; '' is the app's own."""
    found = {path: getattr(each, "waive", None) for path, each in declarations(app)}
    return {path: each for path, each in found.items() if each and isinstance(each, Mapping)}
