"""Own rules over a rendered template: what AWS would accept and one would regret. Pure.

    judge      runs the rules, applies waivers and strictness
    rule       what a rule is
    view       the template as rules look at it
    policies   every policy statement, wherever it stands
    shapes     reading values of any shape
    iam, trust, secrets, buckets, queues, stores, functions, apis, pools     the rules, by theme

A rule is a function that yields what it objects to. `docs/reference/rules.md` is made from them.
"""

from sam_deploy.template.checks.audit.judge import RULES, Waivers, audit
from sam_deploy.template.checks.audit.rule import Rule

__all__ = ["RULES", "Rule", "Waivers", "audit"]
