"""What happens when people sign up and sign in: four triggers of the user pool.

Cognito sends the whole event and expects it back, with `response` filled in. Source: Amazon
Cognito, Customizing user pool workflows with Lambda triggers.
"""

from functools import lru_cache
from typing import Any

import boto3
import mails
import sign_up
import tokens

Event = dict[str, Any]


@lru_cache(maxsize=1)
def cognito_client() -> Any:  # noqa: ANN401 - boto3 clients have no importable class
    """Return the process's Cognito client; the event names the pool."""
    return boto3.client("cognito-idp")


def handler(event: Event, _context: Any) -> Event:  # noqa: ANN401 - Lambda's own
    """Answer one trigger. Kinds that are not handled go back as they came."""
    kind = event["triggerSource"]
    if kind == "PreSignUp_SignUp":
        sign_up.make_room(event, cognito_client())
    elif kind == "PostConfirmation_ConfirmSignUp":
        sign_up.welcome(event)
    elif kind in mails.TEXTS:
        mails.write(event)
    elif kind.startswith("TokenGeneration_"):
        tokens.add_claims(event)
    return event
