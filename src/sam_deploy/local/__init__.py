"""The embedded cloud: an emulator of AWS on the laptop, and the HTTP gateway in front of it.

Everybody else reaches it over HTTP, by the endpoint and the gateway URL of a `RunningCloud`.
"""

from sam_deploy.local.cloud import find, reset, start, stop
from sam_deploy.local.mail import Mail, mails
from sam_deploy.local.state import RunningCloud
from sam_deploy.local.watch import Watch, watch

__all__ = [
    "Mail",
    "RunningCloud",
    "Watch",
    "find",
    "mails",
    "reset",
    "start",
    "stop",
    "watch",
]
