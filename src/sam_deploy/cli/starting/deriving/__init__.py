"""Derives a draft of `deploy.py` from a SAM template, as far as that can be right.

Functions, routes of an HTTP API, queues, tables and buckets are carried over. Whatever is not (a
resource, a property, an event) is told by its logical id and the reason; nothing is dropped.
"""

from sam_deploy.cli.starting.deriving.derive import Derived, derive
from sam_deploy.cli.starting.deriving.reading import Left, Standing

__all__ = ["Derived", "Left", "Standing", "derive"]
