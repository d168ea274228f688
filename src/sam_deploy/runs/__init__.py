"""The log of every run: a file of JSON lines in `.sam-deploy/runs`, and what reads it.

A run is one command that does work. Its log has the events that the screen had, what libraries
told, and how it ended. May touch: that folder, and the loggers while a run is written down. A run
never fails for its log.
"""

from sam_deploy.runs.ending import bug, failure
from sam_deploy.runs.folder import KEPT, folder_of
from sam_deploy.runs.log import RunLog, Start
from sam_deploy.runs.reading import Run, event_of, find, lines, listed, past, read
from sam_deploy.runs.timing import Past

__all__ = [
    "KEPT",
    "Past",
    "Run",
    "RunLog",
    "Start",
    "bug",
    "event_of",
    "failure",
    "find",
    "folder_of",
    "lines",
    "listed",
    "past",
    "read",
]
