"""How far a command is: events in, percentage, time left and lanes of regions out. Pure.

One count for all that show it: the terminal, lines in CI, and the dashboard.
"""

from sam_deploy.progress.tally import Canary, Lane, Tally

__all__ = ["Canary", "Lane", "Tally"]
