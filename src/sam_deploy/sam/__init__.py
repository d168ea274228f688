"""Reads, plans and renders SAM templates that somebody else wrote.

`read` makes a `SamTemplate` of a file, or raises one error with all mistakes; `config` reads
samconfig.toml; `plan` says what to build and the one stack to deploy; `render` writes the template
again, with the code in the artifact bucket. Touches the template, samconfig, and the names of the
files that the template is about.
"""

from sam_deploy.sam.config import SamConfig, config
from sam_deploy.sam.lint import lint
from sam_deploy.sam.model import SamRequest, SamTemplate
from sam_deploy.sam.planner import plan
from sam_deploy.sam.reader import read
from sam_deploy.sam.render import render

__all__ = [
    "SamConfig",
    "SamRequest",
    "SamTemplate",
    "config",
    "lint",
    "plan",
    "read",
    "render",
]
