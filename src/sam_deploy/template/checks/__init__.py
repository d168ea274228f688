"""Every check of a rendered template at once, before AWS sees it. Pure.

dangling   references to what is not there             milliseconds
limits     AWS's quotas                                milliseconds
audit      own rules: what AWS accepts, one regrets    milliseconds
lint       AWS's rules, by cfn-lint                    seconds
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sam_deploy.template.checks import dangling, limits
from sam_deploy.template.checks.audit.judge import Waivers, audit
from sam_deploy.template.checks.finding import Finding
from sam_deploy.template.checks.lint import judge
from sam_deploy.template.checks.parsed import document_of
from sam_deploy.template.render import Template

SAME: Final = frozenset({"E1010", "E1012", "E1019", "E1020", "E1050", "E3005", "E6101", "E8002"})
"""cfn-lint's words for a reference to nothing, which `dangling` has said already."""


def find(
    template: Template,
    regions: Sequence[str],
    *,
    waivers: Waivers | None = None,
    strict: Iterable[str] = (),
    with_lint: bool = True,
) -> tuple[Finding, ...]:
    """Return everything that every check finds in a template that goes to these regions."""
    document, origins = document_of(template), template.origins
    lost = dangling.check(document, origins)
    over = limits.check(template, origins, document)
    regretted = audit(document, origins, waivers, strict)
    refused = judge(template, regions) if with_lint else ()
    told = {each.logical_id for each in lost}
    new = (each for each in refused if not (each.rule in SAME and each.logical_id in told))
    return (*lost, *over, *regretted, *new)


def check(
    template: Template,
    regions: Sequence[str],
    *,
    waivers: Waivers | None = None,
    strict: Iterable[str] = (),
    with_lint: bool = True,
) -> tuple[str, ...]:
    """Return what blocks a template, one line each, with what in `deploy.py` caused it.

    Dangling references, limits, rules of the audit that are errors and not waived, and cfn-lint's
    errors, unless `with_lint` is off because they are known to be none.
    """
    found = find(template, regions, waivers=waivers, strict=strict, with_lint=with_lint)
    return tuple(dict.fromkeys(str(each) for each in found if each.blocks))
