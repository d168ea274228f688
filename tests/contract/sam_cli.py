"""The real SAM CLI, from the package index, in an environment of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

import uv

from sam_deploy.aws import Aws, CloudFormation
from sam_deploy.executor import Computer, SamCli, find
from sam_deploy.executor.environment import credentials

NEWEST: Final = "1.170.0"
OLDEST: Final = "1.100.0"


def installed(version: str, folder: Path) -> Path:
    """The SAM CLI is in an environment, whose folder is returned."""
    program = uv.find_uv_bin()
    for arguments in (
        ["venv", "--quiet", str(folder)],
        ["pip", "install", "--quiet", "--python", str(folder), f"aws-sam-cli=={version}"],
        # the old one needs what this provides
        ["pip", "install", "--quiet", "--python", str(folder), "setuptools<81"],
    ):
        # elsewhere, since uv would take this project's constraints
        subprocess.run([program, *arguments], cwd=folder.parent, check=True, timeout=300)
    return folder


def executor(venv: Path, project: Path, account: Aws) -> SamCli:
    """The executor on a computer that has nothing but the SAM CLI."""
    variables = {
        "SAM_DEPLOY_SAM": str(venv / "bin" / "sam"),
        "PATH": "/usr/bin:/bin",
        "HOME": str(project),
    }
    computer = Computer(variables=variables)
    return SamCli(
        find(computer),
        project,
        lambda region: CloudFormation(account, region),
        credentials(account.endpoint),
        computer,
    )
