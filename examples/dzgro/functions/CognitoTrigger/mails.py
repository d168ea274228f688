"""The mails that carry a code. Cognito puts it where the text has its placeholder, {####}."""

import html
from typing import Any

TEXTS = {
    "CustomMessage_SignUp": ("Confirm your e-mail address", "to finish signing up."),
    "CustomMessage_ResendCode": ("Your new code", "to finish signing up."),
    "CustomMessage_ForgotPassword": ("Reset your password", "to choose a new password."),
}
"""Trigger -> subject, and what the code is for."""

PAGE = """<!doctype html>
<html lang="en"><body style="font-family: sans-serif; color: #222">
<p>Hello {name},</p>
<p>enter this code {purpose}</p>
<p style="font-size: 28px; letter-spacing: 4px"><strong>{code}</strong></p>
<p>If you did not ask for it, ignore this mail and tell nobody the code.</p>
</body></html>
"""


def write(event: dict[str, Any]) -> None:
    """Fill in subject and text. The name comes from outside, so it is escaped."""
    request = event["request"]
    subject, purpose = TEXTS[event["triggerSource"]]
    name = html.escape(request["userAttributes"].get("name", "there"))
    event["response"]["emailSubject"] = f"{subject} - Dzgro"
    event["response"]["emailMessage"] = PAGE.format(
        name=name, purpose=purpose, code=request["codeParameter"]
    )
