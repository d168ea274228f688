"""What dzgro adds to the tokens of a person who signs in (trigger event version V2_0)."""

from typing import Any

SCOPE = "dzgro/read"
NEW_USER = "Pending Onboarding"


def add_claims(event: dict[str, Any]) -> None:
    """Add the claim `status` to both tokens, and the API's scope to the access token."""
    attributes = event["request"]["userAttributes"]
    claims = {"status": attributes.get("custom:status", NEW_USER)}
    event["response"]["claimsAndScopeOverrideDetails"] = {
        "idTokenGeneration": {"claimsToAddOrOverride": claims},
        "accessTokenGeneration": {"claimsToAddOrOverride": claims, "scopesToAdd": [SCOPE]},
    }
