"""What the shell and `.env` say: account, profile, target, environment.

The shell wins over `.env`, and a command line option wins over both.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from sam_deploy.errors import ConfigError

Target = Literal["embedded", "aws"]

VARIABLES: Final = {
    "AWS_ACCOUNT_ID": "the only account that may be written to (12 digits)",
    "AWS_PROFILE": "the profile of ~/.aws/config to use",
    "ENV": "the environment that commands preselect",
    "SAM_DEPLOY_TARGET": "where commands go: embedded or aws",
    "SAM_DEPLOY_CLOUD_DIR": "the folder of the embedded cloud; another one, another cloud",
    "SAM_DEPLOY_CACHE_DIR": "where wheels and archives are kept, instead of the user's cache",
    "SAM_DEPLOY_CALLS": "a file that every AWS call is noted in, by name; never a value",
}
"""Every variable that sam-deploy reads itself; the SDK reads the standard AWS ones."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The variables that decide where a command goes."""

    account_id: str = ""
    profile: str = ""
    environment: str = ""
    target: Target | None = None
    ci: bool = False


def read(project: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of the shell and of the project's `.env`.

    Raises `ConfigError` for an account id or a target of the wrong form.
    """
    shell = os.environ if environ is None else environ
    values = {**_dotenv(project), **shell}
    problems = []
    account = values.get("AWS_ACCOUNT_ID", "").strip()
    if account and not re.fullmatch(r"[0-9]{12}", account):
        problems.append(f"AWS_ACCOUNT_ID: {account!r} is not 12 digits")
    target = values.get("SAM_DEPLOY_TARGET", "").strip().lower()
    if target not in {"", "embedded", "aws"}:
        problems.append(f"SAM_DEPLOY_TARGET: {target!r} is neither embedded nor aws")
    if problems:
        raise ConfigError(
            "The variables do not fit",
            why="read from the shell and from `.env`",
            hint="correct `.env` or the shell's variable; `.env.example` shows them all",
            problems=tuple(problems),
        )
    return Settings(
        account_id=account,
        profile=values.get("AWS_PROFILE", "").strip(),
        environment=values.get("ENV", "").strip().lower(),
        target="aws" if target == "aws" else "embedded" if target else None,
        ci=values.get("CI", "").strip().lower() not in {"", "0", "false"},
    )


def _dotenv(project: Path) -> dict[str, str]:
    from dotenv import dotenv_values  # noqa: PLC0415 - only commands that need it pay for it

    file = project / ".env"
    if not file.is_file():
        return {}
    return {key: value for key, value in dotenv_values(file).items() if value is not None}
