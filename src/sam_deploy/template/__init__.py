"""Renders one SAM template per stack. Pure: touches neither disk, network nor processes.

`render` makes the text; `lint` holds it to AWS's rules, with cfn-lint, in this process.
"""

from sam_deploy.template.lint import lint
from sam_deploy.template.render import Template, render

__all__ = ["Template", "lint", "render"]
