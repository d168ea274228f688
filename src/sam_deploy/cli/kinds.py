"""What kinds of commands there are: those that work, those that look, those that show."""

from __future__ import annotations

from typing import Final

WORKING: Final = frozenset(
    {
        *("deploy", "build", "demo", "serve", "promote", "approve", "rollback", "resume"),
        *("recover", "unlock", "destroy", "shift advance", "shift abort", "layers prune"),
        *("settings set", "settings delete", "cloud start", "cloud stop", "cloud reset"),
    }
)
LOOKING: Final = frozenset(
    {
        *("status", "history", "release show", "audit list", "audit verify", "logs", "outputs"),
        *("diff", "doctor", "explain", "inspect", "template", "schema", "layers list"),
        *("settings list", "settings get", "settings diff", "shift status", "broker status"),
        *("runs", "runs show", "cloud status", "cloud url", "cloud mail", "cloud queues"),
    }
)
"""Nothing is otherwise after them, however they end."""
SHOWING: Final = frozenset({"serve", "ui"})
"""Run for whoever looks at them."""
