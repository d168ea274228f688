"""Looks at what is deployed and runs: logs of all regions in one order, outputs of all stacks.

Writes nothing. `of_app` and `of_stack` say which logs are meant; `read`, `follow` and `ask` read
them, `last_failure` for a cause; `outputs` reads stacks. Reaches AWS through `aws/` only.
"""

from sam_deploy.watching.failure import last_failure, now_ms, unloadable
from sam_deploy.watching.following import Recovered, Trouble, follow
from sam_deploy.watching.insights import Answer, Question, ask
from sam_deploy.watching.lines import Line, Source
from sam_deploy.watching.moments import milliseconds, moment
from sam_deploy.watching.reading import Range, Read, read, read_events
from sam_deploy.watching.sources import Wanted, of_app, of_stack, refreshed, with_versions

__all__ = [
    "Answer",
    "Line",
    "Question",
    "Range",
    "Read",
    "Recovered",
    "Source",
    "Trouble",
    "Wanted",
    "ask",
    "follow",
    "last_failure",
    "milliseconds",
    "moment",
    "now_ms",
    "of_app",
    "of_stack",
    "read",
    "read_events",
    "refreshed",
    "unloadable",
    "with_versions",
]
