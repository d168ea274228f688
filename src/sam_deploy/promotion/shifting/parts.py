"""Puts a shift together from a session: what it looks at, what guards it, whom it hears."""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final

from sam_deploy.config import physical
from sam_deploy.config.model import App
from sam_deploy.config.tree import feature_set_of
from sam_deploy.deploy import promotions
from sam_deploy.errors import SamDeployError
from sam_deploy.promotion.shifting.checks import Checks
from sam_deploy.promotion.shifting.guard import ScheduleGuard
from sam_deploy.promotion.shifting.requests import Requests
from sam_deploy.promotion.shifting.seams import Over
from sam_deploy.promotion.shifting.shift import Shift
from sam_deploy.promotion.shifting.watcher import Watcher

if TYPE_CHECKING:
    from sam_deploy.promotion.engine import Engine
    from sam_deploy.promotion.session import Session

QUICK_SECONDS: Final = 0.5
"""Hooks that end so soon are not watched over."""


def guard_of(session: Session, engine: Engine) -> ScheduleGuard:
    """Return the schedules that take a promotion back."""
    return ScheduleGuard(session.to.aws, engine, every_function(session.app))


def shift_of(session: Session, engine: Engine) -> Shift:
    """Return the shift of a plan, as its journal says how far it is."""
    plan, entry = engine.plan, engine.book.entry
    alarms = {
        region: names
        for region, names in (plan.strategy.alarms or {}).items()
        if region not in engine.without
    }
    return Shift(
        engine=engine,
        looks=Watcher(session.to.aws, alarms, engine.moves),
        guard=guard_of(session, engine),
        asked=Requests(session.documents, plan.app, entry.id, entry.epoch),
        check=Checks(session.to.aws, plan, session.to.around).ask,
        audit=session.audit.append,
        pace=session.to.around.pace,
        still=functools.partial(_still, session, entry.id),
        hooks=functools.partial(_stepped, session, engine),
    )


def _stepped(session: Session, engine: Engine, facts: Mapping[str, object]) -> Over:
    """The hooks for a canary's step run, in a thread: whoever has begun them watches meanwhile.

    Nobody waits for the thread once the shift goes back, nor at the end of the program.
    """
    told = {name: str(value) for name, value in facts.items()}
    ended: Future[None] = Future()

    def run() -> None:
        try:
            session.to.hooks("step", engine.plan, told)
        except BaseException as error:  # noqa: BLE001 - raised where the hooks are awaited
            ended.set_exception(error)
        else:
            ended.set_result(None)

    thread = threading.Thread(target=run, name="hooks", daemon=True)
    thread.start()
    thread.join(QUICK_SECONDS)
    return lambda: ended.done() and ended.result() is None


def _still(session: Session, promotion: str) -> bool:
    """Whether a promotion is still open; in doubt it is."""
    try:
        entry = promotions.read(session.documents, session.app.name)
    except SamDeployError:
        return True
    return entry.is_open and entry.id == promotion


def every_function(app: App) -> tuple[tuple[str, str], ...]:
    """Return (region, name on AWS) of each function, in every environment that is promoted to."""
    regions = {each.name: each.regions for each in app.feature_sets}
    return tuple(
        dict.fromkeys(
            (region, physical.function_name(app, function, environment.name))
            for environment in app.environments
            if environment.promote_from
            for function in app.functions
            for region in regions[str(feature_set_of(app, function))]
        )
    )
