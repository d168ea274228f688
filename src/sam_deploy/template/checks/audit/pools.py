"""Rules on user pools: how people prove who they are. Pure."""

from __future__ import annotations

from typing import Final

from sam_deploy.template.checks.audit.rule import Hits, Rule, hit, rule
from sam_deploy.template.checks.audit.shapes import number
from sam_deploy.template.checks.audit.view import View

POOL: Final = "AWS::Cognito::UserPool"
SHORTEST_PASSWORD: Final = 12
COGNITO_DEFAULT: Final = 8


@rule(
    "pool-password",
    "warning",
    why="length is what makes guessing hopeless; Cognito's default is 8",
    fix="set Policies.PasswordPolicy.MinimumLength to 12 or more",
)
def pool_password(view: View) -> Hits:
    """Yield pools that accept short passwords."""
    for pool in view.of(POOL):
        given = pool.get("Policies", "PasswordPolicy", "MinimumLength")
        length = COGNITO_DEFAULT if given is None else number(view.value(given))
        if length is not None and length < SHORTEST_PASSWORD:
            yield hit(pool, "Policies.PasswordPolicy.MinimumLength", f"is {length}")


@rule(
    "pool-mfa",
    "warning",
    why="a password that leaked elsewhere is enough to sign in",
    fix="set MfaConfiguration to OPTIONAL or ON, with EnabledMfas",
)
def pool_mfa(view: View) -> Hits:
    """Yield pools whose users cannot add a second factor."""
    for pool in view.of(POOL):
        given = view.value(pool.get("MfaConfiguration"))
        if given is None or given is False or given == "OFF":
            yield hit(pool, "MfaConfiguration", "is OFF")


RULES: Final[tuple[Rule, ...]] = (pool_password, pool_mfa)
