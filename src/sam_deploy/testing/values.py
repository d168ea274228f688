"""Gives the settings and secrets of the app under test their values, as `settings set` does.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sam_deploy.cli.settings import settings_asking, settings_survey, settings_writing

if TYPE_CHECKING:
    from sam_deploy.aws import Aws
    from sam_deploy.config import App


def set_value(app: App, aws: Aws, name: str, value: str, environment: str) -> None:
    """The setting has the value, in every region where a function that reads it is deployed.

    Raises `ConfigError` for a name that `deploy.py` lacks and for a value that AWS would not take,
    `RefusedError` for one that `deploy.py` gives.
    """
    known = settings_survey.checked_name(app, name, anyway=False)
    if environment in known.valued:
        raise settings_asking.kept_by_stack(known, environment)
    settings_writing.check_size(value, secret=known.secret)
    where = settings_writing.Where(app, aws, known, environment, known.written_in)
    settings_writing.write(where, value, encrypted=False)
