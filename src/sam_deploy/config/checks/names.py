"""Checks the names that users choose themselves, and everything that is given per environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy.config.declare import Declaration
from sam_deploy.config.model import App, FeatureSet, Setting
from sam_deploy.config.tree import RESOURCES, Problem, entries, line_of, names, texts, unknown_name

PLACE: Final = "{environment}"
SHARED: Final = ("functions",)
"""Families that exist once for all environments in the shared topology."""


def problems(app: App) -> Iterator[Problem]:
    """Yield every mistake in chosen names and in values per environment."""
    yield from _physical_names(app)
    known = names(app, "environments")
    for path, values, line, whole in _per_environment(app):
        for environment in values:
            if environment not in known:
                yield unknown_name(path, "environment", environment, known, line)
        missing = [each for each in known if each not in values]
        if whole and values and missing:
            yield Problem(path, f"has nothing for {', '.join(missing)}", line)


def _physical_names(app: App) -> Iterator[Problem]:
    several = len(names(app, "environments")) > 1
    apis = [("http_api", app.http_api), ("rest_api", app.rest_api)]
    once = [*entries(app, "functions"), *((p, a) for p, a in apis if isinstance(a, Declaration))]
    once += entries(app, "feature_sets")
    shared = app.topology != "isolated"
    for path, each in once:
        yield from _pattern(path, each, needed=several and not shared, allowed=not shared)
    for family in RESOURCES:
        for path, each in entries(app, family):
            existing = bool(getattr(each, "existing", False))
            yield from _pattern(path, each, needed=several and not existing, allowed=True)
            if existing and not isinstance(getattr(each, "physical_name", None), str):
                message = "exists already; say what AWS calls it"
                yield Problem(f"{path}.physical_name", message, line_of(each))


def _pattern(path: str, each: Declaration, *, needed: bool, allowed: bool) -> Iterator[Problem]:
    argument = "stack_name" if isinstance(each, FeatureSet) else "physical_name"
    pattern = getattr(each, argument, None)
    if not isinstance(pattern, str):
        return
    here = f"{path}.{argument}"
    if needed and PLACE not in pattern:
        message = f"{pattern!r} is the same in every environment; put {PLACE} into it"
        yield Problem(here, message, line_of(each))
    if not allowed and PLACE in pattern:
        message = f"{pattern!r}: all environments share it, so {PLACE} has no meaning here"
        yield Problem(here, message, line_of(each))


def _per_environment(app: App) -> Iterator[tuple[str, list[str], int, bool]]:
    """Yield (path, environments named, line, whether all are needed)."""
    for path, setting in entries(app, "settings"):
        if isinstance(setting, Setting) and isinstance(setting.value, Mapping):
            yield f"{path}.value", _keys(setting.value), line_of(setting), False
    for path, pool in entries(app, "user_pools"):
        for argument in ("existing_ids", "existing_client_ids"):
            values = _keys(getattr(pool, argument, {}))
            yield f"{path}.{argument}", values, line_of(pool), True
    for path, api in (("http_api", app.http_api), ("rest_api", app.rest_api)):
        yield f"{path}.throttles", _keys(getattr(api, "throttles", {})), line_of(api), False
    for family in ("rules", "functions", "topics"):
        for path, each in entries(app, family):
            nested = [each, *_listed(each, "triggers"), *_listed(each, "subscriptions")]
            for one in nested:
                chosen = texts(getattr(one, "environments", ()))
                yield f"{path}.environments", chosen, line_of(one), False


def _keys(value: object) -> list[str]:
    return [str(key) for key in value] if isinstance(value, Mapping) else []


def _listed(each: Declaration, name: str) -> list[object]:
    value = getattr(each, name, ())
    return list(value) if isinstance(value, (list, tuple)) else []
