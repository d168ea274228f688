"""Checks what the one-time codes of promotions say of each other."""

from __future__ import annotations

from collections.abc import Iterator

from sam_deploy.config.model import App, Promotion
from sam_deploy.config.text import REGIONS, is_unknown_region
from sam_deploy.config.tree import Problem, line_of, listed, names, unknown_name


def problems(app: App) -> Iterator[Problem]:
    """Yield limits that can never be reached, a region that is none, hooks for no environment."""
    yield from _hooks(app)
    given: object = app.promotion
    if not isinstance(given, Promotion):
        return
    hour: object = given.codes_an_hour
    day: object = given.codes_a_day
    if isinstance(hour, int) and isinstance(day, int) and hour > day:
        message = f"{hour} codes an hour are more than {day} a day (`codes_a_day`)"
        yield Problem("promotion.codes_an_hour", message, line_of(given))
    region: object = given.region
    if is_unknown_region(region):
        yield unknown_name("promotion.region", "region", region, REGIONS, line_of(given))


def _hooks(app: App) -> Iterator[Problem]:
    known = names(app, "environments")
    for index, hook in enumerate(listed(app, "hooks")):
        given: object = getattr(hook, "environments", ())
        for name in given if isinstance(given, (list, tuple)) else ():
            if isinstance(name, str) and name not in known:
                path = f"hooks[{index}].environments"
                yield unknown_name(path, "environment", name, known, line_of(hook))
