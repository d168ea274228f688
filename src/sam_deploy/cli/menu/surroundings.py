"""What the menu finds where it is opened: the project, its mistakes, the target.

Reads `deploy.py`, `.env` and the note of the running cloud; calls nothing and starts nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sam_deploy.cli.options import Globals
from sam_deploy.cli.sam_options import CONFIGURATIONS, NAMES
from sam_deploy.errors import SamDeployError

if TYPE_CHECKING:
    from sam_deploy.config import App

Target = Literal["embedded", "aws"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A folder as the menu finds it."""

    project: Path
    target: Target
    account: str = ""
    """As `.env` names it; '' where that of the credentials holds."""
    environment: str = ""
    """What `ENV` preselects."""
    app: App | None = None
    mistakes: SamDeployError | None = None
    """Why the project cannot be read."""
    template: str = ""
    """Name of a SAM template that is here, where there is no `deploy.py`."""
    configured: bool = False
    """Whether a samconfig says how it is deployed."""
    cloud: str = ""
    """Address of the embedded cloud, where that is the target and runs."""

    @property
    def line(self) -> str:
        """Return target and account, as the first line says them."""
        if self.target == "aws":
            return f"aws · account {self.account or 'of the credentials'}"
        running = f"runs at {self.cloud}" if self.cloud else "does not run"
        return f"embedded · account 000000000000 · the cloud on this laptop {running}"


def find(chosen: Globals) -> Surroundings:
    """Return what is there. Raises nothing: what is wrong is a part of the answer."""
    from sam_deploy.cli import wiring  # noqa: PLC0415 - not while main is imported
    from sam_deploy.config import settings  # noqa: PLC0415 - reads `.env`

    mistakes: SamDeployError | None = None
    target, found = chosen.target or "embedded", settings.Settings()
    try:
        target, found = wiring.choose_target(chosen, None, writing=False)
    except SamDeployError as error:
        mistakes = error
    app = None
    has_app = (chosen.project / "deploy.py").exists()
    if has_app and not mistakes:
        app, mistakes = _read(chosen.project)
    template = "" if has_app else _template(chosen.project)
    return Surroundings(
        project=chosen.project,
        target="aws" if target == "aws" else "embedded",
        account=found.account_id,
        environment=found.environment,
        app=app,
        mistakes=mistakes,
        template=template,
        configured=any((chosen.project / each).is_file() for each in CONFIGURATIONS),
        cloud=_cloud(chosen.project) if target == "embedded" else "",
    )


def _read(project: Path) -> tuple[App | None, SamDeployError | None]:
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic

    try:
        return config.load(project), None
    except SamDeployError as error:
        return None, error


def _template(project: Path) -> str:
    return next((each for each in NAMES if (project / each).is_file()), "")


def _cloud(project: Path) -> str:
    from sam_deploy import local  # noqa: PLC0415 - only when embedded

    running = local.find(project)
    return running.gateway if running else ""
