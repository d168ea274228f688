"""The colours of the families, told apart in print and by colour-blind eyes by their words, too."""

from __future__ import annotations

from typing import Final

COLOURS: Final = {
    "clients": ("#ffffff", "#5f6b7a"),
    "api": ("#f3e8ff", "#7c3aed"),
    "function": ("#fff0e0", "#c2570c"),
    "queue": ("#fde7f3", "#be185d"),
    "topic": ("#fde7f3", "#be185d"),
    "bus": ("#fde7f3", "#be185d"),
    "schedule": ("#fef9c3", "#a16207"),
    "table": ("#e0ecff", "#1d4ed8"),
    "bucket": ("#e3f6e5", "#15803d"),
    "pool": ("#ffe4e6", "#be123c"),
    "secret": ("#ffe4e6", "#be123c"),
}
"""Family -> fill, stroke."""
