"""Renders one SAM template per stack. Pure: touches neither disk, network nor processes.

`render` makes the text. `check` holds it to everything that is known without AWS: references
(`dangling`), quotas (`limits`), own rules (`audit`) and AWS's, by cfn-lint (`lint`).

render      the map: which families a stack has      scope     what of the app a stack holds
document    the pieces of a template                 arns      ARNs made of names
compute     functions, roles, permissions            apis      HTTP and REST APIs, domains
messages    queues, topics, buses, schedules         storage   buckets, tables, settings
identity    user pools                               watching  alarms, dashboard
checks      what AWS, or one, would regret           compare   against what is deployed
"""

from sam_deploy.template.checks import check, find
from sam_deploy.template.checks.audit import Waivers, audit
from sam_deploy.template.checks.audit.waivers import strict_environments, waivers_of
from sam_deploy.template.checks.finding import Finding
from sam_deploy.template.checks.lint import lint
from sam_deploy.template.render import Origin, Template, render
from sam_deploy.template.without import without

__all__ = [
    "Finding",
    "Origin",
    "Template",
    "Waivers",
    "audit",
    "check",
    "find",
    "lint",
    "render",
    "strict_environments",
    "waivers_of",
    "without",
]
