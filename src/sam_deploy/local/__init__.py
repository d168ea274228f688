"""The embedded cloud: an emulator of AWS on the laptop, and the HTTP gateway in front of it.

Everybody else reaches it over HTTP, by the endpoint and the gateway URL of a `RunningCloud`.
Lazy (PEP 562): the gateway and the proxy are modules below, and start without what starts them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

# Not lazy: its module has the name of its function, and would be found in its place.
from sam_deploy.local.watch import Watch, watch

if TYPE_CHECKING:
    from sam_deploy.local.cloud import find, is_partly_there, reset, start, stop
    from sam_deploy.local.mail import Mail, mails
    from sam_deploy.local.stages import addresses
    from sam_deploy.local.state import RunningCloud

__all__ = [
    "Mail",
    "RunningCloud",
    "Watch",
    "addresses",
    "find",
    "is_partly_there",
    "mails",
    "reset",
    "start",
    "stop",
    "watch",
]

_MODULES: Final = {
    "Mail": "mail",
    "RunningCloud": "state",
    "addresses": "stages",
    "find": "cloud",
    "is_partly_there": "cloud",
    "mails": "mail",
    "reset": "cloud",
    "start": "cloud",
    "stop": "cloud",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever has that name
    """Import a public name when it is used for the first time."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
